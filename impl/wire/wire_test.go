package wire

import (
	"bytes"
	"encoding/hex"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// malformed expects a syntax error at the given offset and field.
func malformed(t *testing.T, input string, v Wirer, offset int, field, msg string) {
	t.Helper()
	err := Unmarshal(unhex(t, input), v)
	var se *SyntaxError
	if !errors.As(err, &se) {
		t.Errorf("%s: got %v, want a syntax error", input, err)
		return
	}
	if se.Offset != offset || se.Field != field || !strings.Contains(se.Msg, msg) {
		t.Errorf("%s: got %v, want byte %d (%s): …%s…", input, se, offset, field, msg)
	}
}

func TestMalformed(t *testing.T) {
	for _, v := range []struct {
		what, input string
		into        Wirer
		offset      int
		field, msg  string
	}{
		{"prefix 11", "c0", new(ExternalInit), 0, "kem_output", "bits 11"},
		{"2 bytes for 63", "403f" + strings.Repeat("00", 63), new(ExternalInit), 0, "kem_output", "fewer"},
		{"4 bytes for 16383", "80003fff" + strings.Repeat("00", 16383), new(ExternalInit), 0, "kem_output", "fewer"},
		{"truncated length", "80", new(ExternalInit), 1, "kem_output", "needs 3 bytes"},
		{"truncated field", "0500", new(ExternalInit), 1, "kem_output", "needs 5 bytes, 1 left"},
		{"huge claim", "bfffffff00", new(RatchetTree), 4, "ratchet_tree", "needs 1073741823 bytes"},
		{"trailing bytes", "0000", new(ExternalInit), 1, "ExternalInit", "1 trailing"},
		{"presence octet 2", "0102", new(RatchetTree), 1, "ratchet_tree[0]", "presence octet is 2"},
		{"element runs over the vector's end", "0200010500", new(GroupContextExtensions), 3, "extensions[0].extension_data", "needs 1 bytes, 0 left"},
		{"half an element", "0300010000", new(RequiredCapabilities), 3, "extension_types[1]", "needs 2 bytes, 1 left"},
		{"nested", "000001" + "0003", new(Add), 5, "key_package.init_key", "needs 3 bytes"},
		{"unknown proposal", "0a0a", new(Proposal), 2, "proposal_type", "unknown proposal type 2570"},
		{"unknown credential", "0a0a00", new(Credential), 2, "credential_type", "unknown credential type 2570"},
		{"unknown version", "00020005", new(MLSMessage), 2, "version", "want mls10"},
	} {
		t.Run(v.what, func(t *testing.T) { malformed(t, v.input, v.into, v.offset, v.field, v.msg) })
	}
}

type nothing struct{}

func (*nothing) Wire(*Codec) {}

type nothings struct{ v []nothing }

func (n *nothings) Wire(c *Codec) { Vector(c, "v", &n.v) }

func TestElementsWithoutBytesDoNotLoop(t *testing.T) {
	malformed(t, "0100", new(nothings), 1, "v[0]", "no bytes")
}

// Subtle point 61: a header says 2^30-1 at most; the text's 2^30 has no encoding.
func TestLengthBoundaries(t *testing.T) {
	for n, want := range map[int]string{
		0: "00", 63: "3f", 64: "4040", 16383: "7fff", 16384: "80004000", maxLength: "bfffffff",
	} {
		if got := hex.EncodeToString(length(n)); got != want {
			t.Errorf("length %d encodes to %s, want %s", n, got, want)
		}
	}
	for _, n := range []int{-1, maxLength + 1} {
		if b, err := EncodeLength(n); err == nil || !strings.Contains(err.Error(), strconv.Itoa(n)) {
			t.Errorf("length %d encodes to %x (%v), want an error that names it", n, b, err)
		}
	}
}

func TestNoEncoding(t *testing.T) {
	for what, v := range map[string]Wirer{
		"nil proposal":      &ProposalOrRef{Type: ProposalOrRefProposal},
		"unknown type":      &Proposal{Type: 99},
		"no version":        &MLSMessage{WireFormat: WireFormatWelcome, Welcome: new(Welcome)},
		"GREASE proposal":   &Proposal{Type: 0x0a0a},
		"GREASE credential": &Credential{Type: 0x0a0a},
		"unknown leaf type": &LeafNode{Credential: Credential{Type: CredentialBasic}},
	} {
		if b, err := Marshal(v); err == nil {
			t.Errorf("%s: encodes to %x", what, b)
		}
	}
}

// An append to one decoded field must not reach into the next.
func TestDecodedFieldsDoNotOverlap(t *testing.T) {
	input := unhex(t, "01aa01bb")
	var h HPKECiphertext
	if err := Unmarshal(input, &h); err != nil {
		t.Fatal(err)
	}
	_ = append(h.KEMOutput, 0xff, 0xff)
	clear(input)
	if h.KEMOutput[0] != 0xaa || h.Ciphertext[0] != 0xbb {
		t.Errorf("got %x, %x", h.KEMOutput, h.Ciphertext)
	}
}

func TestUnknownEnumValuesSurvive(t *testing.T) {
	want := Capabilities{
		Versions: []ProtocolVersion{1, 0x9999}, CipherSuites: []CipherSuite{0x0a0a},
		Extensions: []ExtensionType{0x1a1a}, Proposals: []ProposalType{0x2a2a}, Credentials: []CredentialType{0x3a3a},
	}
	b, err := Marshal(&want)
	if err != nil {
		t.Fatal(err)
	}
	var got Capabilities
	if err := Unmarshal(b, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

func drawBytes(t *rapid.T, name string) []byte {
	b := rapid.SliceOfN(rapid.Byte(), 0, 70).Draw(t, name)
	if len(b) == 0 {
		return nil // the decoder's form of an empty field
	}
	return b
}

func drawLeaf(t *rapid.T) LeafNode {
	n := LeafNode{
		EncryptionKey: drawBytes(t, "encryption_key"),
		SignatureKey:  drawBytes(t, "signature_key"),
		Credential:    Credential{Type: CredentialBasic, Identity: drawBytes(t, "identity")},
		Capabilities:  Capabilities{Credentials: []CredentialType{1, CredentialType(rapid.Uint16().Draw(t, "credential"))}},
		Source:        rapid.SampledFrom([]LeafNodeSource{LeafSourceKeyPackage, LeafSourceUpdate, LeafSourceCommit}).Draw(t, "source"),
		Signature:     drawBytes(t, "signature"),
	}
	switch n.Source {
	case LeafSourceKeyPackage:
		n.Lifetime = Lifetime{rapid.Uint64().Draw(t, "not_before"), rapid.Uint64().Draw(t, "not_after")}
	case LeafSourceCommit:
		n.ParentHash = drawBytes(t, "parent_hash")
	}
	return n
}

func drawTree(t *rapid.T) RatchetTree {
	var r RatchetTree
	for range rapid.IntRange(0, 9).Draw(t, "nodes") {
		switch rapid.IntRange(0, 2).Draw(t, "node") {
		case 0:
			r.Nodes = append(r.Nodes, nil)
		case 1:
			leaf := drawLeaf(t)
			r.Nodes = append(r.Nodes, &Node{Type: NodeTypeLeaf, Leaf: &leaf})
		case 2:
			r.Nodes = append(r.Nodes, &Node{Type: NodeTypeParent, Parent: &ParentNode{
				EncryptionKey:  drawBytes(t, "encryption_key"),
				UnmergedLeaves: []LeafIndex{rapid.Uint32().Draw(t, "unmerged")},
			}})
		}
	}
	return r
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawTree(t)
		b, err := Marshal(&want)
		if err != nil {
			t.Fatal(err)
		}
		var got RatchetTree
		if err := Unmarshal(b, &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%x: got %+v (%v), want %+v", b, got, err, want)
		}
	})
}

// Whatever decodes encodes to the very same bytes: there is one encoding only.
func TestOneEncoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := drawTree(t)
		b, err := Marshal(&tree)
		if err != nil {
			t.Fatal(err)
		}
		b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		var got RatchetTree
		if Unmarshal(b, &got) != nil {
			return
		}
		if again, err := Marshal(&got); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%x decodes but encodes to %x (%v)", b, again, err)
		}
	})
}
