package draft_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"mlsref/spec"
	"mlsref/spec/draft"
)

// rfc is where RFC 9420's text may lie, which is not part of this repository.
func rfc() string {
	shared := os.Getenv("MLSREF_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	return filepath.Join(shared, "reference", "rfc9420.md")
}

// The catalogue has one entry for each statement of the text, in the text's order.
func TestCatalogue(t *testing.T) {
	f, err := os.Open(rfc())
	if err != nil {
		t.Skip("not checked: the catalogue against RFC 9420, whose text is not at hand")
	}
	defer f.Close()
	doc, problems := draft.Read("rfc9420.md", f)
	for _, p := range problems {
		t.Error(p)
	}
	type key struct{ section, print, keyword string }
	var text, catalogue []key
	for _, s := range doc.Statements() {
		text = append(text, key{s.Section, s.Print, s.Keyword})
	}
	for _, s := range spec.Statements() {
		catalogue = append(catalogue, key{s.Section, s.Print, s.Keyword})
	}
	for _, k := range text {
		if !slices.Contains(catalogue, k) {
			t.Errorf("%v is not in the catalogue", k)
		}
	}
	for _, k := range catalogue {
		if !slices.Contains(text, k) {
			t.Errorf("%v is not in the text", k)
		}
	}
	if !t.Failed() && !slices.Equal(text, catalogue) {
		t.Error("the catalogue is in another order than the text")
	}
}
