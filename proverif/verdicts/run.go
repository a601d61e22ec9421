package verdicts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits bound one run of a prover.
type Limits struct {
	Seconds   int `json:"seconds"`
	MemoryMiB int `json:"memory_mib"` // of address space
}

// Answered is the answer to one lemma.
type Answered struct {
	Lemma    string  `json:"lemma"`
	Variant  string  `json:"variant,omitempty"`
	Expected Answer  `json:"expected"`
	Verdict  Answer  `json:"verdict"`
	Steps    int     `json:"steps,omitempty"` // Tamarin's
	Seconds  float64 `json:"seconds"`         // of the run; ProVerif answers a whole file in one
	PeakMiB  int     `json:"peak_mib"`
	Command  string  `json:"command"`
	Note     string  `json:"-"` // the prover's own words, where it gave no verdict
}

// Agrees says whether the prover gave the verdict that was expected. Nothing but a
// verdict agrees.
func (a Answered) Agrees() bool {
	return a.Verdict == a.Expected && (a.Verdict == Verified || a.Verdict == Falsified)
}

// Prover is a prover that was found.
type Prover struct {
	Tool    Tool
	Path    string
	Version string
}

// Why there is no prover. Find's error is one of these two, or that of a program that is
// not the prover.
var (
	ErrMissing = errors.New("nothing was checked with it")
	ErrTooOld  = errors.New("older than the versions that were tried")
)

// oldest are the oldest versions that every file was tried with.
var oldest = map[Tool][]int{Tamarin: {1, 8, 0}, ProVerif: {2, 5}}

// Find looks for a prover, by its name on PATH or by its path, and asks for its version.
func Find(ctx context.Context, tool Tool, program string) (Prover, error) {
	path, err := exec.LookPath(program)
	if err != nil {
		where := "is not on PATH"
		if program != string(tool) {
			where = fmt.Sprintf("is not at %s", program)
		}
		return Prover{}, fmt.Errorf("%s %s: %w", tool, where, ErrMissing)
	}
	if path, err = filepath.Abs(path); err != nil { // it runs in other folders
		return Prover{}, err
	}
	p := Prover{Tool: tool, Path: path}
	args, version := []string{"--version"}, tamarinVersion
	if tool == ProVerif {
		args, version = []string{"-help"}, proverifVersion
	}
	asked, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	out, _ := exec.CommandContext(asked, path, args...).CombinedOutput() // ProVerif's help may exit with 2
	if p.Version = version(string(out)); p.Version == "" {
		return Prover{}, fmt.Errorf("%s does not say its version", path)
	}
	if older(p.Version, oldest[tool]) {
		return Prover{}, fmt.Errorf("%s is %s: %w", tool, p.Version, ErrTooOld)
	}
	return p, nil
}

func older(version string, than []int) bool {
	version, _, _ = strings.Cut(version, " ")
	for i, part := range strings.Split(version, ".") {
		if i == len(than) {
			return false
		}
		digits, _, _ := strings.Cut(part, "pl") // a patch level
		if n, _ := strconv.Atoi(digits); n != than[i] {
			return n < than[i]
		}
	}
	return false
}

// Prove asks the prover for each lemma of the model and of its variants that has an
// expectation, and passes on each answer as it comes. Only a cancelled context is an error.
func (p Prover) Prove(ctx context.Context, m *Model, limits Limits, each func(Answered)) ([]Answered, error) {
	var answers []Answered
	for _, variant := range append([]string{""}, m.Variants...) {
		if p.Tool == ProVerif {
			found := p.proveFile(ctx, m, variant, limits)
			if err := ctx.Err(); err != nil {
				return answers, err
			}
			for _, a := range found {
				each(a)
			}
			answers = append(answers, found...)
			continue
		}
		for _, l := range m.asked(variant) {
			a := p.proveLemma(ctx, m, variant, l, limits)
			if err := ctx.Err(); err != nil {
				return answers, err
			}
			each(a)
			answers = append(answers, a)
		}
	}
	return answers, nil
}

func (p Prover) proveLemma(ctx context.Context, m *Model, variant string, l Lemma, limits Limits) Answered {
	args := tamarinArgs(filepath.Base(m.Path), variant, l.Name)
	r := p.run(ctx, filepath.Dir(m.Path), args, limits)
	a := tamarinAnswers(r.output)[l.Name]
	if r.stopped != "" || r.err != nil || a.Verdict == "" {
		a = Answered{Verdict: Failed, Note: r.lastWords()}
		if r.stopped != "" {
			a.Verdict = r.stopped
		}
	}
	a.Lemma, a.Variant, a.Expected = l.Name, variant, l.Expect[variant]
	return a.measured(r, p.Tool, args)
}

