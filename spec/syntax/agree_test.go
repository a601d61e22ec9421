package syntax

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mlsref/impl/vectors"
)

// TestRandomObjects: objects that are made from the text alone are valid to both codecs,
// and spoiled ones are the same to both.
func TestRandomObjects(t *testing.T) {
	for name, m := range modules(t) {
		t.Run(name, func(t *testing.T) {
			counts := map[string]int{}
			all := pairs(t, m)
			rapid.Check(t, func(t *rapid.T) {
				pick := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") }
				for range 4 {
					p := all[pick(len(all))]
					b := madeBytes(t, p, pick)
					class, v, err := p.Agree(b)
					if err != nil {
						t.Fatalf("%s %x: %v", p.Text, b, err)
					}
					counts["made: "+class]++
					for range 6 {
						wrong, what := spoiled(b, v, pick)
						class, _, err := p.Agree(wrong)
						if err != nil {
							t.Fatalf("%s, %s: %x: %v", p.Text, what, wrong, err)
						}
						counts["spoiled: "+class]++
					}
				}
			})
			t.Logf("%v", counts)
		})
	}
}

// TestEveryKind makes objects of every kind from a fixed seed, so that each is tried.
func TestEveryKind(t *testing.T) {
	for name, m := range modules(t) {
		counts := map[string]int{}
		rng := rand.New(rand.NewPCG(7, 7))
		for _, p := range pairs(t, m) {
			for range 30 {
				b := madeBytes(t, p, rng.IntN)
				class, v, err := p.Agree(b)
				if err != nil {
					t.Fatalf("%s: %s %x: %v", name, p.Text, b, err)
				}
				counts["made: "+class]++
				for range 20 {
					wrong, what := spoiled(b, v, rng.IntN)
					class, _, err := p.Agree(wrong)
					if err != nil {
						t.Fatalf("%s: %s, %s: %x: %v", name, p.Text, what, wrong, err)
					}
					counts["spoiled: "+class]++
				}
			}
		}
		t.Logf("%s: %v", name, counts)
		for class, why := range Beyond {
			if n := counts["spoiled: "+class]; n > 0 {
				t.Logf("%s: %d of %s: %s", name, n, class, why)
			}
		}
		if counts["made: valid"] < 1800 || counts["spoiled: malformed"] < 10000 || counts["spoiled: valid"] < 1000 {
			t.Errorf("%s: too few: %v", name, counts)
		}
		text, code := counts["spoiled: constant"], counts["spoiled: version"]
		if name == "RFC 9420" && (text == 0 || code > 0) || name == "code" && (text > 0 || code == 0) {
			t.Errorf("%s: %d differ by the text's constants, %d by the code's version", name, text, code)
		}
	}
}

// inVectors says what the fields of vector files hold, by the file's kind.
var inVectors = map[string]map[string]string{
	"messages": {
		"mls_welcome": "MLSMessage", "mls_group_info": "MLSMessage", "mls_key_package": "MLSMessage", "ratchet_tree": "RatchetTree",
		"group_secrets": "GroupSecrets", "add_proposal": "Add", "update_proposal": "Update", "remove_proposal": "Remove",
		"pre_shared_key_proposal": "PreSharedKey", "re_init_proposal": "ReInit", "external_init_proposal": "ExternalInit",
		"group_context_extensions_proposal": "GroupContextExtensions", "commit": "Commit", "public_message_application": "MLSMessage",
		"public_message_proposal": "MLSMessage", "public_message_commit": "MLSMessage", "private_message": "MLSMessage",
	},
	"welcome":                        {"key_package": "MLSMessage", "welcome": "MLSMessage"},
	"tree-validation":                {"tree": "RatchetTree"},
	"tree-operations":                {"tree_before": "RatchetTree", "tree_after": "RatchetTree", "proposal": "Proposal"},
	"treekem":                        {"ratchet_tree": "RatchetTree", "update_path": "UpdatePath"},
	"transcript-hashes":              {"authenticated_content": "AuthenticatedContent"},
	"key-schedule":                   {"group_context": "GroupContext"},
	"message-protection":             {"proposal": "Proposal", "commit": "Commit", "proposal_pub": "MLSMessage", "proposal_priv": "MLSMessage", "commit_pub": "MLSMessage", "commit_priv": "MLSMessage", "application_priv": "MLSMessage"},
	"passive-client-welcome":         {"key_package": "MLSMessage", "welcome": "MLSMessage", "ratchet_tree": "RatchetTree", "commit": "MLSMessage", "proposals": "MLSMessage"},
	"passive-client-handling-commit": {"key_package": "MLSMessage", "welcome": "MLSMessage", "ratchet_tree": "RatchetTree", "commit": "MLSMessage", "proposals": "MLSMessage"},
	"passive-client-random":          {"key_package": "MLSMessage", "welcome": "MLSMessage", "ratchet_tree": "RatchetTree", "commit": "MLSMessage", "proposals": "MLSMessage"},
}

