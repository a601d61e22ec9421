package wire

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"mlsref/impl/internal/vectors"
)

type lengthVector struct {
	Header vectors.Hex `json:"vlbytes_header"`
	Length int         `json:"length"`
}

func TestLengthVectors(t *testing.T) {
	vectors.Run(t, "deserialization.json", func(t *testing.T, v lengthVector) {
		c := &Codec{visit: reading, buf: v.Header, end: len(v.Header)}
		if n := c.readLength("v"); c.err != nil || n != v.Length || c.pos != len(v.Header) {
			t.Errorf("%x: length %d, error %v, want %d", []byte(v.Header), n, c.err, v.Length)
		}
		if got := length(v.Length); !bytes.Equal(got, v.Header) {
			t.Errorf("length %d encodes to %x, want %x", v.Length, got, []byte(v.Header))
		}
	})
}

// messageFields are the fields of messages.json and what each holds.
var messageFields = map[string]func() Wirer{
	"mls_welcome":                       func() Wirer { return new(MLSMessage) },
	"mls_group_info":                    func() Wirer { return new(MLSMessage) },
	"mls_key_package":                   func() Wirer { return new(MLSMessage) },
	"ratchet_tree":                      func() Wirer { return new(RatchetTree) },
	"group_secrets":                     func() Wirer { return new(GroupSecrets) },
	"add_proposal":                      func() Wirer { return new(Add) },
	"update_proposal":                   func() Wirer { return new(Update) },
	"remove_proposal":                   func() Wirer { return new(Remove) },
	"pre_shared_key_proposal":           func() Wirer { return new(PreSharedKey) },
	"re_init_proposal":                  func() Wirer { return new(ReInit) },
	"external_init_proposal":            func() Wirer { return new(ExternalInit) },
	"group_context_extensions_proposal": func() Wirer { return new(GroupContextExtensions) },
	"commit":                            func() Wirer { return new(Commit) },
	"public_message_application":        func() Wirer { return new(MLSMessage) },
	"public_message_proposal":           func() Wirer { return new(MLSMessage) },
	"public_message_commit":             func() Wirer { return new(MLSMessage) },
	"private_message":                   func() Wirer { return new(MLSMessage) },
}

func TestMessageVectors(t *testing.T) {
	vectors.Run(t, "messages.json", func(t *testing.T, v map[string]vectors.Hex) {
		for name := range messageFields {
			if v[name] == nil {
				t.Errorf("no field %s", name)
			}
		}
		for name, b := range v {
			if messageFields[name] == nil {
				t.Fatalf("unknown field %s", name)
			}
			m := messageFields[name]()
			if err := Unmarshal(b, m); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if again, err := Marshal(m); err != nil || !bytes.Equal(again, b) {
				t.Fatalf("%s does not round-trip (%v)", name, err)
			}
		}
	})
}

// TestMakeVectors makes the lengths at the edges, and one message of each kind.
// They were made by this implementation at a moment when it passed all official
// vectors, so that they only guard against change.
func TestMakeVectors(t *testing.T) {
	t.Run("lengths", func(t *testing.T) {
		vectors.Make(t, "deserialization.json", func(*rand.ChaCha8) []lengthVector {
			var list []lengthVector
			for _, n := range []int{0, 1, 63, 64, 16383, 16384, 1 << 20, maxLength} {
				list = append(list, lengthVector{Header: length(n), Length: n})
			}
			return list
		})
	})
	t.Run("messages", func(t *testing.T) {
		vectors.Make(t, "messages.json", func(rng *rand.ChaCha8) []map[string]vectors.Hex {
			v := map[string]vectors.Hex{}
			for name, m := range sampleMessages(rng) {
				b, err := Marshal(m)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				v[name] = b
			}
			return []map[string]vectors.Hex{v}
		})
	})
}
