package bugs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// module is what the source of this project calls itself.
const module = "mlsref"

// GoRunner runs mlsref as the go command builds it from the source under Root.
type GoRunner struct {
	Root    string
	Package string        // the command that has "props"
	Limit   time.Duration // of one run of the properties
}

// Source finds the project's source: the module of the working directory.
func Source(ctx context.Context) (root string, err error) {
	if _, err := exec.LookPath("go"); err != nil {
		return "", errors.New("the go command is not on PATH; seeded bugs are built from source")
	}
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Path}}\n{{.Dir}}").Output()
	path, dir, found := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if err != nil || !found || path != module {
		return "", fmt.Errorf("the working directory is not in the source of %s; seeded bugs are built from it", module)
	}
	return dir, nil
}

// Run builds and runs in a folder of its own, which it removes.
func (r GoRunner) Run(ctx context.Context, changed map[string]string, h Hunt) (Report, error) {
	binary, done, err := r.built(ctx, changed)
	if err != nil {
		return Report{}, err
	}
	defer done()
	var all Report
	for _, args := range h.questions() {
		report, err := r.ask(ctx, binary, args...)
		report.Histories, report.Steps = report.Histories+all.Histories, report.Steps+all.Steps
		if err != nil || len(report.Failures) > 0 {
			return report, err
		}
		all = report
	}
	return all, nil
}

// questions are the command lines that look for a bug, one after the other.
func (h Hunt) questions() [][]string {
	list := [][]string{
		append(h.arguments(), "--except", knownAnswers),
		{"props", "--json", "--histories", "1", "--only", knownAnswers},
	}
	switch {
	case h.Quick && h.bytes:
		slices.Reverse(list)
	case h.Quick && h.before > 0:
		again := h
		again.Seed, again.Histories = h.before, 1
		list = append([][]string{append(again.arguments(), "--except", knownAnswers)}, list...)
	}
	return list
}

// Play builds, and holds one property under one scenario (Player).
func (r GoRunner) Play(ctx context.Context, changed map[string]string, property, scenario string) (Report, error) {
	binary, done, err := r.built(ctx, changed)
	if err != nil {
		return Report{}, err
	}
	defer done()
	file := filepath.Join(filepath.Dir(binary), "lesson.scenario")
	if err := os.WriteFile(file, []byte(scenario), 0o600); err != nil {
		return Report{}, err
	}
	return r.ask(ctx, binary, "props", file, "--only", property, "--json")
}

// built is the command in a folder of its own, which done removes.
func (r GoRunner) built(ctx context.Context, changed map[string]string) (binary string, done func(), err error) {
	dir, err := os.MkdirTemp("", "mlsref-bug-")
	if err != nil {
		return "", nil, err
	}
	done = func() { os.RemoveAll(dir) }
	if binary, err = r.build(ctx, dir, changed); err != nil {
		done()
	}
	return binary, done, err
}

// knownAnswers sees any other bytes, and says nothing of what they mean: it is asked
// when no other property has failed.
const knownAnswers = "known-answers"

// ask runs the properties once.
func (r GoRunner) ask(ctx context.Context, binary string, args ...string) (Report, error) {
	limited, cancel := context.WithTimeout(ctx, r.Limit)
	defer cancel()
	cmd := command(limited, binary, args...)
	cmd.Dir = filepath.Dir(binary) // whatever it writes goes with it
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if limited.Err() != nil {
		return Report{}, fmt.Errorf("it did not end within %v: %w", r.Limit, limited.Err())
	}
	return decode(err, stdout.Bytes(), stderr.Bytes())
}

// build compiles the command with some files changed.
func (r GoRunner) build(ctx context.Context, dir string, changed map[string]string) (binary string, err error) {
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for file, text := range changed {
		copied := filepath.Join(dir, strings.ReplaceAll(file, "/", "-"))
		if err := os.WriteFile(copied, []byte(text), 0o600); err != nil {
			return "", err
		}
		overlay.Replace[filepath.Join(r.Root, filepath.FromSlash(file))] = copied
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		return "", err
	}
	listed := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(listed, list, 0o600); err != nil {
		return "", err
	}
	binary = filepath.Join(dir, "mlsref")
	cmd := command(ctx, "go", "build", "-buildvcs=false", "-overlay", listed, "-o", binary, r.Package)
	cmd.Dir = r.Root
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		return "", BuildError{fmt.Errorf("%w: %s", err, strings.TrimSpace(string(out)))}
	}
	return binary, nil
}

// command is one that ends with the context, and does not wait long for its children.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = time.Second
	return cmd
}

// decode reads what a run printed. Exit codes 0 and 1 are answers; a panic is one as
// well, though no property gave it.
func decode(ended error, stdout, stderr []byte) (Report, error) {
	var exit *exec.ExitError
	if ended != nil && !errors.As(ended, &exit) {
		return Report{}, ended
	}
	var report Report
	if exit != nil && exit.ExitCode() != 1 {
		for line := range bytes.Lines(stderr) {
			if bytes.HasPrefix(line, []byte("panic:")) || bytes.HasPrefix(line, []byte("fatal error:")) {
				report.Failures = []Failure{{Property: Panic, Text: string(bytes.TrimSpace(line))}}
				return report, nil
			}
		}
		return report, fmt.Errorf("mlsref props: %w: %.300s", ended, bytes.TrimSpace(stderr))
	}
	if err := json.Unmarshal(stdout, &report); err != nil {
		return report, fmt.Errorf("mlsref props --json printed no report: %w", err)
	}
	if (exit != nil) != (len(report.Failures) > 0) {
		return report, fmt.Errorf("mlsref props reports %d failures, but it ended with %v", len(report.Failures), ended)
	}
	return report, nil
}

// Panic stands in the place of a property where the program ended before it answered.
const Panic = "a panic"
