package fuzz

import (
	"testing"

	"mlsref/fuzz/target"
)

// run makes a native target. In go test without -fuzz it runs the seeds and the files
// of testdata/fuzz only.
func run(f *testing.F, name string) {
	t, err := Named(name)
	if err != nil {
		f.Fatal(err)
	}
	seeds, err := t.Seeds()
	if err != nil {
		f.Fatal(err)
	}
	for _, b := range seeds {
		f.Add(b)
	}
	f.Fuzz(func(tt *testing.T, in []byte) {
		if len(in) > target.MaxInput {
			tt.Skip("longer than any input")
		}
		if err := t.Run(in, nil); err != nil {
			tt.Fatal(err)
		}
	})
}

func FuzzWire(f *testing.F)         { run(f, "FuzzWire") }
func FuzzDifferential(f *testing.F) { run(f, "FuzzDifferential") }
func FuzzStruct(f *testing.F)       { run(f, "FuzzStruct") }
func FuzzReceive(f *testing.F)      { run(f, "FuzzReceive") }
func FuzzExternal(f *testing.F)     { run(f, "FuzzExternal") }
func FuzzWelcome(f *testing.F)      { run(f, "FuzzWelcome") }
func FuzzGroupInfo(f *testing.F)    { run(f, "FuzzGroupInfo") }
func FuzzKeyPackage(f *testing.F)   { run(f, "FuzzKeyPackage") }
func FuzzTree(f *testing.F)         { run(f, "FuzzTree") }
func FuzzScenario(f *testing.F)     { run(f, "FuzzScenario") }
func FuzzTrace(f *testing.F)        { run(f, "FuzzTrace") }
func FuzzDraft(f *testing.F)        { run(f, "FuzzDraft") }
func FuzzSyntax(f *testing.F)       { run(f, "FuzzSyntax") }
func FuzzInspect(f *testing.F)      { run(f, "FuzzInspect") }
func FuzzSaved(f *testing.F)        { run(f, "FuzzSaved") }
func FuzzVectors(f *testing.F)      { run(f, "FuzzVectors") }
func FuzzModel(f *testing.F)        { run(f, "FuzzModel") }
func FuzzHistory(f *testing.F)      { run(f, "FuzzHistory") }
func FuzzStory(f *testing.F)        { run(f, "FuzzStory") }
