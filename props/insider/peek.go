package insider

import (
	"reflect"

	"mlsref/impl/group"
	"mlsref/impl/treedem"
)

type ratchets = treedem.Ratchets

// peek reads an unexported field of a group, as whoever holds the group's memory
// can. It must not be written to.
func peek[T any](g *group.Group, field string) *T {
	v := reflect.ValueOf(g).Elem().FieldByName(field)
	if !v.IsValid() || v.Type() != reflect.TypeFor[T]() {
		panic("insider: internal: a Group has no such field " + field)
	}
	return (*T)(v.Addr().UnsafePointer())
}

// ratchetsOf is a copy of the message ratchets, whose keys may be used up.
func ratchetsOf(g *group.Group) *ratchets {
	return (*peek[*ratchets](g, "ratchets")).Clone()
}
