package verdicts

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Layers are the groups of models, by the first word of a file's name.
var layers = []struct{ prefix, title string }{
	{"keyschedule_", "Key schedule"},
	{"treekem_", "Tree key agreement"},
	{"groupops_", "Group operations"},
	{"message_", "Message protection"},
}

const indexHead = `# The hand-written models

Made from the models and their verdict files by ` + "`go test ./proverif/verdicts -update`" + `; do
not edit. Each model lies in ` + "`tamarin/`" + ` or ` + "`proverif/`" + `, with its verdict file beside it; a test
fails when a model has changed since it was proved. Each claim is about the model, and
holds for MLS as far as what the model assumes does.

*yes*: proved; *a run*: what is asked for can happen; *attack*: the lemma is expected to
fail and does, which shows that the model can. A variant is the same model with one
protection removed: the lemma fails there. Times are of the run that answered; ProVerif
answers a file in one run. [Traces as runs of the models](model-runs.md) says how they are tied
to the code.
`

// Index writes the page of all models: what each one shows, and its lemmas.
func Index(paths []string, link func(path string) string) (string, error) {
	var page strings.Builder
	page.WriteString(indexHead)
	left := slices.Clone(paths)
	for _, layer := range layers {
		fmt.Fprintf(&page, "\n## %s\n", layer.title)
		for _, path := range paths {
			if !strings.HasPrefix(filepath.Base(path), layer.prefix) {
				continue
			}
			left = slices.DeleteFunc(left, func(p string) bool { return p == path })
			if err := indexModel(&page, path, link(path)); err != nil {
				return "", err
			}
		}
	}
	if len(left) > 0 {
		return "", fmt.Errorf("these models belong to no layer by their names: %q", left)
	}
	return page.String(), nil
}

func indexModel(page *strings.Builder, path, link string) error {
	m, f, err := Check(path)
	if err != nil {
		return err
	}
	fmt.Fprintf(page, "\n### [%s](%s)\n\n%s %s, %s.\n\n%s\n\n", m.Name(), link, f.Tool, f.Version, f.Date, m.About)
	page.WriteString("| lemma | meaning | RFC 9420 | verdict | fails in | seconds |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, l := range m.Lemmas {
		var fails []string
		seconds := 0.0
		for _, a := range f.Answers {
			switch {
			case a.Lemma != l.Name:
			case a.Variant == "":
				seconds = a.Seconds
			default:
				fails = append(fails, a.Variant)
			}
		}
		fmt.Fprintf(page, "| `%s` | %s | %s | %s | %s | %.2f |\n", l.Name, strings.ReplaceAll(l.Meaning, "|", `\|`),
			strings.Join(l.Sections, ", "), l.verdictWord(), strings.Join(fails, ", "), seconds)
	}
	return nil
}

// verdictWord is the verdict of the model as it is; Check has held it against the file.
func (l Lemma) verdictWord() string {
	switch {
	case l.Exists && l.Expect[""] == Verified:
		return "a run"
	case l.Exists:
		return "no run"
	case l.Expect[""] == Verified:
		return "yes"
	}
	return "attack"
}
