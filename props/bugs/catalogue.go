package bugs

import (
	"cmp"
	"embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed catalogue/*.txtar
var catalogue embed.FS

// All lists the bugs of the catalogue by layer, and by name within one.
func All() ([]Bug, error) {
	files, err := catalogue.ReadDir("catalogue")
	if err != nil {
		return nil, err
	}
	var all []Bug
	for _, f := range files {
		text, err := catalogue.ReadFile("catalogue/" + f.Name())
		if err != nil {
			return nil, err
		}
		b, err := parse(strings.TrimSuffix(f.Name(), ".txtar"), text)
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	slices.SortStableFunc(all, func(a, b Bug) int {
		return cmp.Compare(slices.Index(layers, a.Layer), slices.Index(layers, b.Layer))
	})
	return all, nil
}

// Named is the bugs of these names, in the order of All; all, if there are no names.
func Named(names []string) ([]Bug, error) {
	all, err := All()
	if err != nil || len(names) == 0 {
		return all, err
	}
	for _, name := range names {
		if !slices.ContainsFunc(all, func(b Bug) bool { return b.Name == name }) {
			return nil, fmt.Errorf("there is no seeded bug %q; mlsref bugs --list has them", name)
		}
	}
	return slices.DeleteFunc(all, func(b Bug) bool { return !slices.Contains(names, b.Name) }), nil
}
