package bugs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"mlsref/props"
)

// Lesson shows on one bug what its absence protects.
type Lesson struct {
	Property   string // that fails in the scenario
	Scenario   string // short, with comments; its expectations hold without the bug
	Says       string // what the property says with the bug: a props.Failure as text
	Gain       string // what the attacker has from it, in Markdown
	Derivation string // how, as mlsref explain tells it of the run with the bug; may be empty

	Model   string // a hand-written model's file name, with
	Variant string // a variant that lacks the same protection, in which
	Lemma   string // this lemma fails
}

// section takes one of the files of a lesson; false if the name is of none.
func (l *Lesson) section(f txtar.File) bool {
	sections := map[string]*string{
		"lesson.scenario": &l.Scenario, "lesson.says": &l.Says, "lesson.gain": &l.Gain, "lesson.derivation": &l.Derivation,
	}
	if sections[f.Name] != nil {
		*sections[f.Name] = strings.Trim(string(f.Data), "\n")
	}
	return sections[f.Name] != nil
}

// claim reads the model, variant and lemma.
func (l *Lesson) claim(value string) error {
	words := strings.Fields(value)
	if len(words) != 3 {
		return fmt.Errorf("%q is no model, variant and lemma", value)
	}
	l.Model, l.Variant, l.Lemma = words[0], words[1], words[2]
	return nil
}

func (l *Lesson) complete() error {
	if slices.Contains([]string{l.Property, l.Scenario, l.Says, l.Gain, l.Model}, "") {
		return errors.New(`a lesson needs "shown by:", "model:", and lesson.scenario, lesson.says and lesson.gain`)
	}
	return nil
}

// Player builds mlsref from the source with some files changed, and has it hold one
// property under one scenario.
type Player interface {
	Play(ctx context.Context, changed map[string]string, property, scenario string) (Report, error)
}

// Held plays the bug's lesson on the source under root with the bug. Its error says
// that the lesson is not true: its property holds, or says something else. A bug
// without a lesson has nothing to hold.
func (b Bug) Held(ctx context.Context, p Player, root string) error {
	if b.Lesson == nil {
		return nil
	}
	changed, err := b.Changed(root)
	if err != nil {
		return err
	}
	report, err := p.Play(ctx, changed, b.Lesson.Property, b.Lesson.Scenario+"\n")
	if err != nil {
		return fmt.Errorf("the lesson of %s: %w", b.Name, err)
	}
	return b.Lesson.told(b.Name, report.Failures)
}

// told compares what failed with what the lesson says.
func (l *Lesson) told(name string, failures []Failure) error {
	for _, f := range failures {
		if f.Property != l.Property {
			continue
		}
		if said := (props.Failure{Property: f.Property, Line: f.Line, Text: f.Text}).String(); said != l.Says {
			return fmt.Errorf("the lesson of %s is stale: %s says %q, the lesson %q", name, l.Property, said, l.Says)
		}
		return nil
	}
	return fmt.Errorf("the lesson of %s: the property %s holds in its scenario, bug or no bug", name, l.Property)
}
