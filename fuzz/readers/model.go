package readers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mlsref/fuzz/target"
	"mlsref/proverif/verdicts"
	"mlsref/trace"
)

// What an input's first byte says the rest is.
const (
	theoryFile = iota
	processFile
	exportedTheory
	exportedProcess
	verdictFile
	modelFiles
)

// modelNames are under which names they are read.
var modelNames = [modelFiles]string{"fuzz.spthy", "fuzz.pv", "fuzz.spthy", "fuzz.pv", "fuzz.spthy.verdicts.json"}

func runModel(in []byte, seen *target.Seen) error {
	if len(in) == 0 {
		return nil
	}
	kind, text := in[0]%modelFiles, in[1:]
	name := modelNames[kind]
	var m *verdicts.Model
	var err error
	switch kind {
	case theoryFile, processFile:
		m, err = verdicts.Parse(name, text)
	case exportedTheory, exportedProcess:
		m, err = verdicts.ParseExported(name, text)
	case verdictFile:
		return runVerdicts(name, text, seen)
	}
	if err != nil {
		seen.Outcome("refused")
		return named(name, text, err)
	}
	seen.Outcome("read")
	if err := lemmasIn(text, m); err != nil {
		return err
	}
	return onlyOf(m, name, text)
}

var lineOf = regexp.MustCompile(`^(?: line |)([0-9]+): `)

// named: an error begins with the file's name, and a line in it is one of the file.
func named(name string, text []byte, err error) error {
	rest, found := strings.CutPrefix(err.Error(), name+":")
	if !found {
		return fmt.Errorf("the error %w does not name the file", err)
	}
	if at := lineOf.FindStringSubmatch(rest); at != nil {
		if line, _ := strconv.Atoi(at[1]); line < 1 || line > 1+bytes.Count(text, []byte("\n")) {
			return fmt.Errorf("the error %w is in no line", err)
		}
	}
	return nil
}

// lemmasIn: each lemma stands in its line, has a name of its own, and an expectation.
func lemmasIn(text []byte, m *verdicts.Model) error {
	lines := strings.Split(string(text), "\n")
	for _, l := range m.Lemmas {
		if l.Line < 1 || l.Line > len(lines) {
			return fmt.Errorf("lemma %q is in line %d of %d", l.Name, l.Line, len(lines))
		}
		line := strings.TrimSpace(lines[l.Line-1])
		switch {
		case m.Tool == verdicts.Tamarin && !(strings.HasPrefix(line, "lemma") && strings.Contains(line, l.Name)),
			m.Tool == verdicts.ProVerif && !m.Exported() && !strings.HasPrefix(line, "query") && !strings.HasPrefix(line, "noninterf"):
			return fmt.Errorf("lemma %q is said to be in line %d, which is %q", l.Name, l.Line, line)
		case l.Name == "" || l.Expect[""] == "":
			return fmt.Errorf("lemma %q expects %q", l.Name, l.Expect[""])
		}
	}
	return nil
}

// onlyOf: the verdicts that a hand-written model expects agree with it, and neither with
// another text of it nor if one of them is missing or another one.
func onlyOf(m *verdicts.Model, name string, text []byte) error {
	if m.Exported() {
		return nil
	}
	f := &verdicts.File{Format: verdicts.Format, Model: name, SHA256: m.SHA256, Tool: m.Tool, Version: "1"}
	for _, l := range m.Lemmas {
		for variant, want := range l.Expect {
			f.Answers = append(f.Answers, verdicts.Answered{Lemma: l.Name, Variant: variant, Expected: want, Verdict: want})
		}
	}
	if err := f.Agrees(m); err != nil {
		return fmt.Errorf("what the model expects does not agree with it: %w", err)
	}
	last := len(f.Answers) - 1
	all, half := f.Answers, slices.Clone(f.Answers)
	half[last].Verdict = verdicts.Unknown
	for what, answers := range map[string][]verdicts.Answered{"a missing verdict": all[:last], "an open verdict": half, "a verdict twice": append(slices.Clone(all), all[0])} {
		f.Answers = answers
		if f.Agrees(m) == nil {
			return fmt.Errorf("%s agrees with the model", what)
		}
	}
	f.Answers = all
	changed, err := verdicts.Parse(name, append(slices.Clone(text), '\n'))
	if err == nil && f.Agrees(changed) == nil {
		return fmt.Errorf("verdicts agree with a model that has changed since")
	}
	return nil
}

