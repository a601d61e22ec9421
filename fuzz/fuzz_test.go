package fuzz

import (
	"testing"

	"mlsref/fuzz/target"
)

func FuzzReceive(f *testing.F)    { run(f, "FuzzReceive") }
func FuzzExternal(f *testing.F)   { run(f, "FuzzExternal") }
func FuzzWelcome(f *testing.F)    { run(f, "FuzzWelcome") }
func FuzzGroupInfo(f *testing.F)  { run(f, "FuzzGroupInfo") }
func FuzzKeyPackage(f *testing.F) { run(f, "FuzzKeyPackage") }
func FuzzTree(f *testing.F)       { run(f, "FuzzTree") }

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
