package vectors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// elsewhere says for a field that is an input, and so is not compared itself,
// where its change must show: the start of a Failure's field. A field that is not
// listed must be named itself.
var elsewhere = map[string]string{
	"crypto-basics ref_hash.label":                "ref_hash.out",
	"crypto-basics ref_hash.value":                "ref_hash.out",
	"crypto-basics expand_with_label.secret":      "expand_with_label.out",
	"crypto-basics expand_with_label.label":       "expand_with_label.out",
	"crypto-basics expand_with_label.context":     "expand_with_label.out",
	"crypto-basics expand_with_label.length":      "expand_with_label.out",
	"crypto-basics derive_secret.secret":          "derive_secret.out",
	"crypto-basics derive_secret.label":           "derive_secret.out",
	"crypto-basics derive_tree_secret.secret":     "derive_tree_secret.out",
	"crypto-basics derive_tree_secret.label":      "derive_tree_secret.out",
	"crypto-basics derive_tree_secret.generation": "derive_tree_secret.out",
	"crypto-basics derive_tree_secret.length":     "derive_tree_secret.out",
	"crypto-basics sign_with_label.pub":           "sign_with_label.signature",
	"crypto-basics sign_with_label.content":       "sign_with_label.signature",
	"crypto-basics sign_with_label.label":         "sign_with_label.signature",
	"crypto-basics encrypt_with_label.priv":       "encrypt_with_label.ciphertext",
	"crypto-basics encrypt_with_label.label":      "encrypt_with_label.ciphertext",
	"crypto-basics encrypt_with_label.context":    "encrypt_with_label.ciphertext",
	"crypto-basics encrypt_with_label.kem_output": "encrypt_with_label.ciphertext",

	"secret-tree sender_data.sender_data_secret": "sender_data.key",
	"secret-tree sender_data.ciphertext":         "sender_data.key",
	"secret-tree encryption_secret":              "leaves[0][0].handshake_key",
	"secret-tree leaves[][].generation":          "leaves[0][0].handshake_key",

	"message-protection group_id":                  "proposal_pub",
	"message-protection epoch":                     "proposal_pub",
	"message-protection tree_hash":                 "proposal_pub",
	"message-protection confirmed_transcript_hash": "proposal_pub",
	"message-protection signature_priv":            "proposal, protected here as a PublicMessage",
	"message-protection signature_pub":             "proposal_pub",
	"message-protection encryption_secret":         "proposal_priv",
	"message-protection sender_data_secret":        "proposal_priv",
	"message-protection membership_key":            "proposal_pub",
	"message-protection proposal":                  "proposal_pub",
	"message-protection commit":                    "commit", // it says that a path follows
	"message-protection application":               "application_priv",

	"key-schedule group_id":                           "epochs[0].group_context",
	"key-schedule initial_init_secret":                "epochs[0].joiner_secret",
	"key-schedule epochs[].tree_hash":                 "epochs[0].group_context",
	"key-schedule epochs[].confirmed_transcript_hash": "epochs[0].group_context",
	"key-schedule epochs[].commit_secret":             "epochs[0].joiner_secret",
	"key-schedule epochs[].psk_secret":                "epochs[0].welcome_secret",
	"key-schedule epochs[].exporter.label":            "epochs[0].exporter.secret",
	"key-schedule epochs[].exporter.context":          "epochs[0].exporter.secret",
	"key-schedule epochs[].exporter.length":           "epochs[0].exporter.secret",

	"psk_secret psks[].psk_id":    "psk_secret",
	"psk_secret psks[].psk":       "psk_secret",
	"psk_secret psks[].psk_nonce": "psk_secret",

	"transcript-hashes confirmation_key":               "authenticated_content",
	"transcript-hashes authenticated_content":          "authenticated_content",
	"transcript-hashes interim_transcript_hash_before": "confirmed_transcript_hash_after",

	"welcome key_package": "welcome", // its reference is another

	"tree-operations tree_before":     "tree_hash_before",
	"tree-operations proposal":        "tree_after",
	"tree-operations proposal_sender": "tree_after",

	"tree-validation tree":            "tree_hashes[",
	"tree-validation group_id":        "tree (leaf ",
	"tree-validation resolutions[][]": "resolutions[",

	"treekem group_id":                        "update_paths[0].update_path",
	"treekem epoch":                           "update_paths[0].update_path",
	"treekem confirmed_transcript_hash":       "update_paths[0].update_path",
	"treekem ratchet_tree":                    "",
	"treekem leaves_private[].index":          "leaves_private",
	"treekem leaves_private[].signature_priv": "update_paths[0].sender (a new path)",

	"treekem update_paths[].sender": "update_paths[0].update_path",

	"passive-client-welcome key_package":                    "welcome", // its reference is another
	"passive-client-welcome ratchet_tree":                   "welcome",
	"passive-client-handling-commit key_package":            "welcome",
	"passive-client-handling-commit external_psks[].psk":    "epochs[",
	"passive-client-handling-commit external_psks[].psk_id": "epochs[",
	"passive-client-random key_package":                     "welcome",
	"passive-client-random external_psks[].psk":             "epochs[",
	"passive-client-random external_psks[].psk_id":          "epochs[",

	"deserialization vlbytes_header": "length",
}

