package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mlsref/model"
	"mlsref/proverif/verdicts"
	"mlsref/trace"
)

// proof is all that one command line asks.
type proof struct {
	proveOptions
	dir      string // of the files that the provers are given
	provers  map[verdicts.Tool]verdicts.Prover
	missing  map[verdicts.Tool]error
	rows     []*proofRow
	jobs     []*proofJob
	total    int      // jobs whose prover is there
	finished int      // and that ran to their end
	problems []string // of the judges, of canaries, of recording
	names    map[string]bool
}

// proofRow is a line of the table: a secret, or a lemma of a hand-written model.
type proofRow struct {
	file      string // the PATH it comes from
	name      string
	kind      rowKind
	predicate string // or what the file expects
	closure   string
	answers   map[verdicts.Tool]*proofAnswer
}

type rowKind int

const (
	secretRow rowKind = iota
	lemmaRow          // a property of all runs
	runRow            // asks for a run
)

// proofAnswer is what a prover said, and about which line of which file.
type proofAnswer struct {
	verdicts.Answered
	file string
	line int
	text string
}

// proofJob is a run of a prover over a file, or over a hand-written model's lemmas.
type proofJob struct {
	tool verdicts.Tool
	file string
	rows []*proofRow                     // in the order of the queries, canaries left out
	make func() (*verdicts.Model, error) // writes the file, where it is not there
	keep bool
}

// extensions of what can be proved.
var provable = map[string]bool{".scenario": true, ".jsonl": true, ".pv": true, ".spthy": true}

// findSubjects lists what the command line names: files, and those below folders.
func findSubjects(args []string) (paths []string, err error) {
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			paths = append(paths, arg)
			continue
		}
		before := len(paths)
		err = filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && provable[filepath.Ext(path)] {
				paths = append(paths, path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		if len(paths) == before {
			return nil, fmt.Errorf("%s: no .scenario, .jsonl, .pv or .spthy file is in it", arg)
		}
	}
	return paths, nil
}

func (p *proof) load(path string) error {
	switch ext := filepath.Ext(path); {
	case ext == ".pv" || ext == ".spthy":
		return p.loadModel(path)
	case p.record:
		return fmt.Errorf("--record: %s is no hand-written model", path)
	case ext == ".jsonl":
		t, report, err := judgeFile(path)
		if err != nil {
			return err
		}
		return p.loadTrace(path, t, report)
	}
	sc, err := readScenario([]string{path})
	if err != nil {
		return err
	}
	t, err := trace.Play(sc, trace.Options{})
	if err != nil {
		return playFailed(err)
	}
	report, err := trace.Judge(t)
	if err != nil {
		return playFailed(err)
	}
	return p.loadTrace(path, t, report)
}

// loadModel takes in an exported file, or a hand-written model with its variants.
func (p *proof) loadModel(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if verdicts.IsExported(text) {
		if p.record {
			return fmt.Errorf("--record: %s is no hand-written model", path)
		}
		m, err := verdicts.LoadExported(path)
		if err != nil {
			return err
		}
		j := &proofJob{tool: m.Tool, file: path, keep: true, make: func() (*verdicts.Model, error) { return m, nil }}
		for _, l := range m.Lemmas {
			if l.Canary() {
				continue
			}
			row := p.row(path, l.Meaning, secretRow, fateWord(l.Expect[""] == verdicts.Falsified), "–")
			p.expects(j, row)
		}
		p.jobs = append(p.jobs, j)
		return nil
	}
	m, err := verdicts.Load(path)
	if err != nil {
		return err
	}
	j := &proofJob{tool: m.Tool, file: path, keep: true, make: func() (*verdicts.Model, error) { return m, nil }}
	for _, variant := range append([]string{""}, m.Variants...) {
		for _, l := range m.Lemmas {
			want, asked := l.Expect[variant]
			if !asked {
				continue
			}
			kind := lemmaRow
			if l.Exists {
				kind = runRow
			}
			row := p.row(path, lemmaTitle(l.Name, variant), kind, answerWord(kind, want), "–")
			p.expects(j, row)
			a := row.answers[m.Tool]
			a.Lemma, a.Variant, a.Expected, a.line = l.Name, variant, want, l.Line
		}
	}
	p.jobs = append(p.jobs, j)
	return nil
}

func lemmaTitle(name, variant string) string {
	if variant != "" {
		return name + " (variant " + variant + ")"
	}
	return name
}

