package verdicts

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	lemmaLine = regexp.MustCompile(`^lemma\s+(\w+)\s*(\[[^\]]*\])?\s*:`)
	ifdefLine = regexp.MustCompile(`^#ifdef\s+(\w+)`)
)

// readTamarin reads the lemmas of a theory, the comment of // lines above each one, and
// the names of its variants.
func (m *Model) readTamarin(text string) error {
	about, body, ok := strings.Cut(text, "*/")
	if !ok || !strings.HasPrefix(about, "/*") {
		return fmt.Errorf("it does not begin with a comment")
	}
	m.About = strings.TrimSpace(strings.TrimPrefix(about, "/*"))
	number := strings.Count(about, "\n")
	comment := ""
	lines := strings.Split(body, "\n")
	for i, line := range lines {
		if c, ok := strings.CutPrefix(line, "//"); ok {
			comment += c + "\n"
			continue
		}
		if v := ifdefLine.FindStringSubmatch(line); v != nil && !slices.Contains(m.Variants, v[1]) {
			m.Variants = append(m.Variants, v[1])
		}
		if found := lemmaLine.FindStringSubmatch(line); found != nil {
			l := Lemma{Name: found[1], Line: number + i + 1, Reuse: strings.Contains(found[2], "reuse")}
			l.Exists = i+1 < len(lines) && strings.TrimSpace(lines[i+1]) == "exists-trace"
			if err := l.describe(comment); err != nil {
				return err
			}
			m.Lemmas = append(m.Lemmas, l)
		} else if strings.HasPrefix(strings.TrimSpace(line), "lemma") {
			return fmt.Errorf("line %d: this lemma cannot be read", number+i+1)
		}
		comment = ""
	}
	return nil
}

// tamarinArgs are the arguments for one lemma of one variant. A warning ends the run:
// a theory that is not well formed may be proved for the wrong reasons.
func tamarinArgs(file, variant, lemma string) []string {
	args := []string{"--prove=" + lemma, "--quit-on-warning", "--derivcheck-timeout=0", "--quiet"}
	if variant != "" {
		args = append(args, "-D="+variant)
	}
	return append(args, file, "+RTS", "-N1", "-RTS")
}

var summaryLine = regexp.MustCompile(`^\s+(\w+) \((all-traces|exists-trace)\): (.*?) ?\(([0-9]+) steps\)$`)

// tamarinAnswers reads the summary at the end of Tamarin's output, and nothing above it.
func tamarinAnswers(output string) map[string]Answered {
	answers := map[string]Answered{}
	_, summary, ok := strings.Cut(output, "\nsummary of summaries:\n")
	if !ok {
		return answers
	}
	for line := range strings.Lines(summary) {
		found := summaryLine.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if found == nil {
			continue
		}
		a := Answered{Lemma: found[1], Verdict: Unknown}
		switch {
		case found[3] == "verified":
			a.Verdict = Verified
		case strings.HasPrefix(found[3], "falsified"):
			a.Verdict = Falsified
		}
		a.Steps, _ = strconv.Atoi(found[4])
		answers[a.Lemma] = a
	}
	return answers
}

var tamarinVersionLine = regexp.MustCompile(`(?m)^tamarin-prover ([0-9.]+)`)
var maudeVersionLine = regexp.MustCompile(`(?m)^Maude version ([0-9.]+)|checking version: ([0-9.]+)\. OK`)

func tamarinVersion(output string) string {
	v := tamarinVersionLine.FindStringSubmatch(output)
	if v == nil {
		return ""
	}
	if maude := maudeVersionLine.FindStringSubmatch(output); maude != nil {
		return v[1] + " (Maude " + maude[1] + maude[2] + ")"
	}
	return v[1]
}
