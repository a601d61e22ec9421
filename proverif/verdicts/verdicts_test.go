package verdicts

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const theory = `/*
Shown: a. Assumed: b. Not covered: c.
*/
theory toy
begin
#ifdef keep
rule A: [ ] --[ A() ]-> [ ]
#endif

// Sanity: it runs. §8
// expect true
lemma runs:
  exists-trace
  "Ex #i. A()@i"

// It is safe
// (more words). §8.1, §9
// expect true; keep false
lemma safe:
  "All #i. A()@i ==> F"

// Negative: it can fail. §9
// expect false
lemma negative:
  "F"

end
`

const query = `(*
Shown: a. Assumed: b. Not covered: c.
*)
free c: channel.
event A().
event B().

(* Sanity: it runs. §8 *)
(* name runs; expect reachable *)
query event(A()).

(* A key is as good as random. §8 *)
(* name random; expect true *)
query secret k [real_or_random].

(* No B without A. §9 *)
(* name order; expect true; no_check false *)
query event(B()) ==> event(A()).

(* Negative: B can happen. §9 *)
(* name negative; expect false *)
query event(B()).

process
(*#unless no_check*)
  event A();
(*#if no_check
#end*)
  event B()
`

const querySummary = `
Verification summary:

Query secret k [real_or_random] is true.

Query not event(A) is false.

Query event(B) ==> event(A) is true.

Query not event(B) is false.

--------------------------------------------------------------
`

