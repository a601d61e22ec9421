// Package docs holds the guide. Its tests keep the guide true.
package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pages are the pages whose commands and links are checked.
func pages(t *testing.T) []string {
	t.Helper()
	more, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	lessons, err := filepath.Glob("bugs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat([]string{"../README.md", "../CONTRIBUTING.md"}, more, lessons)
}

var shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")

// TestCommands runs every command of a shell block, in order, from a copy of
// nothing but this repository: what a reader would type. The test command runs
// this test, so it is only looked up in .ci/run.
func TestCommands(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "mlsref")
	if out, err := exec.Command("go", "build", "-o", binary, "../cmd/mlsref").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out := t.TempDir()
	ran := 0
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
			for line := range strings.Lines(block[1]) {
				ran++
				runCommand(t, page, strings.TrimSpace(line), binary, out)
			}
		}
	}
	if ran < 5 {
		t.Errorf("%d commands were found in the pages, which is too few to be true", ran)
	}
}

func runCommand(t *testing.T, page, line, binary, out string) {
	t.Helper()
	if line == "go test ./..." {
		gate, err := os.ReadFile("../.ci/run")
		if err != nil || !strings.Contains(string(gate), line) {
			t.Errorf("%s: .ci/run does not run %q (%v)", page, line, err)
		}
		return
	}
	program := binary
	args, own := strings.CutPrefix(line, "go run ./cmd/mlsref")
	if !own {
		if program = "go"; !strings.HasPrefix(line, "go test ./") {
			t.Errorf("%s: no test knows how to run %q", page, line)
			return
		}
		args = strings.TrimPrefix(line, "go")
	}
	fields := strings.Fields(args)
	for i, f := range fields {
		if f == "out" || strings.HasPrefix(f, "out/") {
			fields[i] = filepath.Join(out, strings.TrimPrefix(f, "out"))
		}
	}
	cmd := exec.Command(program, fields...)
	cmd.Dir = ".."
	if msg, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %s: %v\n%s", page, line, err, msg)
	}
}

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

func TestLinks(t *testing.T) {
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", page, m[1])
			}
		}
	}
}
