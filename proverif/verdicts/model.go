package verdicts

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Answer is what a prover said of a lemma, or why it said nothing.
type Answer string

// The answers. Only the first two are the prover's verdict; no other one ever agrees
// with an expectation.
const (
	Verified    Answer = "verified"      // it holds; of a lemma that asks for a run: there is one
	Falsified   Answer = "falsified"     // there is an attack; of such a lemma: there is no run
	Unknown     Answer = "not decided"   // "cannot be proved", "analysis incomplete", no answer
	TimedOut    Answer = "out of time"   // the time limit
	OutOfMemory Answer = "out of memory" // the memory limit
	Missing     Answer = "no prover"     // it is not on PATH
	TooOld      Answer = "too old"       // older than the versions that were tried
	Failed      Answer = "failed"        // it refused the file, or warned
	NotRun      Answer = "not run"       // interrupted before it
)

// Lemma is one lemma of a Tamarin model or one query of a ProVerif model.
type Lemma struct {
	Name     string
	Line     int
	Meaning  string
	Sections []string          // of RFC 9420, each with its sign
	Exists   bool              // asks for a run that exists, not for a property of all runs
	Reuse    bool              // later lemmas are proved with its help
	Expect   map[string]Answer // by variant; "" is the model as it is
	text     string            // ProVerif: the query as it stands in the model
}

// Model is a file of lemmas.
type Model struct {
	Path     string
	SHA256   string
	Tool     Tool
	About    string // the comment at its top
	Lemmas   []Lemma
	Variants []string // in order of their first use
	text     string   // ProVerif: all of it
	exported bool     // a recorded run, see LoadExported
}

// Exported says that this is a recorded run and no hand-written model.
func (m *Model) Exported() bool { return m.exported }

// Tool is a prover.
type Tool string

// The provers, under the names of their programs.
const (
	Tamarin  Tool = "tamarin-prover"
	ProVerif Tool = "proverif"
)

// Load reads a model and what it expects. The extension says which prover it is for.
func Load(path string) (*Model, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, text)
}

// Parse is Load of a model's text, which path is the name of. Errors name it, and the
// line where there is one.
func Parse(path string, text []byte) (*Model, error) {
	sum := sha256.Sum256(text)
	m := &Model{Path: path, SHA256: hex.EncodeToString(sum[:])}
	var err error
	switch filepath.Ext(path) {
	case ".spthy":
		m.Tool = Tamarin
		err = m.readTamarin(string(text))
	case ".pv":
		m.Tool = ProVerif
		err = m.readProVerif(string(text))
	default:
		return nil, fmt.Errorf("%s: a model ends in .spthy or .pv", path)
	}
	if err == nil {
		err = m.validate()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// validate checks that the model can fail and does not hold vacuously: it asks for a
// run, and it has a lemma that must fail.
func (m *Model) validate() error {
	var runs, negative bool
	seen := map[string]bool{}
	for _, l := range m.Lemmas {
		if seen[l.Name] {
			return fmt.Errorf("line %d: there are two lemmas %s", l.Line, l.Name)
		}
		seen[l.Name] = true
		if err := m.validateLemma(l); err != nil {
			return fmt.Errorf("line %d: lemma %s: %w", l.Line, l.Name, err)
		}
		runs = runs || l.Exists && l.Expect[""] == Verified
		negative = negative || !l.Exists && l.Expect[""] == Falsified
	}
	for _, word := range []string{"Shown:", "Assumed:", "Not covered:"} {
		if !strings.Contains(m.About, word) {
			return fmt.Errorf("the comment at the top has no %q", word)
		}
	}
	for _, v := range m.Variants {
		if len(m.asked(v)) == 0 {
			return fmt.Errorf("no lemma says what it expects of variant %s", v)
		}
	}
	switch {
	case !runs:
		return fmt.Errorf("no lemma asks for a run that exists")
	case !negative:
		return fmt.Errorf("no lemma is expected to fail")
	}
	return nil
}

func (m *Model) validateLemma(l Lemma) error {
	if l.Meaning == "" || len(l.Sections) == 0 {
		return fmt.Errorf("its comment must say what it means, with sections")
	}
	if l.Expect[""] == "" {
		return fmt.Errorf("its comment has no line \"expect …\"")
	}
	for variant, want := range l.Expect {
		if variant == "" {
			continue
		}
		if !slices.Contains(m.Variants, variant) {
			return fmt.Errorf("the model has no variant %s", variant)
		}
		// A prover may use a helper lemma that does not hold in the variant. An attack
		// that it finds is an attack all the same; a proof would be worth nothing.
		if proof := l.Exists == (want == Falsified); proof && m.helped() {
			return fmt.Errorf("variant %s: in a model with [reuse] lemmas a variant shows attacks only", variant)
		}
	}
	return nil
}

func (m *Model) helped() bool {
	return slices.ContainsFunc(m.Lemmas, func(l Lemma) bool { return l.Reuse })
}

// asked returns the lemmas that say what they expect of a variant.
func (m *Model) asked(variant string) []Lemma {
	var asked []Lemma
	for _, l := range m.Lemmas {
		if _, ok := l.Expect[variant]; ok {
			asked = append(asked, l)
		}
	}
	return asked
}

var (
	sectionWord  = regexp.MustCompile(`§[0-9]+(\.[0-9]+)*`)
	lastSections = regexp.MustCompile(`\s*(§[0-9.]+(,\s*|\s+and\s+)?)+\.?$`)
)

// describe takes a lemma's comment apart: meaning, sections, expectations.
func (l *Lemma) describe(comment string) error {
	var meaning []string
	for line := range strings.Lines(comment) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "name "); ok {
			l.Name, line, _ = strings.Cut(rest, ";")
			line = strings.TrimSpace(line)
		}
		if rest, ok := strings.CutPrefix(line, "expect "); ok {
			if err := l.expect(rest); err != nil {
				return err
			}
			continue
		}
		if line != "" {
			meaning = append(meaning, line)
		}
	}
	all := strings.Join(meaning, " ")
	for _, s := range sectionWord.FindAllString(all, -1) {
		if !slices.Contains(l.Sections, s) {
			l.Sections = append(l.Sections, s)
		}
	}
	l.Meaning = lastSections.ReplaceAllString(all, "")
	return nil
}

// expect reads "true; variant false".
func (l *Lemma) expect(line string) error {
	l.Expect = map[string]Answer{}
	for i, part := range strings.Split(line, ";") {
		words := strings.Fields(part)
		variant := ""
		if i > 0 {
			if len(words) != 2 {
				return fmt.Errorf("line %d: %q is not a variant and its answer", l.Line, part)
			}
			variant, words = words[0], words[1:]
		}
		if len(words) != 1 {
			return fmt.Errorf("line %d: %q is not an answer", l.Line, part)
		}
		switch words[0] {
		case "true":
			l.Expect[variant] = Verified
		case "false":
			l.Expect[variant] = Falsified
		case "reachable":
			l.Expect[variant], l.Exists = Verified, true
		default:
			return fmt.Errorf("line %d: %q is neither true, false nor reachable", l.Line, words[0])
		}
	}
	return nil
}

// Name is the model's file name.
func (m *Model) Name() string { return filepath.Base(m.Path) }
