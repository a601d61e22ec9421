package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mlsref/props"
	"mlsref/trace"
)

// A failing property is told with the shrunk scenario, which is saved and can be played.
func TestPropsFailed(t *testing.T) {
	sc, err := trace.Parse("x", strings.NewReader("alice creates room\n"))
	if err != nil {
		t.Fatal(err)
	}
	o := propsOptions{dir: t.TempDir(), properties: props.All()[:1]}
	o.histories = 5
	r := propsResult{Histories: 3, Steps: 12, Seed: 7, Failures: []props.Failure{{Property: "acceptance", Line: 9, Text: "no"}},
		Scenario: sc.Text, Lines: 1, After: "line 1: acceptance: no"}
	var out bytes.Buffer
	if err := r.tell(&out, style{width: 80}, o, time.Second); err == nil || err.Error() != "1 check failed" {
		t.Error(err)
	}
	path := filepath.Join(o.dir, "acceptance-7.scenario")
	for _, want := range []string{"3 histories (seeds from 0 on, 12 steps), 1 property, 1s\n", "FAILED " + path + "\n  alice creates room\nline 1: acceptance: no\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != "# line 1: acceptance: no\nalice creates room\n" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := trace.Parse(path, bytes.NewReader(text)); err != nil {
		t.Error(err)
	}
}