func put(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoad(t *testing.T) {
	m, err := Load(put(t, "toy.spthy", theory))
	if err != nil {
		t.Fatal(err)
	}
	safe := m.Lemmas[1]
	if safe.Name != "safe" || safe.Meaning != "It is safe (more words)." || strings.Join(safe.Sections, " ") != "§8.1 §9" ||
		safe.Expect[""] != Verified || safe.Expect["keep"] != Falsified || safe.Exists || !m.Lemmas[0].Exists {
		t.Errorf("got %+v", safe)
	}
	if m, err = Load(put(t, "toy.pv", query)); err != nil {
		t.Fatal(err)
	}
	if order := m.Lemmas[2]; order.Name != "order" || order.Meaning != "No B without A." || !m.Lemmas[0].Exists {
		t.Errorf("got %+v", order)
	}
	if changed := proverifVariant(m.text, "no_check"); strings.Contains(changed, "event A();") || !strings.Contains(changed, "event B()\n") {
		t.Errorf("the variant is\n%s", changed)
	}
}

// TestRefused breaks one thing of a model that is well made.
func TestRefused(t *testing.T) {
	for _, c := range []struct{ name, file, old, new, want string }{
		{"no expectation", theory, "// expect false\n", "", `no line "expect`},
		{"no sections", theory, "can fail. §9", "can fail.", "with sections"},
		{"nothing runs", theory, "  exists-trace\n", "", "asks for a run"},
		{"nothing fails", theory, "// expect false", "// expect true", "expected to fail"},
		{"unknown variant", theory, "keep false", "keeep false", "no variant keeep"},
		{"unused variant", theory, "; keep false", "", "of variant keep"},
		{"no limits named", theory, "Not covered", "Covered", "Not covered"},
		{"twice", theory, "lemma negative", "lemma safe", "two lemmas"},
		{"a proof in a variant, with helpers", theory, "lemma negative:", "lemma negative [reuse]:", ""},
		{"no name", query, "name order; ", "", "no line \"name"},
		{"unknown answer", query, "expect reachable", "expect perhaps", "neither true"},
		{"blocks", query, "#if no_check", "#if other", "alternative"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := "toy.spthy"
			if c.file == query {
				name = "toy.pv"
			}
			if !strings.Contains(c.file, c.old) {
				t.Fatalf("%q is not in the model", c.old)
			}
			_, err := Load(put(t, name, strings.Replace(c.file, c.old, c.new, 1)))
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	helped := strings.Replace(theory, "lemma negative:", "lemma negative [reuse]:", 1)
	helped = strings.Replace(helped, "keep false", "keep true", 1)
	if _, err := Load(put(t, "toy.spthy", helped)); err == nil || !strings.Contains(err.Error(), "attacks only") {
		t.Errorf("a proof in a variant beside a helper lemma: %v", err)
	}
}

func TestProVerifSummary(t *testing.T) {
	m, err := Load(put(t, "toy.pv", query))
	if err != nil {
		t.Fatal(err)
	}
	check := func(summary, lemma string, want Answer) {
		t.Helper()
		got, err := proverifAnswers(summary, m.Lemmas)
		if err != nil || got[lemma].Verdict != want {
			t.Errorf("%s: %v, %v, want %v", lemma, got[lemma].Verdict, err, want)
		}
	}
	check(querySummary, "runs", Verified)
	check(querySummary, "random", Verified)
	check(querySummary, "order", Verified)
	check(querySummary, "negative", Falsified)
	check(strings.Replace(querySummary, "event(A) is true", "event(A) cannot be proved", 1), "order", Unknown)
	check(strings.Replace(querySummary, "event(A) is false", "event(A) is true", 1), "runs", Falsified)
	for _, bad := range []string{
		"", "RESULT event(B) ==> event(A) is true.",
		strings.Replace(querySummary, "Query not event(A) is false.\n", "", 1),
		strings.Replace(querySummary, "Query not event(A)", "Query not event(C)", 1),
	} {
		if got, err := proverifAnswers(bad, m.Lemmas); err == nil {
			t.Errorf("%q was read as %v", bad, got)
		}
	}
}

func TestTamarinSummary(t *testing.T) {
	const output = "  safe (all-traces): verified (9 steps)\n" + // a proof's text, not the summary
		"\nsummary of summaries:\n\nanalyzed: toy.spthy\n" +
		"  safe (all-traces): falsified - found trace (12 steps)\n" +
		"  runs (exists-trace): verified (7 steps)\n" +
		"  open (all-traces): analysis incomplete (1 steps)\n" +
		"  none (exists-trace): falsified - no trace found (3 steps)\n"
	got := tamarinAnswers(output)
	for name, want := range map[string]Answer{"safe": Falsified, "runs": Verified, "open": Unknown, "none": Falsified} {
		if got[name].Verdict != want {
			t.Errorf("%s: %v, want %v", name, got[name].Verdict, want)
		}
	}
	if got["safe"].Steps != 12 || len(tamarinAnswers("no summary")) != 0 {
		t.Errorf("got %v", got)
	}
}

// record records the toy model with a prover that is a shell script.
func record(t *testing.T, script string) (path string, answers []Answered, err error) {
	t.Helper()
	program := put(t, string(ProVerif), "#!/bin/sh\n"+script)
	if err := os.Chmod(program, 0o700); err != nil {
		t.Fatal(err)
	}
	path = put(t, "toy.pv", query)
	p := Prover{ProVerif, program, "0"}
	err = Record(context.Background(), p, path, Limits{Seconds: 1, MemoryMiB: 500}, func(a Answered) {
		answers = append(answers, a)
	})
	return path, answers, err
}

// answer is a prover that answers as it should: in the variant "order" is false.
const answer = `if grep -q "event A();" "$1"; then verdict=true; else verdict=false; fi
sed "s/event(A) is true/event(A) is $verdict/" <<'END'
` + querySummary + "END\n"

func TestRecord(t *testing.T) {
	path, _, err := record(t, answer)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Check(path); err != nil {
		t.Fatal(err)
	}
	f, err := Read(Name(path))
	if err != nil {
		t.Fatal(err)
	}
	breaks := map[string]func(*File){
		"has changed":            func(f *File) { f.SHA256 = strings.Repeat("0", 64) },
		"has no verdict":         func(f *File) { f.Answers = f.Answers[1:] },
		"is not in the model":    func(f *File) { f.Answers[0].Lemma = "other" },
		"or is answered twice":   func(f *File) { f.Answers = append(f.Answers, f.Answers[0]) },
		"the prover's answer is": func(f *File) { f.Answers[1].Verdict = Falsified },
		"the model expects":      func(f *File) { f.Answers[1].Verdict, f.Answers[1].Expected = Falsified, Falsified },
		"it is about":            func(f *File) { f.Model = "other.pv" },
	}
	for want, change := range breaks {
		b, _ := json.Marshal(f)
		broken := new(File)
		if err := json.Unmarshal(b, broken); err != nil {
			t.Fatal(err)
		}
		change(broken)
		if err := write(Name(path), broken); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Check(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if err := write(Name(path), f); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(query+"\n(* one more word *)\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Check(path); err == nil || !strings.Contains(err.Error(), "has changed") {
		t.Errorf("a changed model: %v", err)
	}
}

// TestNoAgreement runs provers that give no verdict, or another one.
func TestNoAgreement(t *testing.T) {
	for _, c := range []struct {
		name, script string
		want         Answer
	}{
		{"cannot be proved", strings.Replace(answer, ") is $verdict", ") cannot be proved", 1), Unknown},
		{"another verdict", strings.Replace(answer, "verdict=true", "verdict=false", 1), Falsified},
		{"out of time", "sleep 20\n", TimedOut},
		{"out of memory", "echo 'Fatal error: exception Out of memory' >&2; exit 2\n", OutOfMemory},
		{"it refuses the file", "echo 'Error: Syntax error.'; exit 2\n", Failed},
		{"the answers are there, but it failed", answer + "exit 3\n", Failed},
		{"no output", "exit 0\n", Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, answers, err := record(t, c.script)
			if err == nil {
				t.Error("it was recorded")
			}
			if _, err := os.Stat(Name(path)); err == nil {
				t.Error("a verdict file was written")
			}
			if len(answers) < 3 || answers[2].Verdict != c.want || answers[2].Agrees() {
				t.Errorf("got %+v, want %q", answers, c.want)
			}
		})
	}
}

func TestNoProver(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := Find(context.Background(), Tamarin, string(Tamarin)); err == nil || !strings.Contains(err.Error(), "nothing was checked") {
		t.Errorf("got %v", err)
	}
}

// A verdict file is one JSON value of its format, and nothing else.
func TestNoVerdictFile(t *testing.T) {
	const good = `{"format":"` + Format + `"}`
	if _, err := ParseFile("f", []byte(good+"\n")); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "{}", "[]", good + good, good + "x", `{"format":"` + Format + `","more":1}`, `{"format":"mlsref-verdicts/0"}`} {
		if _, err := ParseFile("f", []byte(bad)); err == nil || !strings.HasPrefix(err.Error(), "f: ") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