// TestNegative changes every field of a good entry of each kind, one at a time,
// and sees that this is found, and where.
func TestNegative(t *testing.T) {
	for _, k := range Kinds() {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			entry := goodEntry(t, k)
			changed := map[string]bool{}
			walk("", entry, func(path string, v any) {
				generic := generic(path)
				if changed[generic] { // once for each field, not for each element
					return
				}
				another := change(k, generic, v)
				if another == nil {
					return
				}
				changed[generic] = true
				replaced := replaceAt(entry, path, another)
				failures := checkEntry(t, k, replaced)
				want, listed := elsewhere[k.Name+" "+generic]
				if path == suiteField {
					want, listed = "", true // wherever a key or a hash is of another size
				}
				if !listed {
					want = path
				}
				if len(failures) == 0 {
					t.Errorf("%s can be changed, and nobody notices", path)
				} else if !strings.HasPrefix(failures[0].Field, want) {
					t.Errorf("%s was changed: got %q (%s), want a failure of %q", path, failures[0].Field, failures[0].Problem, want)
				}
			})
			if len(changed) < 2 {
				t.Errorf("only %v were changed", slices.Collect(maps.Keys(changed)))
			}
		})
	}
}

// generic is a path without the places in its arrays.
func generic(path string) string {
	return regexp.MustCompile(`\[\d+\]`).ReplaceAllString(path, "[]")
}

// goodEntry is the longest of a kind's own entries, and passes.
func goodEntry(t *testing.T, k Kind) any {
	t.Helper()
	b, err := Generate(k, Options{Seed: 5, Small: true, Suites: AllSuites()[1:2]})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := split(b)
	if err != nil {
		t.Fatal(err)
	}
	best := slices.MaxFunc(entries, func(a, b entry) int { return len(a.raw) - len(b.raw) })
	if failures := best.check(k); len(failures) > 0 {
		t.Fatalf("the good entry fails: %v", failures)
	}
	d := json.NewDecoder(bytes.NewReader(best.raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func checkEntry(t *testing.T, k Kind, v any) []Failure {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return entry{raw: raw, line: 1}.check(k)
}

// change makes a value of the same form that is another. Bytes that mean nothing
// to a codec are made longer instead.
func change(k Kind, field string, v any) any {
	switch v := v.(type) {
	case string:
		switch {
		case len(v) == 0:
			return nil
		case k.Name == messagesKind.Name:
			return v + "00"
		case field == "sender_data.ciphertext":
			return otherDigit(v[0]) + v[1:] // only its first bytes count
		}
		return v[:len(v)-1] + otherDigit(v[len(v)-1])
	case json.Number:
		if field == suiteField {
			return json.Number("5") // of another hash
		}
		n, _ := v.Int64()
		return json.Number(fmt.Sprint(n + 1))
	}
	return nil
}

// otherDigit is the hexadecimal digit with the last bit flipped, or another letter.
func otherDigit(c byte) string {
	const digits = "0123456789abcdef"
	if i := strings.IndexByte(digits, c); i >= 0 {
		return digits[i^1 : i^1+1]
	}
	return "z"
}

// walk visits every scalar, in the order of the names.
func walk(path string, v any, visit func(string, any)) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			walk(join(path, name), v[name], visit)
		}
	case []any:
		for i, e := range v {
			walk(fmt.Sprintf("%s[%d]", path, i), e, visit)
		}
	default:
		visit(path, v)
	}
}