func runVerdicts(name string, text []byte, seen *target.Seen) error {
	f, err := verdicts.ParseFile(name, text)
	if err != nil {
		seen.Outcome("refused")
		return named(name, text, err)
	}
	seen.Outcome("read")
	again, err := json.Marshal(f)
	if err != nil {
		return err
	}
	back, err := verdicts.ParseFile(name, again)
	if err != nil || !reflect.DeepEqual(back, f) {
		return fmt.Errorf("written and read again it is %+v, %v", back, err)
	}
	m, err := verdicts.Parse("fuzz.spthy", []byte(theory))
	if err != nil {
		return err
	}
	if f.Agrees(m) == nil && f.SHA256 != m.SHA256 {
		return fmt.Errorf("verdicts of another text agree")
	}
	return nil
}

const theory = `/*
Shown: a. Assumed: b. Not covered: c.
*/
theory toy
begin
#ifdef keep
rule A: [ ] --[ A() ]-> [ ]
#endif

// It runs. §8
// expect true
lemma runs:
  exists-trace
  "Ex #i. A()@i"

// It is safe. §8.1, §9
// expect true; keep false
lemma safe:
  "All #i. A()@i ==> F"

// It can fail. §9
// expect false
lemma negative:
  "F"

end
`

const process = `(*
Shown: a. Assumed: b. Not covered: c.
*)
event A().

(* It runs. §8 *)
(* name runs; expect reachable *)
query event(A()).

(* A key is as good as random. §8.1
   name random; expect true; no_check false *)
query secret k [real_or_random].

(* It can happen. §9 *)
(* name negative; expect false *)
query event(A()) ==> false.

process
(*#unless no_check*)
  event A()
(*#if no_check
  0
#end*)
`

// modelSeeds are a model of each prover, recorded runs exported for both, and a verdict file.
func modelSeeds() ([][]byte, error) {
	sc, err := trace.Parse(file, strings.NewReader("alice creates room\nalice exports \"x\"\n"))
	if err != nil {
		return nil, err
	}
	t, err := trace.Play(sc, trace.Options{})
	if err != nil {
		return nil, err
	}
	report, err := trace.Judge(t)
	if err != nil {
		return nil, err
	}
	exported := [2]bytes.Buffer{}
	exported[0].WriteByte(exportedTheory)
	exported[1].WriteByte(exportedProcess)
	if err := trace.ExportTamarin(&exported[0], t, report, trace.ExportOptions{}); err != nil {
		return nil, err
	}
	if err := trace.ExportProVerif(&exported[1], t, report, trace.ExportOptions{}); err != nil {
		return nil, err
	}
	m, err := verdicts.Parse("fuzz.spthy", []byte(theory))
	if err != nil {
		return nil, err
	}
	f := &verdicts.File{Format: verdicts.Format, Model: "fuzz.spthy", SHA256: m.SHA256, Tool: m.Tool, Version: "1.10.0", Date: "2026-11-22",
		Limits: verdicts.Limits{Seconds: 60, MemoryMiB: 4096}}
	for _, l := range m.Lemmas {
		f.Answers = append(f.Answers, verdicts.Answered{Lemma: l.Name, Expected: l.Expect[""], Verdict: l.Expect[""], Steps: 2, Seconds: 0.5, PeakMiB: 9, Command: "tamarin-prover"})
	}
	f.Answers = append(f.Answers, verdicts.Answered{Lemma: "safe", Variant: "keep", Expected: verdicts.Falsified, Verdict: verdicts.Falsified, Command: "tamarin-prover -D=keep"})
	written, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, err
	}
	return [][]byte{
		append([]byte{theoryFile}, theory...),
		append([]byte{processFile}, process...),
		exported[0].Bytes(), exported[1].Bytes(),
		append([]byte{verdictFile}, written...),
	}, nil
}
