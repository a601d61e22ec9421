package syntax

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"mlsref/impl/wire"
)

// small has each form that a codec must know, for bytes that can be read by eye.
const small = `enum { reserved(0), one(1), two(2), (65535) } Number;
opaque Key<V>;
struct {
    Number number;
    select (Small.number) {
        case one: Key key;
        case two: uint16 list<0..6>; uint8 fixed[2];
    };
    optional<Pair> pair;
    uint24 last = 7;
} Small;
struct { uint8 a; Key b; } Pair;
struct { optional<Nest> below; } Nest;
struct { Nothing list<V>; } Empties;
struct { } Nothing;
struct { optional<Key> keys<V>; } Keys;
struct { select (Small.number) { case one: uint8 a; case two: struct {}; }; opaque rest[left]; } Inside;
struct { Small small; Inside inside; } Both;
struct { opaque two<2..300>; } Bounded;
`

func TestDecode(t *testing.T) {
	c := NewCodec(module(t, small))
	for _, v := range []struct{ name, input, class string }{
		{"Small", "0001 02abcd 00 000007", ""},
		{"Small", "0001 02abcd 01 0500 000007", ""},
		{"Small", "0002 04 0001 ffff 0102 00 000007", ""},
		{"Small", "0002 00 0102 00 000007", ""},
		{"Small", "0001 4002abcd 00 000007", "length"},
		{"Small", "0001 800002abcd 00 000007", "length"},
		{"Small", "0001 c002abcd 00 000007", "length"},
		{"Small", "0001 02abcd 00 000008", "constant"},
		{"Small", "0001 02abcd 02 0500 000007", "case"},
		{"Small", "0000 02abcd 00 000007", "case"},
		{"Small", "0003 02abcd 00 000007", "case"},
		{"Small", "0001 02abcd 00 000007 00", "trailing"},
		{"Small", "0001 02abcd 00 0000", "short"},
		{"Small", "0001 3fabcd 00 000007", "short"},
		{"Small", "", "short"},
		{"Small", "0002 03 000102 0102 00 000007", "short"},            // in the second element
		{"Small", "0002 08 0001000200030004 0102 00 000007", "bounds"}, // more than 6
		{"Bounded", "0001 ff", "bounds"},
		{"Bounded", "0002 ffff", ""},
		{"Bounded", "012d" + strings.Repeat("00", 301), "bounds"},
		{"Key", "00", ""},
		{"Number", "0a0a", ""}, // GREASE
		{"Nest", strings.Repeat("01", 20) + "00", ""},
		{"Nest", strings.Repeat("01", 40) + "00", "depth"},
		{"Empties", "00", ""},
		{"Empties", "01 00", "bounds"},
		{"Keys", "05 01 02abcd 00", ""},
		{"Both", "0001 00 00 000007 05 aabb", ""},
		{"Both", "0002 00 0102 00 000007 aabb", ""},
	} {
		b, err := hex.DecodeString(strings.ReplaceAll(v.input, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		tree, err := c.Decode(v.name, b)
		var m *Malformed
		switch {
		case v.class == "" && err != nil:
			t.Errorf("%s %s: %v", v.name, v.input, err)
		case v.class == "":
			if again, err := c.Encode(v.name, tree); err != nil || !bytes.Equal(again, b) {
				t.Errorf("%s %s is written %x (%v)", v.name, v.input, again, err)
			}
		case !errors.As(err, &m) || m.Class != v.class || Classes[v.class] == "":
			t.Errorf("%s %s: got %v, want %s", v.name, v.input, err, v.class)
		}
	}
}

// TestWhere: an error names its place.
func TestWhere(t *testing.T) {
	b, _ := hex.DecodeString("09" + "01" + "02abcd" + "01" + "07abcdef")
	_, err := NewCodec(module(t, small)).Decode("Keys", b)
	want := "malformed at byte 7 (Keys.keys[1].value): short: a vector of 7 bytes, 3 are left"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestContext: what no struct around says must come from outside.
func TestContext(t *testing.T) {
	c := NewCodec(module(t, small))
	if _, err := c.Decode("Inside", []byte{5}); !errors.Is(err, ErrUse) {
		t.Errorf("with no context: %v", err)
	}
	if v, err := c.In(map[string]uint64{"Small.number": 1}).Decode("Inside", []byte{5, 6}); err != nil || len(v.Parts) != 2 {
		t.Errorf("in the context one: %v, %v", v, err)
	}
	if v, err := c.In(map[string]uint64{"Small.number": 2}).Decode("Inside", []byte{5, 6}); err != nil || len(v.Parts) != 1 {
		t.Errorf("in the context two: %v, %v", v, err)
	}
	for _, name := range []string{"Missing", "opaque"} {
		if _, err := c.Decode(name, []byte{0}); !errors.Is(err, ErrUse) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEncode: a tree that is not of the type is refused.
func TestEncode(t *testing.T) {
	c := NewCodec(module(t, small))
	good := func() Value {
		b, _ := hex.DecodeString("0001" + "02abcd" + "00" + "000007")
		v, err := c.Decode("Small", b)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if _, err := c.Encode("Small", good()); err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		what, class string
		spoil       func(v *Value)
	}{
		{"a field is missing", "tree", func(v *Value) { v.Parts = v.Parts[:3] }},
		{"a field too many", "tree", func(v *Value) { v.Parts = append(v.Parts, Value{Name: "more"}) }},
		{"another name", "tree", func(v *Value) { v.Parts[1].Name = "other" }},
		{"another arm", "tree", func(v *Value) { v.Parts[0].Number = 2 }},
		{"no arm", "case", func(v *Value) { v.Parts[0].Number = 3 }},
		{"another constant", "constant", func(v *Value) { v.Parts[3].Number = 6 }},
		{"too large a number", "tree", func(v *Value) { v.Parts[0].Number = 1 << 16 }},
	} {
		tree := good()
		v.spoil(&tree)
		var m *Malformed
		if b, err := c.Encode("Small", tree); !errors.As(err, &m) || m.Class != v.class {
			t.Errorf("%s: got %x, %v, want %s", v.what, b, err, v.class)
		}
	}
}

// TestEncodeBounds: what does not fit its vector is not written.
func TestEncodeBounds(t *testing.T) {
	c := NewCodec(module(t, small))
	for n, ok := range map[int]bool{1: false, 2: true, 300: true, 301: false} {
		_, err := c.Encode("Bounded", Value{Parts: []Value{{Name: "two", Bytes: make([]byte, n)}}})
		if (err == nil) != ok {
			t.Errorf("%d bytes in <2..300>: %v", n, err)
		}
	}
}

// TestAllocationIsBounded: no length in the input makes the codec take more memory than
// the input is long.
func TestAllocationIsBounded(t *testing.T) {
	huge := []byte{0xbf, 0xff, 0xff, 0xff}
	inputs := [][]byte{
		bytes.Repeat(huge, 64),
		append([]byte{0x80, 0, 16, 0}, make([]byte, 4096)...),
		append([]byte{0x80, 0, 16, 0}, bytes.Repeat([]byte{1}, 4096)...),
		append([]byte{0x80, 0, 16, 0}, bytes.Repeat([]byte{0, 1}, 2048)...),
	}
	for _, p := range pairs(t, module(t, FromCode())) {
		for _, b := range inputs {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _ = p.codec.Decode(p.Text, b)
			runtime.ReadMemStats(&after)
			if took := after.TotalAlloc - before.TotalAlloc; took > uint64(64<<10+2048*len(b)) {
				t.Errorf("%s: %d bytes take %d", p.Text, len(b), took)
			}
		}
	}
}

// TestBrokenTexts: a text that says something else is found out by the bytes alone.
func TestBrokenTexts(t *testing.T) {
	for _, v := range []struct{ old, new, kind string }{
		{"opaque membership_tag<V>", "opaque membership_tag<0..255>", "PublicMessage"},
		{"uint32 removed", "uint64 removed", "Remove"},
		{"opaque left_hash<V>;\n    opaque right_hash<V>;", "opaque right_hash<V>;\n    opaque left_hash<V>;", "ParentNodeHashInput"},
		{"opaque reuse_guard[4]", "opaque reuse_guard[5]", "SenderData"},
		{"optional<UpdatePath> path", "UpdatePath path", "Commit"},
		{"reference(2)", "reference(3)", "ProposalOrRef"},
		{"        case update:\n            struct{};\n        case commit:\n            opaque parent_hash<V>;\n    };\n    Extension extensions<V>;\n    opaque signature",
			"        case commit:\n            opaque parent_hash<V>;\n    };\n    Extension extensions<V>;\n    opaque signature", "LeafNode"},
	} {
		text := strings.Replace(FromCode(), v.old, v.new, 1)
		if text == FromCode() {
			t.Fatalf("no %q", v.old)
		}
		right, wrong := pairs(t, module(t, FromCode())), pairs(t, module(t, text))
		rng := rand.New(rand.NewPCG(1, 1))
		found := ""
		for i, p := range right {
			for try := 0; p.Kind.Name == v.kind && try < 200 && found == ""; try++ {
				b := madeBytes(t, p, rng.IntN)
				if _, _, err := wrong[i].Agree(b); err != nil {
					found = fmt.Sprintf("after %d: %.200v", try, err)
				}
			}
		}
		if found == "" {
			t.Errorf("%q is not found out", v.new)
		}
	}
}

// TestConstants: the two places where the text fixes a version that the code leaves open
// are those that the list of classes names, and no others.
func TestConstants(t *testing.T) {
	text, ok := rfcText(t)
	if !ok {
		return
	}
	m, _ := markdown(text)
	var got []string
	for _, d := range m.Definitions {
		for _, f := range d.Fields {
			if f.Constant != "" {
				got = append(got, d.Name+"."+f.Name+" = "+f.Constant)
			}
		}
	}
	want := "MLSMessage.version = mls10, FramedContentTBS.version = mls10, GroupContext.version = mls10"
	if strings.Join(got, ", ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	for _, name := range []string{"GroupContext", "FramedContentTBS"} {
		if !strings.Contains(Beyond["constant"], name) {
			t.Errorf("the class constant does not speak of %s", name)
		}
	}
	if err := wire.Unmarshal([]byte{0, 2}, new(wire.MLSMessage)); err == nil || !strings.Contains(err.Error(), "protocol version") {
		t.Errorf("the code says of an MLSMessage of another version: %v", err)
	}
}
