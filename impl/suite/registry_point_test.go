package suite_test

import (
	"bytes"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
)

// Subtle point 60: a reference is the suite's hash of label and value; there is no
// KDF in it, though §5.2 says so.
func TestRefHashIsTheHash(t *testing.T) {
	everySuite(t, func(t *testing.T, s suite.Suite) {
		input := []byte("\x05label\x05value")
		if got := s.RefHash("label", []byte("value")); !bytes.Equal(got, s.Hash(input)) {
			t.Errorf("got %x, want the hash of %q", got, input)
		}
	})
}

// Subtle point 62: what §17.1 captions as extension types are the cipher suites, and
// §17.4's "extension types" are the proposal types. The numbers of both overlap, so
// the code has a type for each.
func TestRegistries(t *testing.T) {
	names := suite.Names()
	if len(names) != 7 {
		t.Fatalf("there are %d suites", len(names))
	}
	for i, name := range names {
		if s, err := suite.ByID(wire.CipherSuite(i + 1)); err != nil || s.Name() != name {
			t.Errorf("0x%04x is not %s: %v", i+1, name, err)
		}
	}
	for i, want := range []string{"add", "update", "remove", "psk", "reinit", "external_init", "group_context_extensions"} {
		if got := wire.ProposalType(i + 1).String(); got != want {
			t.Errorf("proposal type %d is %s, want %s", i+1, got, want)
		}
	}
}
