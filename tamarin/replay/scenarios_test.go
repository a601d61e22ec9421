package replay

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"mlsref/trace"
)

func scenarios(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("../../docs/scenarios/*.scenario")
	if err != nil || len(paths) < 10 {
		t.Fatalf("%d scenarios: %v", len(paths), err)
	}
	return paths
}

var memory sync.Map // of traces, by path

// played plays a scenario, once for all tests.
func played(t *testing.T, path string) *trace.Trace {
	t.Helper()
	if tr, ok := memory.Load(path); ok {
		return tr.(*trace.Trace)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc, err := trace.Parse(path, f)
	if err != nil {
		t.Fatal(err)
	}
	tr := play(t, sc)
	memory.Store(path, tr)
	return tr
}

func play(t *testing.T, sc *trace.Scenario) *trace.Trace {
	t.Helper()
	tr, err := trace.Play(sc, trace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}
