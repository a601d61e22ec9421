// Package vectors reads test vectors: the official ones where they are at hand,
// and the project's own small ones beside each test. It is for tests only.
//
// The own vectors have the official ones' form. This implementation made them
// itself, from a fixed seed, at a moment when it passed all official ones, so
// they only guard against change. `go test <package> -run TestMake
// -make-vectors` writes them anew.
package vectors

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

var makeVectors = flag.Bool("make-vectors", false, "write the project's own test vectors into testdata")

// Fresh returns the next n bytes of rng.
func Fresh(rng *rand.ChaCha8, n int) []byte {
	b := make([]byte, n)
	rng.Read(b) // never fails
	return b
}

// Hex is a byte string that is hexadecimal in JSON.
type Hex []byte

// UnmarshalJSON reads a string of hexadecimal digits.
func (h *Hex) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	v, err := hex.DecodeString(s)
	*h = v
	return err
}

// MarshalJSON writes a string of hexadecimal digits.
func (h Hex) MarshalJSON() ([]byte, error) { return json.Marshal(hex.EncodeToString(h)) }

// Run calls f for every entry of the vector file name, official and own. Where
// the official ones are absent it says what was not checked. f skips the entries
// that it cannot do, with a reason; Run counts, and fails if none was checked.
func Run[T any](t *testing.T, name string, f func(t *testing.T, entry T)) {
	t.Helper()
	checked, skipped := 0, 0
	for _, path := range []string{official(name), filepath.Join("testdata", name)} {
		if path == "" {
			t.Logf("not checked: the official vectors %s are not at hand; the project's own are used", name)
			continue
		}
		entries, err := read[T](path)
		if err != nil {
			t.Fatal(err)
		}
		for i, entry := range entries {
			t.Run(fmt.Sprintf("%s/%d", filepath.Base(filepath.Dir(path)), i), func(t *testing.T) {
				defer func() {
					if t.Skipped() {
						skipped++
					} else {
						checked++
					}
				}()
				f(t, entry)
			})
		}
	}
	t.Logf("%s: %d checked, %d skipped", name, checked, skipped)
	if checked == 0 {
		t.Fatalf("no vector of %s was checked", name)
	}
}

// Make writes the project's own vectors testdata/name if the flag asks for it.
// entries gets the one source of randomness, a fixed seed's.
func Make[T any](t *testing.T, name string, entries func(rng *rand.ChaCha8) []T) {
	t.Helper()
	if !*makeVectors {
		t.Skip("only -make-vectors writes vectors")
	}
	made, err := json.MarshalIndent(entries(rand.NewChaCha8([32]byte{1})), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("testdata", name), append(made, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read[T any](path string) ([]T, error) {
	b, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var entries []T
	if err := json.Unmarshal(b, &entries); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return entries, nil
}

// official is the path of an official vector file, or "".
func official(name string) string {
	shared := os.Getenv("MLSREF_SHARED")
	if shared == "" {
		root, err := os.Getwd()
		for err == nil && root != "/" {
			if _, e := os.Stat(filepath.Join(root, "go.mod")); e == nil {
				shared = filepath.Join(filepath.Dir(root), "shared")
				break
			}
			root = filepath.Dir(root)
		}
	}
	path := filepath.Join(shared, "vectors", name)
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}
