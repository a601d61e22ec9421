package peer

import (
	"regexp"
	"slices"
	"strings"

	"mlsref/impl/wire"
)

// What classes are told by: the words of an error, and what is in the input.

// ownSays is a class of differences in which mlsref's error has these words.
func ownSays(pattern string) func(*Difference) bool {
	re := regexp.MustCompile(pattern)
	return func(d *Difference) bool { return re.MatchString(d.Own.Error) }
}

// theirsSay is a class of differences in which the peer's error has these words.
func theirsSay(pattern string) func(*Difference) bool {
	re := regexp.MustCompile(pattern)
	return func(d *Difference) bool { return re.MatchString(d.Theirs.Error) }
}

// doing is a class of differences in one operation.
func doing(operation string) func(*Difference) bool {
	return func(d *Difference) bool { return d.Input.Do == operation }
}

func not(a func(*Difference) bool) func(*Difference) bool {
	return func(d *Difference) bool { return !a(d) }
}

func both(a, b func(*Difference) bool) func(*Difference) bool {
	return func(d *Difference) bool { return a(d) && b(d) }
}

func either(a, b func(*Difference) bool) func(*Difference) bool {
	return func(d *Difference) bool { return a(d) || b(d) }
}

// has is a class of differences whose input, which mlsref can decode, has such a part.
func has(is func(*wire.Part) bool) func(*Difference) bool {
	return func(d *Difference) bool {
		k, known := wire.KindOf(d.Input.Type)
		if !known {
			return false
		}
		root, err := wire.Annotate(d.Input.Hex, k.New())
		if err != nil {
			return false
		}
		return slices.ContainsFunc(partsOf(root), is)
	}
}

func extensionPart(p *wire.Part) bool { return p.Type == "Extension" && p.Suffix == "" }

// extensionOf are the type and data of an extension.
func extensionOf(p *wire.Part) (wire.ExtensionType, []byte) {
	var e wire.Extension
	if err := wire.Unmarshal(p.Bytes, &e); err != nil {
		return 0, nil
	}
	return e.Type, e.Data
}

func twoOfOneType(p *wire.Part) bool {
	seen := map[wire.ExtensionType]bool{}
	for _, child := range p.Children {
		if !extensionPart(child) {
			return false
		}
		t, _ := extensionOf(child)
		if seen[t] {
			return true
		}
		seen[t] = true
	}
	return false
}

// malformedExtension is one of a default type whose data is not what the type says.
func malformedExtension(p *wire.Part) bool {
	if !extensionPart(p) {
		return false
	}
	contents := map[wire.ExtensionType]wire.Wirer{
		wire.ExtensionApplicationID:        &wire.ApplicationID{},
		wire.ExtensionRatchetTree:          &wire.RatchetTree{},
		wire.ExtensionRequiredCapabilities: &wire.RequiredCapabilities{},
		wire.ExtensionExternalPub:          &wire.ExternalPub{},
		wire.ExtensionExternalSenders:      &wire.ExternalSenders{},
	}
	t, data := extensionOf(p)
	into, known := contents[t]
	return known && wire.Unmarshal(data, into) != nil
}

func unsorted(p *wire.Part) bool {
	if p.Name != "unmerged_leaves" {
		return false
	}
	last := int64(-1)
	for _, child := range p.Children {
		leaf, ok := child.Value.(wire.LeafIndex)
		if !ok || int64(leaf) <= last {
			return true
		}
		last = int64(leaf)
	}
	return false
}

func x509(p *wire.Part) bool { return p.Name == "certificates" }

// unknownValue is an enum outside of 1 to most; those in lists, where unknown values
// are welcome, are none.
func unknownValue(enum string, most uint64) func(*wire.Part) bool {
	return func(p *wire.Part) bool {
		return p.Type == enum && p.Suffix == "" && !strings.HasPrefix(p.Name, "[") && (uintOf(p) == 0 || uintOf(p) > most)
	}
}

func uintOf(p *wire.Part) (v uint64) {
	for _, b := range p.Bytes {
		v = v<<8 | uint64(b)
	}
	return v
}

// largeIndex is a leaf index of 2^24 or more.
func largeIndex(p *wire.Part) bool {
	index := p.Name == "removed" || p.Name == "leaf_index" || p.Name == "signer" || p.Type == "uint32" && strings.HasPrefix(p.Name, "[")
	return index && len(p.Bytes) == 4 && uintOf(p) >= 1<<24
}