// proveFile asks ProVerif, which answers all queries of a file in one run. A variant is a
// file of its own, in a folder that goes away.
func (p Prover) proveFile(ctx context.Context, m *Model, variant string, limits Limits) []Answered {
	dir, err := filepath.Dir(m.Path), error(nil)
	if variant != "" {
		dir, err = variantFile(m, variant)
		defer os.RemoveAll(dir)
	}
	args := []string{m.Name()}
	r := p.run(ctx, dir, args, limits)
	found, foundErr := proverifAnswers(r.output, m.Lemmas)
	err = errors.Join(err, foundErr, r.err)
	var answers []Answered
	for _, l := range m.asked(variant) {
		a := found[l.Name]
		switch {
		case r.stopped != "":
			a = Answered{Verdict: r.stopped}
		case err != nil:
			a = Answered{Verdict: Failed, Note: err.Error() + ": " + r.lastWords()}
		}
		a.Lemma, a.Variant, a.Expected = l.Name, variant, l.Expect[variant]
		answers = append(answers, a.measured(r, p.Tool, args))
	}
	return answers
}

// variantFile writes a variant under the model's own name into a new folder.
func variantFile(m *Model, variant string) (string, error) {
	dir, err := os.MkdirTemp("", "mlsref-variant-")
	if err != nil {
		return "", err
	}
	text := proverifVariant(m.text, variant)
	return dir, os.WriteFile(filepath.Join(dir, m.Name()), []byte(text), 0o600)
}

func (a Answered) measured(r ran, tool Tool, args []string) Answered {
	a.Seconds = float64(r.took.Round(10*time.Millisecond)) / float64(time.Second)
	a.PeakMiB = r.peakMiB
	a.Command = string(tool) + " " + strings.Join(args, " ")
	return a
}

// ran is one run of a prover.
type ran struct {
	output  string
	err     error  // how it ended, if not well
	stopped Answer // TimedOut or OutOfMemory
	took    time.Duration
	peakMiB int
}

// run starts the prover in a folder, under the limits; the shell only sets the limit
// of memory. The whole group of processes ends with it: Tamarin has a child of its own.
func (p Prover) run(ctx context.Context, dir string, args []string, limits Limits) ran {
	limited, cancel := context.WithTimeout(ctx, time.Duration(limits.Seconds)*time.Second)
	defer cancel()
	script := []string{"-c", `ulimit -v "$0" && exec "$@"`, strconv.Itoa(limits.MemoryMiB * 1024), p.Path}
	cmd := exec.CommandContext(limited, "sh", append(script, args...)...)
	cmd.Dir = dir
	cmd.Env = readsUTF8(os.Environ())
	var stdout bytes.Buffer
	var stderr tail // Tamarin writes each step of a tactic to it
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = 5 * time.Second
	ownGroup(cmd)
	start := time.Now()
	err := cmd.Run()
	r := ran{output: stdout.String(), err: err, took: time.Since(start), peakMiB: peakMiB(cmd.ProcessState)}
	words := stdout.String() + stderr.String()
	switch {
	case errors.Is(limited.Err(), context.DeadlineExceeded):
		r.stopped = TimedOut
	case err != nil && isOutOfMemory(words):
		r.stopped = OutOfMemory
	}
	if err != nil {
		r.output = words
	}
	return r
}

// tail keeps the last bytes that are written.
type tail struct{ last []byte }

func (t *tail) Write(b []byte) (int, error) {
	const most = 1 << 16
	t.last = append(t.last, b...)
	if len(t.last) > 2*most {
		t.last = append([]byte(nil), t.last[len(t.last)-most:]...)
	}
	return len(b), nil
}

func (t *tail) String() string { return string(t.last) }

// readsUTF8 is the environment with a locale in which Tamarin reads the files' "§"; in
// that of a bare process it fails.
func readsUTF8(env []string) []string {
	locale := ""
	for _, name := range []string{"LANG=", "LC_CTYPE=", "LC_ALL="} { // the last one counts
		for _, v := range env {
			if value, ok := strings.CutPrefix(v, name); ok && value != "" {
				locale = value
			}
		}
	}
	if l := strings.ToLower(locale); strings.Contains(l, "utf-8") || strings.Contains(l, "utf8") {
		return env
	}
	return append(slices.Clone(env), "LC_ALL=C.UTF-8")
}

func isOutOfMemory(words string) bool {
	words = strings.ToLower(words)
	return strings.Contains(words, "out of memory") || strings.Contains(words, "heap exhausted") ||
		strings.Contains(words, "out_of_memory")
}

// lastWords are the prover's last lines, for a reader who asks why.
func (r ran) lastWords() string {
	lines := strings.Split(strings.TrimSpace(r.output), "\n")
	words := strings.Join(lines[max(0, len(lines)-3):], " / ")
	if r.err != nil {
		words = r.err.Error() + ": " + words
	}
	return words
}
