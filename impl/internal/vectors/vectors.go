// Package vectors reads test vectors: the official ones where they are at hand,
// and the project's own small ones beside each test. It is for tests only.
package vectors

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

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
// the official ones are absent it says what was not checked; f decides itself
// which suites it can do. It fails if no entry was there at all.
func Run[T any](t *testing.T, name string, f func(t *testing.T, entry T)) {
	t.Helper()
	total := 0
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
			total++
			t.Run(fmt.Sprintf("%s/%d", filepath.Base(filepath.Dir(path)), i), func(t *testing.T) { f(t, entry) })
		}
	}
	if total == 0 {
		t.Fatalf("no vector of %s was checked", name)
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
	dirs := []string{os.Getenv("MLSREF_SHARED")}
	if dirs[0] == "" {
		root, err := os.Getwd()
		for err == nil && root != "/" {
			if _, e := os.Stat(filepath.Join(root, "go.mod")); e == nil {
				dirs[0] = filepath.Join(filepath.Dir(root), "shared")
				break
			}
			root = filepath.Dir(root)
		}
	}
	path := filepath.Join(dirs[0], "vectors", name)
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}
