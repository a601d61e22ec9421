package verdicts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// exportedMark stands in the first comment of every file that "mlsref export" writes.
const exportedMark = "A recorded run of MLS (RFC 9420), exported by mlsref."

// IsExported tells a recorded run, exported, from a hand-written model.
func IsExported(text []byte) bool {
	return strings.Contains(string(text[:min(len(text), 200)]), exportedMark)
}

// expectedRemark is the comment beside a query of an exported file: its name, which may
// quote a label, and what to expect.
var (
	expectedRemark = regexp.MustCompile(`^\s*(?:\(\*|//) ((?:[^"]|"(?:[^"\\]|\\.)*")*?): expected (true|false|verified|falsified)[:,]`)
	exportedLemma  = regexp.MustCompile(`^lemma (\w+):`)
)

// LoadExported reads an exported file: the name of each query, the answer that its
// comment says to expect, and the line of the query. Such a file has no variants.
func LoadExported(path string) (*Model, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return ParseExported(path, text)
}

// ParseExported is LoadExported of a file's text.
func ParseExported(path string, text []byte) (*Model, error) {
	sum := sha256.Sum256(text)
	m := &Model{Path: path, SHA256: hex.EncodeToString(sum[:]), exported: true, Tool: ProVerif}
	if filepath.Ext(path) == ".spthy" {
		m.Tool = Tamarin
	}
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		// The query or lemma stands in the next line.
		found := expectedRemark.FindStringSubmatch(line)
		if found == nil || i+1 == len(lines) {
			continue
		}
		next := lines[i+1]
		l := Lemma{Name: found[1], Meaning: found[1], Line: i + 2, Expect: map[string]Answer{"": Verified}, text: strings.TrimSpace(next)}
		if found[2] == "false" || found[2] == "falsified" {
			l.Expect[""] = Falsified
		}
		if m.Tool == Tamarin {
			lemma := exportedLemma.FindStringSubmatch(next)
			if lemma == nil {
				return nil, fmt.Errorf("%s:%d: expected the lemma that the comment is about", path, i+2)
			}
			l.Name = lemma[1]
		}
		m.Lemmas = append(m.Lemmas, l)
	}
	if len(m.Lemmas) == 0 {
		return nil, fmt.Errorf("%s: it has no query with a comment that says what to expect", path)
	}
	if canaries := slices.ContainsFunc(m.Lemmas, Lemma.Canary); !canaries {
		return nil, fmt.Errorf("%s: it has no canary", path)
	}
	return m, m.countQueries(string(text))
}

// Canary says that this query of an exported file asks about what is known beforehand: a
// file in which one has another answer shows nothing.
func (l Lemma) Canary() bool { return strings.HasPrefix(l.Name, "canary") }

// countQueries: a query without its comment would shift all answers after it.
func (m *Model) countQueries(text string) error {
	pattern := `(?m)^\s*attacker\(`
	if m.Tool == Tamarin {
		pattern = `(?m)^lemma `
	}
	if n := len(regexp.MustCompile(pattern).FindAllString(text, -1)); n != len(m.Lemmas) {
		return fmt.Errorf("%s: %d queries, and %d comments that say what to expect", m.Path, n, len(m.Lemmas))
	}
	return nil
}

// Text is what a lemma or query says, where the file is an exported one.
func (l Lemma) Text() string { return l.text }

// ProveExported asks for all queries of an exported file in one run. Only a cancelled
// context is an error.
func (p Prover) ProveExported(ctx context.Context, m *Model, limits Limits) ([]Answered, error) {
	args := []string{m.Name()}
	if p.Tool == Tamarin {
		args = []string{"--prove", "--quit-on-warning", "--derivcheck-timeout=0", "--quiet", m.Name(), "+RTS", "-N1", "-RTS"}
	}
	r := p.run(ctx, filepath.Dir(m.Path), args, limits)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	answers := make([]Answered, len(m.Lemmas))
	read, err := exportedAnswers(m, r.output)
	if err == nil {
		err = r.err
	}
	for i, l := range m.Lemmas {
		a := Answered{}
		switch {
		case r.stopped != "":
			a.Verdict = r.stopped
		case err != nil:
			a.Verdict, a.Note = Failed, fmt.Sprintf("%v: %s", err, r.lastWords())
		default:
			a = read[i]
		}
		a.Lemma, a.Expected = l.Name, l.Expect[""]
		answers[i] = a.measured(r, p.Tool, args)
	}
	return answers, nil
}

// exportedAnswers reads the answers in the order of the queries. ProVerif's summary is in
// that order, and breaks long lines; Tamarin's has the names.
func exportedAnswers(m *Model, output string) ([]Answered, error) {
	answers := make([]Answered, len(m.Lemmas))
	if m.Tool == Tamarin {
		read := tamarinAnswers(output)
		for i, l := range m.Lemmas {
			var ok bool
			if answers[i], ok = read[l.Name]; !ok {
				return nil, fmt.Errorf("tamarin-prover gave no answer to lemma %s", l.Name)
			}
		}
		return answers, nil
	}
	_, summary, ok := strings.Cut(output, "\nVerification summary:\n")
	if !ok {
		return nil, fmt.Errorf("ProVerif gave no summary")
	}
	summary, _, _ = strings.Cut(summary, "\n-----")
	queries := strings.Split("\n"+summary, "\nQuery ")[1:]
	if len(queries) != len(answers) {
		return nil, fmt.Errorf("ProVerif answered %d queries, the file has %d", len(queries), len(answers))
	}
	for i, q := range queries {
		q = strings.Join(strings.Fields(q), " ")
		if !strings.HasPrefix(q, "not attacker(") {
			return nil, fmt.Errorf("ProVerif answered another query: %.100s", q)
		}
		answers[i].Verdict = proverifAnswer(q, false)
	}
	return answers, nil
}
