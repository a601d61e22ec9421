// Package dump writes out all state that a value holds or leads to, so that a test can
// say that nothing changed.
package dump

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"mlsref/impl/suite"
	"mlsref/impl/treedem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// Of is all state of v, one value a line, with its path: unexported fields and what
// pointers lead to. Equal states have equal texts. v must have no cycles.
//
// A ratchet tree stands as its wire form: its nodes may remember a hash. A suite is no
// state, and neither are the application's Policy and Padding.
func Of(v any) string {
	w := &walker{text: true}
	w.value(reflect.ValueOf(v))
	return string(w.out)
}

// Hash is a hash of what Of writes out, and faster: some 20 µs for a group of six.
func Hash(v any) [sha256.Size]byte {
	w := &walker{}
	w.value(reflect.ValueOf(v))
	return sha256.Sum256(w.out)
}

var (
	treeType = reflect.TypeFor[treesync.Tree]()
	noState  = map[reflect.Type]bool{
		reflect.TypeFor[suite.Suite](): true, reflect.TypeFor[treesync.Policy](): true, reflect.TypeFor[treedem.Padding](): true,
	}
)

// walker writes either lines of text or, for a hash, each value with its length.
type walker struct {
	text bool
	path []string
	out  []byte
}

// leaf writes a value that holds no others.
func (w *walker) leaf(b []byte) {
	if !w.text {
		w.out = binary.AppendUvarint(w.out, uint64(len(b)))
		w.out = append(w.out, b...)
		return
	}
	w.line(" = ", hex.EncodeToString(b))
}

func (w *walker) number(n uint64) {
	if !w.text {
		w.out = binary.AppendUvarint(w.out, n)
		return
	}
	w.line(" = ", strconv.FormatUint(n, 10))
}

// size writes how many values follow.
func (w *walker) size(n int) {
	if !w.text {
		w.out = binary.AppendUvarint(w.out, uint64(n))
		return
	}
	w.line(" has ", strconv.Itoa(n))
}

func (w *walker) line(parts ...string) {
	w.out = append(w.out, strings.Join(w.path, "")...)
	for _, p := range parts {
		w.out = append(w.out, p...)
	}
	w.out = append(w.out, '\n')
}

// in writes v, one step further down the path.
func (w *walker) in(step func() string, v reflect.Value) {
	if !w.text {
		w.value(v)
		return
	}
	w.path = append(w.path, step())
	w.value(v)
	w.path = w.path[:len(w.path)-1]
}

func (w *walker) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Invalid: // a nil any
		w.leaf(nil)
	case reflect.Pointer, reflect.Interface:
		w.pointed(v)
	case reflect.Struct:
		w.fields(v)
	case reflect.Slice, reflect.Array:
		w.elements(v)
	case reflect.Map:
		w.entries(v)
	case reflect.String:
		w.leaf([]byte(v.String()))
	case reflect.Bool:
		w.number(map[bool]uint64{true: 1}[v.Bool()])
	default:
		switch {
		case v.CanUint():
			w.number(v.Uint())
		case v.CanInt():
			w.number(uint64(v.Int()))
		case !noState[v.Type()]:
			panic("dump: internal: " + strings.Join(w.path, "") + " is a " + v.Kind().String())
		}
	}
}

func (w *walker) pointed(v reflect.Value) {
	if v.IsNil() {
		w.size(0)
		return
	}
	if v.Kind() == reflect.Interface {
		w.leaf([]byte(v.Elem().Type().String()))
	} else {
		w.size(1)
	}
	w.value(v.Elem())
}

func (w *walker) fields(v reflect.Value) {
	switch {
	case v.Type() == treeType:
		w.tree(v)
	case !noState[v.Type()]:
		for i := range v.NumField() {
			w.in(func() string { return "." + v.Type().Field(i).Name }, v.Field(i))
		}
	}
}

// tree goes around the field's being unexported, for which it must be addressable.
func (w *walker) tree(v reflect.Value) {
	t := (*treesync.Tree)(v.Addr().UnsafePointer())
	rt := t.Wire()
	encoded, err := wire.Marshal(&rt)
	if err != nil {
		panic(fmt.Sprintf("dump: internal: a tree without encoding: %v", err))
	}
	w.size(int(t.Leaves()))
	w.leaf(encoded)
}

func (w *walker) elements(v reflect.Value) {
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
		w.leaf(v.Bytes())
		return
	}
	w.size(v.Len())
	for i := range v.Len() {
		w.in(func() string { return fmt.Sprintf("[%d]", i) }, v.Index(i))
	}
}

// entries walks a map in the order of its keys.
func (w *walker) entries(v reflect.Value) {
	type entry struct {
		name string
		key  reflect.Value
	}
	entries := make([]entry, 0, v.Len())
	for _, k := range v.MapKeys() {
		entries = append(entries, entry{fmt.Sprint(k), k})
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	w.size(len(entries))
	for _, e := range entries {
		if !w.text {
			w.leaf([]byte(e.name))
		}
		w.in(func() string { return "[" + e.name + "]" }, v.MapIndex(e.key))
	}
}
