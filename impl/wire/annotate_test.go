package wire

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// tile puts the input together again from the headers and the leaves, and fails
// where parts leave a gap, overlap, or step out of the part around them.
func tile(input []byte, p *Part) ([]byte, error) {
	if p.Offset < 0 || p.Header > p.Size || p.Offset+p.Size > len(input) {
		return nil, fmt.Errorf("%s at %d: %d bytes, %d of them header, in an input of %d", p.Name, p.Offset, p.Size, p.Header, len(input))
	}
	if len(p.Bytes) != p.Size-p.Header {
		return nil, fmt.Errorf("%s at %d: %d bytes after a header of %d, want %d", p.Name, p.Offset, len(p.Bytes), p.Header, p.Size-p.Header)
	}
	whole := bytes.Clone(input[p.Offset : p.Offset+p.Header])
	if len(p.Children) == 0 {
		return append(whole, p.Bytes...), nil
	}
	for _, child := range p.Children {
		if want := p.Offset + len(whole); child.Offset != want {
			return nil, fmt.Errorf("%s starts at %d, want %d", child.Name, child.Offset, want)
		}
		b, err := tile(input, child)
		if err != nil {
			return nil, fmt.Errorf("%s.%w", p.Name, err)
		}
		whole = append(whole, b...)
	}
	if len(whole) != p.Size {
		return nil, fmt.Errorf("%s at %d: its parts have %d bytes, it has %d", p.Name, p.Offset, len(whole), p.Size)
	}
	return whole, nil
}

// valued fails for a leaf of which nothing is said: an integer without its value,
// or a struct that was not walked into.
func valued(p *Part) error {
	blank := strings.HasPrefix(p.Type, "optional<") && p.Size == p.Header
	if len(p.Children) == 0 && p.Value == nil && p.Type != "opaque" && p.Suffix == "" && !blank {
		return fmt.Errorf("%s %s at %d says nothing", p.Type, p.Name, p.Offset)
	}
	for _, child := range p.Children {
		if err := valued(child); err != nil {
			return err
		}
	}
	return nil
}

