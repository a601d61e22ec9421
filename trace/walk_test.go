package trace

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"mlsref/impl/suite"
)

type inner struct {
	key   []byte
	other *outer
}

type outer struct {
	suite  suite.Suite
	array  [32]byte
	list   []inner
	byNode map[uint32]*inner
	any    any
	text   string
	lazy   atomic.Pointer[inner]
}

// Each kind of hiding place is found, with its path; what the observer knows is
// no state.
func TestWalkFindsHiddenSecrets(t *testing.T) {
	r, s, random := recorder(t)
	var secrets [][]byte
	for range 8 {
		secrets = append(secrets, random(32))
	}
	o := &outer{suite: s, array: [32]byte(secrets[0]), text: "prefix " + string(secrets[1])}
	o.list = []inner{{}, {key: slices.Concat([]byte("structure "), secrets[2], []byte{1})}}
	o.byNode = map[uint32]*inner{10: {key: secrets[3]}, 9: {key: secrets[3]}}
	o.any = &inner{key: secrets[4], other: o}
	o.lazy.Store(&inner{key: secrets[5][:]})
	o.list[0].key = secrets[6][:16] // half a secret is not that secret
	found, err := r.Walk(Root{"group", o}, Root{"nothing", (*outer)(nil)})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"group.array", "group.text", "group.list[1].key", "group.byNode[9].key", "group.any.key", "group.lazy.key"}
	for i, path := range want {
		if i >= len(found) || found[i].Path != path || int(found[i].Term) != i {
			t.Fatalf("found %+v, want %v for terms 0 to %d", found, want, len(want)-1)
		}
	}
	if len(found) != len(want) {
		t.Fatalf("found more: %+v", found[len(want):])
	}
}

// What cannot be seen is said, not passed over.
func TestWalkRefusesWhatItCannotSee(t *testing.T) {
	r, _, random := recorder(t)
	secret := random(32)
	for _, v := range []any{
		struct{ f func() []byte }{func() []byte { return secret }},
		struct{ c chan []byte }{make(chan []byte)},
	} {
		if _, err := r.Walk(Root{"group", v}); err == nil || !strings.Contains(err.Error(), "cannot be looked into") {
			t.Errorf("%T: %v", v, err)
		}
	}
}