func (p *proof) row(file, name string, kind rowKind, predicate, closure string) *proofRow {
	row := &proofRow{file: file, name: name, kind: kind, predicate: predicate, closure: closure, answers: map[verdicts.Tool]*proofAnswer{}}
	p.rows = append(p.rows, row)
	return row
}

// expects says that a job will answer to a row.
func (p *proof) expects(j *proofJob, row *proofRow) {
	row.answers[j.tool] = &proofAnswer{file: j.file}
	if !j.keep {
		row.answers[j.tool].file = filepath.Base(j.file)
	}
	row.answers[j.tool].Verdict = verdicts.NotRun
	j.rows = append(j.rows, row)
}

// A trace with more terms than this to tell is cut into slices. Tamarin's time grows with
// each term, ProVerif's with their square.
var sliceAbove = map[verdicts.Tool]int{verdicts.ProVerif: 1000, verdicts.Tamarin: 150}

// queriesPerFile: as long as a trace is not very long, neighbours share a slice and what
// a prover does once for each file, which for Tamarin is most of its work. A whole file
// that is too large to be written has no size.
func queriesPerFile(tool verdicts.Tool, size int, tooLarge bool, queries int) (n int, slice bool) {
	const shared, veryLong = 20, 10
	switch {
	case tooLarge || size > veryLong*sliceAbove[tool]:
		return 1, true
	case size > sliceAbove[tool]:
		return shared, true
	}
	return queries, false
}

func (p *proof) loadTrace(path string, t *trace.Trace, report *trace.Report) error {
	ask, err := p.Ask(t, report)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, problem := range report.Problems {
		p.problems = append(p.problems, problem.String())
	}
	var asked []*proofRow
	var goals []model.Goal
	for _, row := range report.Rows {
		if ask == nil || ask(row) {
			asked = append(asked, p.row(path, trace.GoalName(row.Goal), secretRow, fateWord(row.Predicate.Exposed), fateWord(row.Closure)))
			goals = append(goals, row.Goal)
		}
	}
	if len(asked) == 0 {
		return fmt.Errorf("%s: no secret to ask about", path)
	}
	size, err := trace.ExportSize(t, report)
	base := p.fileBase(path)
	for _, tool := range tools {
		n, slice := queriesPerFile(tool, size, err != nil, len(asked))
		for first := 0; first < len(asked); first += n {
			some := min(first+n, len(asked))
			j := &proofJob{tool: tool, keep: p.proveOptions.dir != "", file: base + extension[tool]}
			if slice {
				j.file = fmt.Sprintf("%s.%d%s", base, first+1, extension[tool])
			}
			only := func(r trace.Row) bool { return slices.Contains(goals[first:some], r.Goal) }
			j.make = p.exporter(j, t, report, trace.ExportOptions{Ask: only, Slice: slice})
			for _, row := range asked[first:some] {
				p.expects(j, row)
			}
			p.jobs = append(p.jobs, j)
		}
	}
	return nil
}

var extension = map[verdicts.Tool]string{verdicts.ProVerif: ".pv", verdicts.Tamarin: ".spthy"}

// fileBase is the name of a subject's files, without an extension; no other has it.
func (p *proof) fileBase(path string) string {
	name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), ".trace")
	unique := name
	for n := 2; p.names[unique]; n++ {
		unique = fmt.Sprintf("%s-%d", name, n)
	}
	p.names[unique] = true
	return filepath.Join(p.dir, unique)
}

// exporter writes a job's file when its turn comes, and reads it like anybody's.
func (p *proof) exporter(j *proofJob, t *trace.Trace, report *trace.Report, options trace.ExportOptions) func() (*verdicts.Model, error) {
	write := exporters["proverif"]
	if j.tool == verdicts.Tamarin {
		write = exporters["tamarin"]
	}
	return func() (*verdicts.Model, error) {
		var text bytes.Buffer
		if err := write(&text, t, report, options); err != nil {
			return nil, err
		}
		if err := writeFiles([]output{{path: j.file, data: text.Bytes()}}); err != nil {
			return nil, err
		}
		m, err := verdicts.LoadExported(j.file)
		if err != nil {
			return nil, errors.New("internal: an exported file cannot be read: " + err.Error())
		}
		return m, nil
	}
}

func fateWord(exposed bool) string {
	if exposed {
		return "EXPOSED"
	}
	return "secret"
}