func TestAnnotationsCoverEveryByteOnce(t *testing.T) {
	for _, v := range messageVectors(t) {
		for name, b := range v {
			root, err := Annotate(b, messageFields[name]())
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			whole, err := tile(b, root)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if !bytes.Equal(whole, b) {
				t.Fatalf("%s: the parts are not the input", name)
			}
			if err := valued(root); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}

// Annotate and Unmarshal are one walk: they agree on every input, well formed or
// not. What was read before an error has no gaps and no overlaps either.
func TestAnnotateAgreesWithUnmarshal(t *testing.T) {
	for _, v := range messageVectors(t) {
		names := slices.Sorted(maps.Keys(messageFields))
		rapid.Check(t, func(r *rapid.T) {
			name := rapid.SampledFrom(names).Draw(r, "name")
			b := bytes.Clone(v[name])
			at := rapid.IntRange(0, len(b)-1).Draw(r, "at")
			switch rapid.SampledFrom([]string{"cut", "change", "append"}).Draw(r, "how") {
			case "cut":
				b = b[:at]
			case "change":
				b[at] = rapid.Byte().Draw(r, "to")
			case "append":
				b = append(b, 0)
			}
			root, err := Annotate(b, messageFields[name]())
			if want := Unmarshal(b, messageFields[name]()); fmt.Sprint(err) != fmt.Sprint(want) {
				r.Fatalf("%s: Annotate says %v, Unmarshal %v", name, err, want)
			}
			if _, err := tile(b, root); err != nil {
				r.Fatalf("%s: %v", name, err)
			}
		})
	}
}

func TestAnnotateMalformed(t *testing.T) {
	// A member's application message whose sender type, byte 14, is none.
	input := unhex(t, "0001"+"0001"+"0161"+"0000000000000007"+"09"+"00000001")
	root, err := Annotate(input, new(MLSMessage))
	var se *SyntaxError
	if !errors.As(err, &se) || se.Offset != 15 || se.Field != "public_message.content.sender.sender_type" {
		t.Fatalf("got %v", err)
	}
	var names []string
	for p := root; p != nil; {
		if !p.Broken {
			names = append(names, fmt.Sprintf("%s=%v", p.Name, p.Value))
			break
		}
		names = append(names, p.Name)
		p = p.Children[len(p.Children)-1]
	}
	if got := strings.Join(names, "/"); got != "/public_message/content/sender/sender_type=9" {
		t.Errorf("what broke: %s", got)
	}
}

func TestAnnotateOpensExtensions(t *testing.T) {
	encode := func(v Wirer) []byte {
		b, err := Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	leaf := samples{rand.NewChaCha8([32]byte{})}.leaf(LeafSourceUpdate)
	leaf.Extensions = []Extension{{Type: ExtensionApplicationID, Data: encode(&ApplicationID{[]byte("id")})}}
	for _, v := range []struct {
		what     string
		e        Extension
		remark   string
		children int
	}{
		{"a ratchet tree", Extension{ExtensionRatchetTree, encode(&RatchetTree{[]*Node{{Type: NodeTypeLeaf, Leaf: &leaf}}})}, "RatchetTree", 1},
		{"required capabilities", Extension{ExtensionRequiredCapabilities, encode(&RequiredCapabilities{})}, "RequiredCapabilities", 3},
		{"external senders", Extension{ExtensionExternalSenders, encode(&ExternalSenders{})}, "ExternalSenders", 1},
		{"trailing bytes", Extension{ExtensionExternalPub, []byte{0, 0}}, "not of the form ExternalPub: 1 trailing bytes", 0},
		{"malformed", Extension{ExtensionExternalPub, []byte{9}}, "not of the form ExternalPub: malformed at byte 4 (external_pub): needs 9 bytes, 0 left", 0},
		{"an unknown type", Extension{0x0a0a, []byte{0}}, "", 0},
	} {
		t.Run(v.what, func(t *testing.T) {
			b := encode(&v.e)
			root, err := Annotate(b, new(Extension))
			if err != nil {
				t.Fatal(err)
			}
			data := root.Children[1]
			if data.Remark != v.remark || len(data.Children) != v.children {
				t.Errorf("%d children, remark %q; want %d, %q", len(data.Children), data.Remark, v.children, v.remark)
			}
			if _, err := tile(b, root); err != nil {
				t.Error(err)
			}
		})
	}
}

// A tree in a leaf in a tree in a leaf … is opened so far and no further.
func TestAnnotateIsBounded(t *testing.T) {
	leaf := samples{rand.NewChaCha8([32]byte{})}.leaf(LeafSourceUpdate)
	leaf.Extensions = nil
	for range 50 {
		tree := RatchetTree{[]*Node{{Type: NodeTypeLeaf, Leaf: &leaf}}}
		b, err := Marshal(&tree)
		if err != nil {
			t.Fatal(err)
		}
		next := leaf
		next.Extensions = []Extension{{ExtensionRatchetTree, b}}
		leaf = next
	}
	b, err := Marshal(&leaf)
	if err != nil {
		t.Fatal(err)
	}
	root, err := Annotate(b, new(LeafNode))
	if err != nil {
		t.Fatal(err)
	}
	var depth func(p *Part) int
	depth = func(p *Part) int {
		most := 0
		for _, child := range p.Children {
			most = max(most, depth(child))
		}
		return most + 1
	}
	if d := depth(root); d > 30 {
		t.Errorf("opened %d parts deep", d)
	}
}

// The sections that annotations show are those of the comments on the structs.
func TestSections(t *testing.T) {
	files, err := filepath.Glob("s*.go")
	if err != nil {
		t.Fatal(err)
	}
	comment := regexp.MustCompile(`RFC\s9420\s§([0-9.]*[0-9])`)
	seen := 0
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.TYPE || g.Doc == nil {
				continue
			}
			name := g.Specs[0].(*ast.TypeSpec).Name.Name
			m := comment.FindStringSubmatch(g.Doc.Text())
			if m == nil {
				continue
			}
			seen++
			if SectionOf(name) != m[1] {
				t.Errorf("%s: section %q, its comment says %q", name, SectionOf(name), m[1])
			}
		}
	}
	if seen != len(sections) {
		t.Errorf("%d structs have a comment, %d a section", seen, len(sections))
	}
}
