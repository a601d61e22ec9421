package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"

	"mlsref/proverif/verdicts"
)

// run carries out all jobs, as many at once as there are cores. What is not finished
// when the context ends is left as not run.
func (p *proof) run(ctx context.Context, stderr io.Writer) {
	var jobs []*proofJob
	for _, j := range p.jobs {
		if why := p.absent(j.tool); why != "" {
			j.all(verdicts.Answered{Verdict: why})
		} else {
			jobs = append(jobs, j)
		}
	}
	p.total = len(jobs)
	bar := newBar(stderr, p.total, "run")
	var mu sync.Mutex
	onAllCores(ctx, p.total, func(i int) {
		problem := p.carryOut(ctx, jobs[i])
		mu.Lock()
		defer mu.Unlock()
		if problem != "" {
			p.problems = append(p.problems, problem)
		}
		if ctx.Err() == nil {
			p.finished++
		}
		bar.add()
	})
	bar.finish()
}

// carryOut runs one job. Each row has an answer of its own, so that jobs share nothing.
func (p *proof) carryOut(ctx context.Context, j *proofJob) (problem string) {
	if ctx.Err() != nil {
		return ""
	}
	m, err := j.make()
	if err != nil {
		j.all(verdicts.Answered{Verdict: verdicts.Failed, Note: err.Error()})
		return ""
	}
	if !j.keep {
		defer os.Remove(j.file)
	}
	if !m.Exported() {
		return p.handWritten(ctx, j, m)
	}
	answers, err := p.provers[j.tool].ProveExported(ctx, m, p.limits)
	if err != nil {
		return "" // interrupted
	}
	row := 0
	for i, l := range m.Lemmas {
		if l.Canary() {
			if a := answers[i]; !a.Agrees() && (isVerdict(a.Verdict) || a.Verdict == verdicts.Unknown) {
				j.all(verdicts.Answered{Verdict: verdicts.Failed, Note: "the canary does not sing"})
				return fmt.Sprintf("%s:%d: %s: expected %s, %s says %s: no answer about this file counts", j.file, l.Line, l.Name, a.Expected, toolNames[j.tool], a.Verdict)
			}
			continue
		}
		a := j.rows[row].answers[j.tool]
		a.Answered, a.line, a.text = answers[i], l.Line, l.Text()
		row++
	}
	return ""
}

// handWritten asks for a model's lemmas, one by one, and records them if that is wanted.
func (p *proof) handWritten(ctx context.Context, j *proofJob, m *verdicts.Model) (problem string) {
	each := func(answer verdicts.Answered) {
		for _, row := range j.rows {
			if a := row.answers[j.tool]; a.Lemma == answer.Lemma && a.Variant == answer.Variant {
				a.Answered = answer
			}
		}
	}
	var err error
	if p.record {
		err = verdicts.Record(ctx, p.provers[j.tool], m.Path, p.limits, each)
	} else {
		_, err = p.provers[j.tool].Prove(ctx, m, p.limits, each)
	}
	if err != nil && ctx.Err() == nil {
		return fmt.Sprintf("%s: not recorded: %v", m.Path, err)
	}
	return ""
}

// all gives every query of a job the same answer.
func (j *proofJob) all(answer verdicts.Answered) {
	for _, row := range j.rows {
		a := row.answers[j.tool]
		answer.Lemma, answer.Variant, answer.Expected = a.Lemma, a.Variant, a.Expected
		a.Answered = answer
	}
}

func isVerdict(a verdicts.Answer) bool { return a == verdicts.Verified || a == verdicts.Falsified }
