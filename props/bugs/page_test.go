package bugs

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mlsref/model"
	"mlsref/props"
	"mlsref/trace"
)

var update = flag.Bool("update", false, "write docs/bugs.md and docs/bugs/*.md")

const docs = "../../docs/"

// TestPages: docs/bugs.md and the lessons are what the catalogue, the verdict files and
// a run without the bug give.
func TestPages(t *testing.T) {
	list := lessons(t)
	pages := map[string]string{"bugs.md": indexPage(catalogued(t))}
	for _, b := range list {
		pages["bugs/"+b.Name+".md"] = b.lessonPage(t)
	}
	have, err := filepath.Glob(docs + "bugs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range have {
		if pages["bugs/"+filepath.Base(path)] == "" {
			t.Errorf("%s is of no lesson", path)
		}
	}
	for name, want := range pages {
		if *update {
			if err := os.WriteFile(docs+name, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(docs + name); err != nil || string(got) != want {
			t.Errorf("docs/%s is stale (%v): run go test ./props/bugs -run TestPages -update", name, err)
		}
	}
}

const indexHead = `# Seeded bugs

Made from [props/bugs/catalogue](../props/bugs/catalogue) by
%s; do not edit.

Properties that hold say little until they have failed. Each of these %d bugs is a small
change to the source that somebody has made, or could have. ` + "`mlsref bugs`" + ` applies one
after another to a copy of the source, builds mlsref with it, and has it hold its
[properties](properties.md) under random histories: one must fail. *Expected* are those
that are likeliest to. A source "known-bugs.md" is a collection of published bugs that does not
lie in this repository; names with a number are issues and advisories.

    go run ./cmd/mlsref bugs                          all of them: takes a while
    go run ./cmd/mlsref bugs --list psk-ignored       what it changes
    go run ./cmd/mlsref bugs psk-ignored

## Lessons

For %d of them a page shows a short scenario in which the bug does harm, what the attacker
gains, and the lemma of a [hand-written model](models.md) that fails when the model lacks
the same protection.

| lesson | what goes wrong | property | model | lemma |
| --- | --- | --- | --- | --- |
`

const pageCommand = "`go test ./props/bugs -run TestPages -update`"

func indexPage(all []Bug) string {
	var b strings.Builder
	with := slices.DeleteFunc(slices.Clone(all), func(b Bug) bool { return b.Lesson == nil })
	fmt.Fprintf(&b, indexHead, pageCommand, len(all), len(with))
	for _, bug := range with {
		l := bug.Lesson
		fmt.Fprintf(&b, "| [%s](bugs/%s.md) | %s | `%s` | %s, %s | `%s` |\n", bug.Name, bug.Name, bug.Title, l.Property, l.Model, l.Variant, l.Lemma)
	}
	b.WriteString("\n## All\n\n| bug | layer | what goes wrong | source | expected |\n| --- | --- | --- | --- | --- |\n")
	for _, bug := range all {
		name := bug.Name
		if bug.Lesson != nil {
			name = fmt.Sprintf("[%s](bugs/%s.md)", name, name)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", name, bug.Layer, cell(bug.Title), cell(bug.Source), strings.Join(bug.Expect, ", "))
	}
	return b.String()
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

func (b Bug) lessonPage(t *testing.T) string {
	t.Helper()
	var p strings.Builder
	l := b.Lesson
	fmt.Fprintf(&p, "# %s\n\nMade from [%s.txtar](../../props/bugs/catalogue/%s.txtar), the verdict file of the model,\nand a run without the bug, by %s; do not edit.\n\n",
		b.Name, b.Name, b.Name, pageCommand)
	fmt.Fprintf(&p, "**What goes wrong:** %s.\n\n%s\n\nLayer: %s. Source: %s.\n\n## The change\n", b.Title, b.Text, b.Layer, b.Source)
	for _, e := range b.Edits {
		fmt.Fprintf(&p, "\n[%s](../../%s):\n\n```diff\n%s```\n", e.File, e.File, e)
	}
	fmt.Fprintf(&p, "\n## The scenario\n\n```scenario\n%s\n```\n\n", l.Scenario)
	property, err := props.Named(l.Property)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&p, "With the bug the property `%s` fails in it. It wants that %s (%s); it says:\n\n> %s\n\n", l.Property, property[0].About, property[0].Source, l.Says)
	fmt.Fprintf(&p, "`mlsref bugs %s` builds mlsref with the bug, and plays this too.\n\n## What the attacker gains\n\n%s\n", b.Name, l.Gain)
	if l.Derivation != "" {
		fmt.Fprintf(&p, "\nHow, as `mlsref explain` tells it of the run with the bug:\n\n```text\n%s\n```\n", l.Derivation)
	}
	fmt.Fprintf(&p, "\n## Without the bug\n\n%s\n## In the model\n\n%s", l.judged(t, b.Name), l.inTheModel(t))
	return p.String()
}

// judged is what the judges say of the scenario as the source is.
func (l *Lesson) judged(t *testing.T, name string) string {
	t.Helper()
	tr, err := trace.Play(l.scenario(t, name), trace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	report, err := trace.Judge(tr)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		t.Error(p)
	}
	exposed := 0
	var table strings.Builder
	for _, row := range report.Rows {
		if row.Exposed() {
			exposed++
		}
		if told := []model.GoalKind{model.EpochSecret, model.InitSecret, model.Message, model.PSK}; slices.Contains(told, row.Goal.Kind) {
			fmt.Fprintf(&table, "| %s | %s | %s | %s |\n", trace.GoalName(row.Goal), fate(row.Predicate.Exposed), fate(row.Closure), cell(row.Predicate.Because))
		}
	}
	return fmt.Sprintf("Every property holds, the judges agree on all %d secrets, of which %d are exposed, and the\nexpectations hold; `mlsref run` tells the story, if the scenario is in a file. Some of the secrets:\n\n"+
		"| secret | predicate | closure | the predicate's reason |\n| --- | --- | --- | --- |\n%s", len(report.Rows), exposed, &table)
}

func fate(exposed bool) string {
	if exposed {
		return "exposed"
	}
	return "secret"
}

func (l *Lesson) inTheModel(t *testing.T) string {
	t.Helper()
	m, err := l.modelled(source(t))
	if err != nil {
		t.Fatal(err)
	}
	var p strings.Builder
	fmt.Fprintf(&p, "[%s](../../%s), lemma `%s`:\n\n> %s\n\n", l.Model, m.path, l.Lemma, m.lemma.Meaning)
	fmt.Fprintf(&p, "Variant `%s` is the model without this protection: %s.\n\n", l.Variant, variantMeaning(t, m.model.About, l.Variant))
	fmt.Fprintf(&p, "| RFC 9420 | the model | variant %s | prover |\n| --- | --- | --- | --- |\n", l.Variant)
	fmt.Fprintf(&p, "| %s | %s | %s | %s %s, %s |\n\n", strings.Join(m.lemma.Sections, ", "), m.whole.Verdict, m.without.Verdict, m.file.Tool, m.file.Version, m.file.Date)
	fmt.Fprintf(&p, "All lemmas and variants of the model, which takes the prover ([provers.md](../provers.md)):\n\n    go run ./cmd/mlsref prove %s\n", m.path)
	if strings.Contains(m.without.Command, "-D=") {
		fmt.Fprintf(&p, "\nThis lemma in this variant, in the folder `%s`; its proof ends with the attack, at `SOLVED`:\n\n    %s\n", filepath.Dir(m.path), m.without.Command)
	}
	return p.String()
}

// variantMeaning finds what the comment at a model's top says of a variant: "name,
// what it is" up to the next one.
func variantMeaning(t *testing.T, about, variant string) string {
	t.Helper()
	words := strings.Join(strings.Fields(about), " ")
	_, variants, _ := strings.Cut(words, " Variant")
	_, meaning, found := strings.Cut(variants, variant+", ")
	if !found {
		t.Fatalf("the model's comment does not say what variant %s is", variant)
	}
	return meaning[:strings.IndexAny(meaning+".", ";.")]
}
