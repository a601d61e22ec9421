package group

import (
	"bytes"
	"fmt"
	"reflect"
	"sort"
	"strings"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/treedem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// dump writes out all state of a group, unexported fields and what pointers lead
// to. The tree stands as its wire form: its nodes may remember a hash.
func dump(g *Group) string {
	var b strings.Builder
	rt := g.public.Tree.Wire()
	encoded, err := wire.Marshal(&rt)
	if err != nil {
		panic(err)
	}
	fmt.Fprintf(&b, "tree of %d: %x\n", g.public.Tree.Leaves(), encoded)
	dumpValue(&b, "g", reflect.ValueOf(g))
	return b.String()
}

// Policy and Padding are the application's choice, not state.
var opaque = map[reflect.Type]bool{
	reflect.TypeFor[suite.Suite](): true, reflect.TypeFor[treesync.Tree](): true,
	reflect.TypeFor[treesync.Policy](): true, reflect.TypeFor[treedem.Padding](): true,
}

func dumpValue(b *strings.Builder, path string, v reflect.Value) {
	if opaque[v.Type()] {
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			fmt.Fprintf(b, "%s = nil\n", path)
			return
		}
		dumpValue(b, path, v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			dumpValue(b, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			fmt.Fprintf(b, "%s = %x\n", path, v.Bytes())
			return
		}
		fmt.Fprintf(b, "%s has %d\n", path, v.Len())
		for i := range v.Len() {
			dumpValue(b, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	case reflect.Map:
		keys := v.MapKeys()
		sort.Slice(keys, func(i, j int) bool { return fmt.Sprint(keys[i]) < fmt.Sprint(keys[j]) })
		fmt.Fprintf(b, "%s has %d\n", path, len(keys))
		for _, k := range keys {
			dumpValue(b, fmt.Sprintf("%s[%v]", path, k), v.MapIndex(k))
		}
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		panic("a Group has a " + v.Kind().String() + " at " + path)
	default:
		fmt.Fprintf(b, "%s = %v\n", path, v)
	}
}

// The dump would be worth nothing if it missed state: it sees a key go.
func TestDumpSeesChanges(t *testing.T) {
	s, err := suite.ByID(1)
	check(t, err)
	p := newParty(t, s, Private)
	p.create("alice")
	p.commit("alice", CommitOptions{}, "bob")
	alice, bob := p.members["alice"], p.members["bob"]
	before := dump(bob)
	for _, want := range [][]byte{bob.secrets.Membership, bob.interim, bob.client.Identity.SignatureKey, bob.GroupID()} {
		if !bytes.Contains([]byte(before), fmt.Appendf(nil, "%x", want)) {
			t.Errorf("%x is missing from\n%s", want, before)
		}
	}
	msg, err := alice.Send(p.rng, []byte("hello"), nil)
	check(t, err)
	if dump(bob) != before {
		t.Error("sending to bob changes him")
	}
	_, err = bob.Receive(msg)
	check(t, err)
	if dump(bob) == before {
		t.Error("a consumed key goes unseen")
	}
}
