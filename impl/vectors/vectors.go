// Package vectors reads, verifies and makes test vectors in the format of the MLS
// working group, one file per kind: what an entry holds, how it is verified, how
// entries are made.
//
// It sees all layers and is imported by none. A layer's functions are called as
// the format's list of checks says, in both directions where it asks for that.
// What comes from a file is not trusted: whatever it holds, the answer is a
// Failure, never a panic.
package vectors

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// Hex is a byte string that is hexadecimal in JSON.
type Hex []byte

// MarshalJSON writes a string of hexadecimal digits.
func (h Hex) MarshalJSON() ([]byte, error) { return json.Marshal(hex.EncodeToString(h)) }

// Kind is one kind of test vectors, and so one file.
type Kind struct {
	Name   string
	Shows  string // what an implementation that passes can do
	Suites bool   // its entries name a cipher suite

	fields   []string // of an entry
	verify   func(e entry) []Failure
	generate func(g *generator) any
}

// Kinds lists all kinds, in the order of the format's description.
func Kinds() []Kind {
	return []Kind{
		treeMathKind,
		cryptoBasicsKind,
		secretTreeKind,
		messageProtectionKind,
		keyScheduleKind,
		pskSecretKind,
		transcriptHashesKind,
		welcomeKind,
		treeOperationsKind,
		treeValidationKind,
		treeKEMKind,
		messagesKind,
		passiveWelcomeKind,
		passiveCommitKind,
		passiveRandomKind,
		deserializationKind,
	}
}

// KindOf finds a kind by its name.
func KindOf(name string) (Kind, bool) {
	list := Kinds()
	i := slices.IndexFunc(list, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return Kind{}, false
	}
	return list[i], true
}

// newKind makes a Kind of its entries' type T, whose tags name the fields.
func newKind[T any](name, shows string, verify func(*checker, *T), generate func(*generator) []T) Kind {
	k := Kind{Name: name, Shows: shows}
	t := reflect.TypeFor[T]()
	for i := range t.NumField() {
		k.fields = append(k.fields, t.Field(i).Tag.Get("json"))
	}
	k.Suites = slices.Contains(k.fields, suiteField)
	slices.Sort(k.fields)
	k.verify = func(e entry) []Failure {
		v := new(T)
		if err := e.decode(v); err != nil {
			return []Failure{*err}
		}
		c := newChecker(e.raw)
		if k.Suites && !c.pick(e.suite()) {
			return c.failures
		}
		verify(c, v)
		return c.failures
	}
	if generate != nil {
		k.generate = func(g *generator) any { return generate(g) }
	}
	return k
}

const suiteField = "cipher_suite"

// kindOfFile tells a file's kind by its name, or, if that says nothing, by the
// fields of its first entry. The three kinds of passive clients share one format.
func kindOfFile(path string, entries []entry) (k Kind, byName bool, err error) {
	if k, ok := KindOf(strings.TrimSuffix(filepath.Base(path), ".json")); ok {
		return k, true, nil
	}
	if len(entries) > 0 {
		have := entries[0].fieldNames()
		for _, k := range slices.Backward(Kinds()) {
			if slices.Equal(k.fields, have) {
				return k, false, nil
			}
		}
	}
	return Kind{}, false, fmt.Errorf("the kind of the vectors is unknown: neither the file's name nor the fields of its first entry are those of a kind")
}
