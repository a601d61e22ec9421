package trace

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mlsref/model"
)

// prover is how the tests run one of the two tools and read its verdicts.
type prover struct {
	name     string
	args     []string
	file     string
	export   func(io.Writer, *Trace, *Report, ExportOptions) error
	expected *regexp.Regexp // in the file, in order
	verdict  *regexp.Regexp // in the output, in order
	start    string         // where the verdicts start
	safe     string         // the word for a secret that is safe
	options  ExportOptions
}

var (
	runProVerif = prover{
		name: "proverif", file: "run.pv", export: ExportProVerif,
		expected: regexp.MustCompile(`\(\* .*?expected (true|false)`),
		verdict:  regexp.MustCompile(`(?s)RESULT .*?(true|false|cannot be proved)\.`),
		start:    "RESULT", safe: "true",
	}
	runTamarin = prover{
		name: "tamarin-prover", file: "run.spthy", export: ExportTamarin,
		args:     []string{"--prove", "--derivcheck-timeout=0", "--quiet"},
		expected: regexp.MustCompile(`// .*?expected (verified|falsified)`),
		verdict:  regexp.MustCompile(`\((?:all|exists)-traces?\): (verified|falsified|analysis incomplete)`),
		start:    "summary of summaries", safe: "verified",
	}
)

// check exports the trace, runs the prover, and compares its verdicts with the
// expected ones that stand in the file.
func (p prover) check(t *testing.T, tr *Trace, report *Report) {
	t.Helper()
	path, err := exec.LookPath(p.name)
	if err != nil {
		t.Logf("%s is not on PATH: its verdicts on this trace were not checked", p.name)
		return
	}
	var file bytes.Buffer
	if err := p.export(&file, tr, report, p.options); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), p.file)
	if err := os.WriteFile(name, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	output, err := exec.Command(path, append(p.args, name)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", p.name, err, tail(output))
	}
	_, summary, _ := bytes.Cut(output, []byte(p.start))
	expected := matches(p.expected, file.Bytes())
	verdicts := matches(p.verdict, append([]byte(p.start), summary...))
	if len(expected) < len(report.Rows)+2 || !slices.Equal(expected, verdicts) {
		t.Errorf("%s says %q, expected is %q, for %d goals\n%s", p.name, verdicts, expected, len(report.Rows), tail(output))
	}
	last := len(verdicts) - len(report.Rows)
	for i, row := range report.Rows {
		if last >= 0 && (verdicts[last+i] == p.safe) == row.Closure {
			t.Errorf("%s says %s of %s", p.name, verdicts[last+i], GoalName(row.Goal))
		}
	}
}

func matches(re *regexp.Regexp, text []byte) []string {
	var all []string
	for _, m := range re.FindAllSubmatch(text, -1) {
		all = append(all, string(m[1]))
	}
	return all
}

func tail(output []byte) []byte { return output[max(0, len(output)-2000):] }

func TestProversAgreeOnToy(t *testing.T) {
	tr := toyTrace(t)
	report := judged(t, tr)
	runProVerif.check(t, tr, report)
	runTamarin.check(t, tr, report)
}

// TestReportChangesOnlyComments: what the report expects must not reach the
// prover. A report that is wrong changes nothing but comments.
func TestReportChangesOnlyComments(t *testing.T) {
	tr := toyTrace(t)
	report := judged(t, tr)
	for i := range report.Rows {
		report.Rows[i].Predicate.Exposed = !report.Rows[i].Predicate.Exposed
		report.Rows[i].Closure = !report.Rows[i].Closure
	}
	right := judged(t, tr)
	var wrong, good bytes.Buffer
	for _, p := range []prover{runProVerif, runTamarin} {
		wrong.Reset()
		good.Reset()
		if err := p.export(&wrong, tr, report, ExportOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := p.export(&good, tr, right, ExportOptions{}); err != nil {
			t.Fatal(err)
		}
		if withoutComments(wrong.String()) != withoutComments(good.String()) {
			t.Errorf("%s: the report changes more than comments", p.name)
		}
	}
}

var comments = regexp.MustCompile(`(?s)\(\*.*?\*\)|/\*.*?\*/|//[^\n]*`)

func withoutComments(text string) string { return comments.ReplaceAllString(text, "") }

// TestCutIsExact compares with the form in which init_secrets are not cut out:
// with no goal called init_secret, terms go back to the first epoch. (What an external
// Commit gives is always cut out, so that this run has none.)
func TestCutIsExact(t *testing.T) {
	tr := played(t, strings.NewReplacer("carol joins room through bob\n", "", "expect epoch 3 exposed\n", "").Replace(toyScenario))
	report := judged(t, tr)
	for i := range report.Rows {
		if report.Rows[i].Goal.Kind == model.InitSecret {
			report.Rows[i].Goal.Kind = "uncut_init_secret"
		}
	}
	var file bytes.Buffer
	if err := ExportProVerif(&file, tr, report, ExportOptions{}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(file.String(), "in(c, =") {
		t.Fatal("this form still has an oracle")
	}
	runProVerif.check(t, tr, report)
}

func TestExportNames(t *testing.T) {
	tr := toyTrace(t)
	// Names that no prover would take, and of which one begins another.
	definition(t, tr, named(t, tr, "node_1_path_secret_1")).Name = "pfad! *) geheim"
	definition(t, tr, named(t, tr, "node_1_path_secret_2")).Name = "pfad! *) geheim 2"
	definition(t, tr, named(t, tr, "epoch_secret_0")).Name = "free"
	tr.Header.Scenario = "alice creates room\r\nalice sends \"*) */ out \x01 \"(* /* unclosed\n"
	report := judged(t, tr)
	runProVerif.check(t, tr, report)
	runTamarin.check(t, tr, report)
	x, err := newExport(tr, report, ExportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, id := range append(slices.Clone(x.symbols.secrets), x.symbols.constants...) {
		names = append(names, x.symbol(id))
	}
	for i, a := range names {
		for j, b := range names {
			if i != j && strings.HasPrefix(a, b) {
				t.Errorf("%s is the beginning of %s", b, a)
			}
		}
	}
}

// TestExportBound: a small trace of shared terms, which both tools would expand
// to more symbols than there are atoms in the tool's computer.
func TestExportBound(t *testing.T) {
	r, s, random := recorder(t)
	secret := random(32)
	for range 64 {
		secret = s.Extract(secret, secret)
	}
	events, err := r.Finish()
	if err != nil {
		t.Fatal(err)
	}
	tr := &Trace{Header: toyTrace(t).Header, Events: events}
	report := &Report{Rows: []Row{{Goal: model.Goal{Kind: model.EpochSecret}, Term: termOf(t, r, secret).ID}}}
	for _, p := range []prover{runProVerif, runTamarin} {
		err := p.export(io.Discard, tr, report, ExportOptions{})
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("more than %d symbols", maxExport)) {
			t.Errorf("%s: error %v", p.name, err)
		}
		if err := p.export(io.Discard, tr, nil, ExportOptions{}); err == nil {
			t.Errorf("%s: an export without a report", p.name)
		}
	}
}