// jsonStrings calls f for every string in a JSON value, with the field that holds it.
func jsonStrings(v any, field string, f func(field, s string)) {
	switch v := v.(type) {
	case string:
		f(field, v)
	case []any:
		for _, e := range v {
			jsonStrings(e, field, f)
		}
	case map[string]any:
		for k, e := range v {
			jsonStrings(e, k, f)
		}
	}
}

// TestVectors: so are the objects of test vectors, which the text's maker did not make:
// the working group's if they are at hand, and the project's own.
func TestVectors(t *testing.T) {
	dirs := []string{filepath.Join("..", "..", "impl", "vectors", "testdata")}
	if official, ok := shared("vectors"); ok {
		dirs = append(dirs, official)
	} else {
		t.Log("not checked: the official test vectors, which are not at hand; the project's own are")
	}
	for name, m := range modules(t) {
		byKind := map[string]Pair{}
		for _, p := range pairs(t, m) {
			byKind[p.Kind.Name] = p
		}
		for _, dir := range dirs {
			paths, err := vectors.Find(dir)
			if err != nil {
				t.Fatal(err)
			}
			counts := map[string]int{}
			for _, path := range paths {
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				vectorFile(t, path, b, byKind, counts)
			}
			t.Logf("%s, %s: %v", name, dir, counts)
			if counts["valid"] < 50 || counts["spoiled: malformed"] < 100 {
				t.Errorf("%s, %s: too few objects: %v", name, dir, counts)
			}
		}
	}
}

// TestGenerated: and random objects that the code made.
func TestGenerated(t *testing.T) {
	i := slices.IndexFunc(vectors.Kinds(), func(k vectors.Kind) bool { return k.Name == "messages" })
	for name, m := range modules(t) {
		byKind := map[string]Pair{}
		for _, p := range pairs(t, m) {
			byKind[p.Kind.Name] = p
		}
		counts := map[string]int{}
		for seed := range uint64(10) {
			b, err := vectors.Generate(vectors.Kinds()[i], vectors.Options{Seed: seed})
			if err != nil {
				t.Fatal(err)
			}
			vectorFile(t, fmt.Sprintf("seed-%d/messages.json", seed), b, byKind, counts)
		}
		t.Logf("%s: %v", name, counts)
		if counts["valid"] < 3000 {
			t.Errorf("%s: too few objects: %v", name, counts)
		}
	}
}

func vectorFile(t *testing.T, path string, b []byte, byKind map[string]Pair, counts map[string]int) {
	kinds := inVectors[strings.TrimSuffix(filepath.Base(path), ".json")]
	var file any
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(uint64(len(b)), 3))
	left := map[string]bool{}
	for field := range kinds {
		left[field] = true
	}
	jsonStrings(file, "", func(field, s string) {
		kind := kinds[field]
		b, err := hex.DecodeString(s)
		if kind == "" || err != nil || len(b) == 0 {
			return
		}
		delete(left, field)
		p := byKind[kind]
		class, v, err := p.Agree(b)
		if err != nil || class != "valid" {
			t.Errorf("%s: %s as %s is %s: %v", path, field, kind, class, err)
			return
		}
		counts["valid"]++
		if len(b) > 4096 && rng.IntN(20) > 0 {
			return
		}
		wrong, what := spoiled(b, v, rng.IntN)
		class, _, err = p.Agree(wrong)
		if err != nil {
			t.Errorf("%s: %s, %s: %v", path, field, what, err)
		}
		counts["spoiled: "+class]++
	})
	for field := range left {
		if !strings.HasPrefix(filepath.Base(path), "passive-client") { // where some fields may be null
			t.Errorf("%s has no %s", path, field)
		}
	}
}

// TestLengths: the vectors of the length header (RFC 9420 §2.1.2) hold for the text's codec.
func TestLengths(t *testing.T) {
	path, ok := shared("vectors", "deserialization.json")
	if !ok {
		path = filepath.Join("..", "..", "impl", "vectors", "testdata", "deserialization.json")
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file []struct {
		Header string `json:"vlbytes_header"`
		Length uint64 `json:"length"`
	}
	if err := json.Unmarshal(b, &file); err != nil || len(file) == 0 {
		t.Fatalf("%d entries, %v", len(file), err)
	}
	for _, e := range file {
		header, err := hex.DecodeString(e.Header)
		if err != nil {
			t.Fatal(err)
		}
		d := &decoder{b: header, end: len(header)}
		if n, err := d.varint(); err != nil || n != e.Length || d.at != len(header) {
			t.Errorf("%s is %d (%v), want %d", e.Header, n, err, e.Length)
		}
		if again := varint(e.Length); !bytes.Equal(again, header) {
			t.Errorf("%d is written %x, want %s", e.Length, again, e.Header)
		}
	}
}
