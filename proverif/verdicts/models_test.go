package verdicts

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/models.md")

const page = "../../docs/models.md"

func models(t *testing.T) []string {
	t.Helper()
	tamarin, err := filepath.Glob("../../tamarin/*.spthy")
	if err != nil {
		t.Fatal(err)
	}
	proverif, err := filepath.Glob("../*.pv")
	if err != nil {
		t.Fatal(err)
	}
	all := append(tamarin, proverif...)
	if len(all) < 10 {
		t.Fatalf("only %d models were found", len(all))
	}
	return all
}

// TestVerdicts holds every model against its verdict file: the exact text that was
// proved, every lemma answered and no other one, every answer the expected one.
func TestVerdicts(t *testing.T) {
	for _, path := range models(t) {
		if _, _, err := Check(path); err != nil {
			t.Errorf("%v\n(go run ./cmd/mlsref prove --record %s)", err, path)
		}
	}
}

// TestNoOrphans finds verdict files whose model is gone.
func TestNoOrphans(t *testing.T) {
	have := models(t)
	for _, dir := range []string{"../../tamarin", ".."} {
		files, err := filepath.Glob(filepath.Join(dir, "*.verdicts.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !slices.Contains(have, strings.TrimSuffix(f, ".verdicts.json")) {
				t.Errorf("%s has no model", f)
			}
		}
	}
}

// TestEveryProtectionIsRemoved expects a variant in every model: a protection removed,
// and a lemma that fails without it.
func TestEveryProtectionIsRemoved(t *testing.T) {
	for _, path := range models(t) {
		m, err := Load(path)
		if err != nil {
			t.Error(err)
		} else if len(m.Variants) == 0 {
			t.Errorf("%s has no variant", path)
		}
	}
}

func TestIndex(t *testing.T) {
	want, err := Index(models(t), func(path string) string {
		if filepath.Ext(path) == ".pv" {
			return "../proverif/" + filepath.Base(path)
		}
		return "../tamarin/" + filepath.Base(path)
	})
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is stale: go test ./proverif/verdicts -update", page)
	}
}
