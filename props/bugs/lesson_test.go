package bugs

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"mlsref/props"
	"mlsref/proverif/verdicts"
	"mlsref/trace"
)

// lessons are the bugs that have one.
func lessons(t *testing.T) []Bug {
	t.Helper()
	var list []Bug
	for _, b := range catalogued(t) {
		if b.Lesson != nil {
			list = append(list, b)
		}
	}
	if len(list) < 10 {
		t.Errorf("%d bugs have a lesson, want ten", len(list))
	}
	return list
}

func (l *Lesson) scenario(t *testing.T, name string) *trace.Scenario {
	t.Helper()
	sc, err := trace.Parse(name+".scenario", strings.NewReader(l.Scenario+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

// Without the bug every property holds in the scenario. (The judged ones see nothing of
// its expectations: the page's test does.)
func TestLessonsHold(t *testing.T) {
	layers := map[Layer]bool{}
	for _, b := range lessons(t) {
		layers[b.Layer] = true
		t.Run(b.Name, func(t *testing.T) {
			failures, _, err := props.Run(b.Lesson.scenario(t, b.Name), props.All(), props.Look{Thorough: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range failures {
				t.Error(f)
			}
			if b.Lesson.Property == "known-answers" {
				t.Error("known answers teach nothing")
			}
			if _, err := props.Named(b.Lesson.Property); err != nil {
				t.Error(err)
			}
		})
	}
	for _, want := range []Layer{"treesync", "treekem", "treedem"} {
		if !layers[want] {
			t.Errorf("no lesson is about %s", want)
		}
	}
}

// modelled is the lemma that a lesson names, and what the verdict file says of it.
type modelled struct {
	path           string // from the root of the source
	model          *verdicts.Model
	file           *verdicts.File
	lemma          verdicts.Lemma
	whole, without verdicts.Answered // of the model as it is, and of the variant
}

func (l *Lesson) modelled(root string) (m modelled, err error) {
	m.path = "tamarin/" + l.Model
	if strings.HasSuffix(l.Model, ".pv") {
		m.path = "proverif/" + l.Model
	}
	if m.model, m.file, err = verdicts.Check(filepath.Join(root, m.path)); err != nil {
		return m, err
	}
	for _, lemma := range m.model.Lemmas {
		if lemma.Name == l.Lemma {
			m.lemma = lemma
		}
	}
	for _, a := range m.file.Answers {
		switch {
		case a.Lemma != l.Lemma:
		case a.Variant == "":
			m.whole = a
		case a.Variant == l.Variant:
			m.without = a
		}
	}
	return m, nil
}

// The lemma is proved in the model, and fails in the variant.
func TestLessonsFailInTheModel(t *testing.T) {
	root := source(t)
	for _, b := range lessons(t) {
		m, err := b.Lesson.modelled(root)
		switch {
		case err != nil:
			t.Errorf("%s: %v", b.Name, err)
		case m.lemma.Name == "":
			t.Errorf("%s: %s has no lemma %s", b.Name, b.Lesson.Model, b.Lesson.Lemma)
		case m.lemma.Exists || m.whole.Verdict != verdicts.Verified || m.without.Verdict != verdicts.Falsified:
			t.Errorf("%s: %s %s is %q, without the protection (%s) %q", b.Name, b.Lesson.Model, b.Lesson.Lemma, m.whole.Verdict, b.Lesson.Variant, m.without.Verdict)
		}
	}
}

const sampleLesson = `title: one line
layer: wire
source: own
expect: codec
shown by: deletion
model: a.spthy some_variant some_lemma

Text.
-- a/b.go --
-	old()
-- lesson.scenario --
alice creates room
-- lesson.says --
line 1: deletion: it is there
-- lesson.gain --
All.
`

func TestParseLesson(t *testing.T) {
	b, err := parse("sample", []byte(sampleLesson))
	if err != nil {
		t.Fatal(err)
	}
	want := Lesson{Property: "deletion", Scenario: "alice creates room", Says: "line 1: deletion: it is there", Gain: "All.",
		Model: "a.spthy", Variant: "some_variant", Lemma: "some_lemma"}
	if len(b.Edits) != 1 || b.Lesson == nil || *b.Lesson != want {
		t.Errorf("%+v", b.Lesson)
	}
	for _, c := range []struct{ old, with, want string }{
		{"shown by: deletion\n", "", "a lesson needs"},
		{"All.", "", "a lesson needs"},
		{" some_lemma", "", "no model, variant and lemma"},
		{"lesson.gain", "lesson.gian", "begins with none"},
	} {
		if _, err := parse("sample", []byte(strings.Replace(sampleLesson, c.old, c.with, 1))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: %v, want %q", c.with, c.old, err, c.want)
		}
	}
}

type player struct {
	failures []Failure
	err      error
	played   [2]string
}

func (p *player) Play(_ context.Context, changed map[string]string, property, scenario string) (Report, error) {
	p.played = [2]string{property, scenario}
	if len(changed) == 0 {
		return Report{}, errors.New("nothing is changed")
	}
	return Report{Failures: p.failures}, p.err
}

func TestHeld(t *testing.T) {
	root, b := source(t), lessons(t)[0]
	line, said, _ := strings.Cut(strings.TrimPrefix(b.Lesson.Says, "line "), ": "+b.Lesson.Property+": ")
	right := Failure{Property: b.Lesson.Property, Text: said}
	for _, digit := range line {
		right.Line = 10*right.Line + int(digit-'0')
	}
	other, wrong := Failure{Property: "codec"}, right
	wrong.Line++
	for _, c := range []struct {
		p    player
		want string
	}{
		{player{failures: []Failure{other, right}}, ""},
		{player{failures: []Failure{other}}, "holds in its scenario"},
		{player{}, "holds in its scenario"},
		{player{failures: []Failure{wrong}}, "stale"},
		{player{err: errors.New("no go")}, "no go"},
	} {
		err := b.Held(t.Context(), &c.p, root)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: %v, want %q", c.p.failures, err, c.want)
		}
		if c.p.played != [2]string{b.Lesson.Property, b.Lesson.Scenario + "\n"} {
			t.Errorf("it played %q", c.p.played)
		}
	}
	b.Lesson = nil
	if err := b.Held(t.Context(), &player{}, root); err != nil {
		t.Error(err)
	}
}