// TestMessagesKind: a good message in the wrong field is found.
func TestMessagesKind(t *testing.T) {
	v := goodEntry(t, messagesKind).(map[string]any)
	for _, x := range [][2]string{{"mls_welcome", "mls_group_info"}, {"mls_group_info", "mls_key_package"}, {"mls_key_package", "mls_welcome"},
		{"public_message_application", "public_message_proposal"}, {"public_message_proposal", "public_message_commit"},
		{"public_message_commit", "private_message"}, {"private_message", "public_message_commit"}} {
		failures := checkEntry(t, messagesKind, replaceAt(v, x[0], v[x[1]]))
		if len(failures) != 1 || failures[0].Field != x[0] {
			t.Errorf("%s in the place of %s: %v", x[1], x[0], failures)
		}
	}
}

// TestHostile puts extreme values in every place of every kind. What comes of it
// does not matter, as long as nothing panics or takes for ever.
func TestHostile(t *testing.T) {
	for _, k := range Kinds() {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			entry := goodEntry(t, k)
			walk("", entry, func(path string, v any) {
				var extremes []any
				switch v := v.(type) {
				case string:
					extremes = []any{"", "00", "ff", v[:len(v)/4*2], v + v}
				case json.Number:
					for _, n := range []string{"0", "1", "65535", "1073741824", "4294967295", "18446744073709551615", "-1", "1e3"} {
						extremes = append(extremes, json.Number(n))
					}
				}
				for _, x := range append(extremes, nil, []any{}, map[string]any{}, true) {
					checkEntry(t, k, replaceAt(entry, path, x))
				}
			})
			arrays("", entry, func(path string, a []any) {
				checkEntry(t, k, replaceAt(entry, path, a[:len(a)/2])) // some kinds can end early
				for _, x := range [][]any{{}, append(slices.Clone(a), a...)} {
					free := len(a) == 0 || freeLength[k.Name+" "+generic(path)]
					if failures := checkEntry(t, k, replaceAt(entry, path, x)); len(failures) == 0 && !free {
						t.Errorf("%s with %d elements in the place of %d: nobody notices", path, len(x), len(a))
					}
				}
			})
		})
	}
}

// freeLength lists the arrays in which the same may stand twice,
// or which may be empty.
var freeLength = map[string]bool{
	"treekem update_paths":                              true,
	"passive-client-handling-commit epochs":             true,
	"passive-client-handling-commit epochs[].proposals": true,
	"passive-client-handling-commit external_psks":      true,
	"passive-client-random epochs":                      true,
	"passive-client-random epochs[].proposals":          true,
	"passive-client-random external_psks":               true,
}

func arrays(path string, v any, visit func(string, []any)) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			arrays(join(path, name), v[name], visit)
		}
	case []any:
		visit(path, v)
		for i, e := range v {
			arrays(fmt.Sprintf("%s[%d]", path, i), e, visit)
		}
	}
}

// replaceAt is v with another value at a path.
func replaceAt(v any, path string, another any) any {
	var at func(here string, v any) any
	at = func(here string, v any) any {
		if here == path {
			return another
		}
		switch v := v.(type) {
		case map[string]any:
			out := map[string]any{}
			for name, e := range v {
				out[name] = at(join(here, name), e)
			}
			return out
		case []any:
			out := []any{}
			for i, e := range v {
				out = append(out, at(fmt.Sprintf("%s[%d]", here, i), e))
			}
			return out
		}
		return v
	}
	return at("", v)
}
