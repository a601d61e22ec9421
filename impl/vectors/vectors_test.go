package vectors

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// verifyAll verifies all files of a folder and reports each failure.
func verifyAll(t *testing.T, dir string) {
	t.Helper()
	paths, err := Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	var files []*File
	for _, path := range paths {
		f := Read(path)
		if f.Err != nil {
			t.Errorf("%s: %v", path, f.Err)
		}
		files = append(files, f)
	}
	done := 0
	results := Verify(context.Background(), files, func() { done++ })
	for _, r := range results {
		for _, f := range r.Failures {
			t.Errorf("%s: entry %d (line %d): %v", r.File.Path, r.Entry, r.Line, f)
		}
	}
	if done != len(results) || done == 0 {
		t.Errorf("progress was told of %d entries, %d were verified", done, len(results))
	}
	t.Logf("%s: %d files, %d entries", dir, len(files), len(results))
}

// officialDir is where the working group's vectors lie, if they are at hand.
func officialDir() string {
	shared := os.Getenv("MLSREF_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	return filepath.Join(shared, "vectors")
}

// TestOfficial verifies the working group's own vectors.
func TestOfficial(t *testing.T) {
	dir := officialDir()
	if _, err := os.Stat(dir); err != nil {
		t.Log("not checked: the official test vectors, which are not at hand; the project's own are")
		return
	}
	verifyAll(t, dir)
}

// TestOwn verifies the project's own vectors. They were made by
//
//	mlsref vectors generate impl/vectors/testdata --small --force
//
// at a moment when the official ones passed, so that they guard against change.
func TestOwn(t *testing.T) { verifyAll(t, "testdata") }

// TestOwnAgain: the same seed gives the same bytes.
func TestOwnAgain(t *testing.T) {
	for _, k := range Kinds() {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(filepath.Join("testdata", k.Name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := Generate(k, Options{Seed: 1, Small: true})
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Error("made again, the file is another")
			}
		})
	}
}

// TestGenerate: what is made passes, for a seed and a suite that nobody looked at.
func TestGenerate(t *testing.T) {
	dir := t.TempDir()
	for _, k := range Kinds() {
		b, err := Generate(k, Options{Seed: 20, Suites: AllSuites()[2:3]})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, k.Name+".json"), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	verifyAll(t, dir)
}

// TestGenerateOneSuite: a suite's entries do not depend on the others.
func TestGenerateOneSuite(t *testing.T) {
	all, err := Generate(cryptoBasicsKind, Options{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	one, err := Generate(cryptoBasicsKind, Options{Seed: 3, Suites: AllSuites()[4:5]})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := split(one)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	if !bytes.Contains(all, entries[0].raw) {
		t.Error("the entry of a suite is another without the other suites")
	}
}

// TestCancel: whatever was done before is returned, in order, and nothing else.
func TestCancel(t *testing.T) {
	f := Read(filepath.Join("testdata", "psk_secret.json"))
	ctx, cancel := context.WithCancel(context.Background())
	done := 0
	results := Verify(ctx, []*File{f}, func() {
		if done++; done == 3 {
			cancel()
		}
	})
	if len(results) < 3 || len(results) != done {
		t.Errorf("%d results of %d entries done", len(results), done)
	}
	for i := range results {
		if !results[i].Passed() || i > 0 && results[i].Entry <= results[i-1].Entry {
			t.Errorf("result %d: entry %d, %v", i, results[i].Entry, results[i].Failures)
		}
	}
}

// TestOthersKeyPackages: the KeyPackages in Adds, which the format does not ask to
// be verified, are valid too. The official ones have GREASE in their extensions
// that their capabilities do not list: see treesync.ValidateKeyPackage.
func TestOthersKeyPackages(t *testing.T) {
	checked := 0
	for _, path := range []string{filepath.Join("testdata", "tree-operations.json"), filepath.Join(officialDir(), "tree-operations.json")} {
		for _, e := range Read(path).entries {
			var v treeOperation
			if err := e.decode(&v); err != nil {
				t.Fatal(err)
			}
			c := newChecker(e.raw)
			var p wire.Proposal
			if !c.pick(v.CipherSuite) || !c.decode("proposal", v.Proposal, &p) {
				t.Fatal(c.failures)
			}
			if p.Type != wire.ProposalAdd {
				continue
			}
			checked++
			gc := wire.GroupContext{Version: wire.ProtocolMLS10, CipherSuite: v.CipherSuite}
			if err := treesync.ValidateKeyPackage(c.suite, &p.Add.KeyPackage, gc, treesync.Policy{}, true); err != nil {
				t.Errorf("%s, line %d: %v", path, e.line, err)
			}
		}
	}
	if checked == 0 {
		t.Error("there was none")
	}
}
