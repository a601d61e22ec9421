package bugs

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const sample = `title: one line
layer: wire
source: own
expect: codec, robustness

Two lines
of text.
-- a/b.go --
 func f() {
-	old()
+	new()
 }
@@
-	gone()
`

func TestParse(t *testing.T) {
	b, err := parse("sample", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if b.Title != "one line" || b.Layer != "wire" || b.Source != "own" || b.Text != "Two lines\nof text." || !slices.Equal(b.Expect, []string{"codec", "robustness"}) {
		t.Errorf("the header is %+v", b)
	}
	if len(b.Edits) != 2 || b.Edits[0].String() != " func f() {\n-\told()\n+\tnew()\n }\n" || b.Edits[1].File != "a/b.go" {
		t.Errorf("the edits are %v", b.Edits)
	}
}

func TestParseMistakes(t *testing.T) {
	for _, c := range []struct{ old, with, want string }{
		{"title", "tilte", `has "tilte"`},
		{"source: own", "source: ", "needs a title"},
		{"wire", "wore", "no layer"},
		{"-\tgone()", "\tgone()", "begins with none"},
		{"-\tgone()", " \tgone()", "changes nothing"},
		{"-\tgone()", "+\tgone()", "finds or changes"},
		{sample[strings.Index(sample, "-- a"):], "", "changes nothing"},
	} {
		if _, err := parse("sample", []byte(strings.Replace(sample, c.old, c.with, 1))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: %v, want %q", c.with, c.old, err, c.want)
		}
	}
}

func TestChanged(t *testing.T) {
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "a"), 0o700); err != nil {
		t.Fatal(err)
	}
	b, err := parse("sample", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	const f = "\tfunc f() {\n\t\told()\n\t}\n"
	for _, c := range []struct{ text, want, problem string }{
		{f + "gone()\nend\n", " func f() {\n\tnew()\n }\nend\n", ""},
		{f, "", `"gone()" on are there 0 times`},
		{f + "gone()\n" + f, "", `"func f() {" on are there 2 times`},
	} {
		if err := os.WriteFile(filepath.Join(root, "a", "b.go"), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := b.Changed(root)
		switch {
		case c.problem != "" && (err == nil || !strings.Contains(err.Error(), c.problem)):
			t.Errorf("%q: %v, want %q", c.text, err, c.problem)
		case c.problem == "" && (err != nil || strings.ReplaceAll(got["a/b.go"], " ", "") != strings.ReplaceAll(c.want, " ", "")):
			t.Errorf("%q: %q, %v", c.text, got["a/b.go"], err)
		}
	}
	if _, err := b.Changed(t.TempDir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without the file: %v", err)
	}
}

func TestNamed(t *testing.T) {
	some, err := Named([]string{"mac-prefix-passes", "add-not-unmerged"})
	if err != nil || len(some) != 2 || some[0].Name != "add-not-unmerged" {
		t.Errorf("%v, %v", some, err)
	}
	if _, err := Named([]string{"none"}); err == nil {
		t.Error("there is a bug with the name none")
	}
}

func TestArguments(t *testing.T) {
	if got := strings.Join(Hunt{}.arguments(), " "); got != "props --json" {
		t.Errorf("without flags: %s", got)
	}
	if got := strings.Join(Hunt{Histories: 1, Steps: 2, People: 3, Seed: 4}.arguments(), " "); got != "props --json --histories 1 --steps 2 --people 3 --seed 4" {
		t.Errorf("with all: %s", got)
	}
}

// exited is the error of a program that ended with a code.
func exited(t *testing.T, code string) error {
	t.Helper()
	err := exec.Command("sh", "-c", "exit "+code).Run()
	if err == nil && code != "0" {
		t.Fatal("it ended well")
	}
	return err
}

func TestDecode(t *testing.T) {
	const failing = `{"histories":17,"steps":412,"failures":[{"property":"deletion","line":7,"text":"x","seed":16},{"property":"codec"},{"property":"deletion"}],"scenario":"s","lines":6}`
	for _, c := range []struct{ code, stdout, stderr, properties, problem string }{
		{"1", failing, "", "deletion codec", ""},
		{"0", `{"histories":200,"steps":9}`, "", "", ""},
		{"2", "", "a line\npanic: index out of range\n\ngoroutine 1", Panic, ""},
		{"2", "", "mlsref: unknown flag", "", "unknown flag"},
		{"0", "hello", "", "", "no report"},
		{"0", failing, "", "", "reports 3 failures"},
		{"1", `{}`, "", "", "reports 0 failures"},
	} {
		r, err := decode(exited(t, c.code), []byte(c.stdout), []byte(c.stderr))
		if c.problem != "" {
			if err == nil || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("%+v: %v", c, err)
			}
			continue
		}
		if got := strings.Join(r.Properties(), " "); err != nil || got != c.properties {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
	}
	if r, err := decode(exited(t, "1"), []byte(failing), nil); err != nil || r.Histories != 17 || r.Steps != 412 || r.Lines != 6 || r.Failures[0].Seed != 16 {
		t.Errorf("%+v, %v", r, err)
	}
}

// An overlay, a build and a run. The command that is built is a small one.
func TestGoRunner(t *testing.T) {
	r := GoRunner{Root: source(t), Package: "./spec/mutate", Limit: time.Minute}
	run := func(main string) (Report, error) {
		return r.Run(t.Context(), map[string]string{
			"spec/mutate/build.go": "package main\n",
			"spec/mutate/main.go":  "package main\nimport (\"os\"; \"time\")\nvar _, _ = time.Hour, os.Args\nfunc main() { " + main + " }\n",
		}, Hunt{Histories: 7})
	}
	// Known answers are asked last, of one history, if nothing else has failed.
	got, err := run("os.Stdout.WriteString(`{\"steps\": ` + os.Args[4] + `}`)")
	if err != nil || got.Steps != 7+1 {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = run("os.Stdout.WriteString(`{\"steps\": 5, \"failures\": [{\"property\": \"` + os.Args[5] + `\"}]}`); os.Exit(1)")
	if err != nil || got.Steps != 5 || got.Failures[0].Property != "--except" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err = run("var none []int; println(none[len(os.Args)])"); err != nil || len(got.Failures) != 1 || got.Failures[0].Property != Panic {
		t.Errorf("a panic: %+v, %v", got, err)
	}
	var unbuilt BuildError
	if _, err = run("1 +"); !errors.As(err, &unbuilt) || !strings.Contains(err.Error(), "main.go:4") {
		t.Errorf("a syntax error: %v", err)
	}
	r.Limit = 100 * time.Millisecond
	if _, err = run("time.Sleep(time.Hour)"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a run without end: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Run(ctx, nil, Hunt{}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

func TestSourceMissing(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, err := Source(t.Context()); err == nil || !strings.Contains(err.Error(), "not in the source") {
		t.Errorf("outside of the source: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := Source(t.Context()); err == nil || !strings.Contains(err.Error(), "go command") {
		t.Errorf("without the go command: %v", err)
	}
}
