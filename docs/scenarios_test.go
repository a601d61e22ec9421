package docs

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mlsref/trace"
)

// judged plays a scenario and has it judged.
func judged(t *testing.T, name, text string) (*trace.Trace, *trace.Report) {
	t.Helper()
	sc, err := trace.Parse(name, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	tr, err := trace.Play(sc, trace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	report, err := trace.Judge(tr)
	if err != nil {
		t.Fatal(err)
	}
	return tr, report
}

var scenarioBlock = regexp.MustCompile("(?s)```scenario\n(.*?)```")

// TestExamples plays and judges every scenario in a page, and wants expectations in it.
func TestExamples(t *testing.T) {
	ran := 0
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for i, block := range scenarioBlock.FindAllStringSubmatch(string(text), -1) {
			ran++
			_, report := judged(t, fmt.Sprintf("%s, example %d", page, i+1), block[1])
			for _, p := range report.Problems {
				t.Error(p)
			}
			if !strings.Contains(block[1], "\nexpect ") {
				t.Errorf("%s, example %d expects nothing", page, i+1)
			}
		}
	}
	if ran < 6 {
		t.Errorf("%d examples were found in the pages, which is too few to be true", ran)
	}
}

// lessons are the texts of docs/scenarios, in their order.
func lessons(t *testing.T) (names, texts []string) {
	t.Helper()
	files, err := filepath.Glob("scenarios/*.scenario")
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= len(files); n++ {
		found, err := filepath.Glob(fmt.Sprintf("scenarios/%d-*.scenario", n))
		if err != nil || len(found) != 1 {
			t.Fatalf("%d lessons have the number %d, and there are %d files", len(found), n, len(files))
		}
		text, err := os.ReadFile(found[0])
		if err != nil {
			t.Fatal(err)
		}
		names, texts = append(names, found[0]), append(texts, string(text))
	}
	return names, texts
}

// TestLessons judges every lesson. It begins with what it is about, and ends with what
// both judges must say; the opposite of each of these they must deny.
func TestLessons(t *testing.T) {
	names, texts := lessons(t)
	page, err := os.ReadFile("scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		t.Run(filepath.Base(names[i]), func(t *testing.T) {
			_, report := judged(t, names[i], text)
			for _, p := range report.Problems {
				t.Error(p)
			}
			title, _, _ := strings.Cut(text, "\n")
			title = strings.TrimSuffix(strings.TrimPrefix(title, "# "), ".")
			if row := fmt.Sprintf("| [%d](%s) | %s |\n", i+1, names[i], title); !strings.Contains(string(page), row) {
				t.Errorf("scenarios.md does not list it: %s", row)
			}
			steps, expected, _ := strings.Cut(text, "\nexpect ")
			if !strings.HasPrefix(text, "# ") || strings.Contains(steps, "expect ") {
				t.Error("it does not begin with a comment, or expects something before the end")
			}
			fates := opposites(t, names[i], steps, "expect "+expected)
			if !fates["secret"] || !fates["exposed"] {
				t.Errorf("it does not show both what is exposed and what is not: %v", fates)
			}
		})
	}
}

var opposite = map[string]string{"secret": "exposed", "exposed": "secret", "succeeds": "fails", "fails": "succeeds"}

// opposites turns all expectations round: each must then be a problem. It returns
// which fates are expected.
func opposites(t *testing.T, name, steps, expected string) map[string]bool {
	t.Helper()
	fates := map[string]bool{}
	lines := strings.Split(strings.TrimSpace(expected), "\n")
	for i, line := range lines {
		words := strings.Fields(line)
		last := words[len(words)-1]
		fates[last] = true
		words[len(words)-1] = opposite[last]
		lines[i] = strings.Join(words, " ")
	}
	_, report := judged(t, name, steps+"\n"+strings.Join(lines, "\n")+"\n")
	denied := map[int]bool{}
	for _, p := range report.Problems {
		denied[p.Line] = true
	}
	for i, line := range lines {
		if at := 2 + strings.Count(steps, "\n") + i; !denied[at] {
			t.Errorf("%q is not denied", line)
		}
	}
	return fates
}
