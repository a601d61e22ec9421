package treesync

import (
	"hash/maphash"
	"slices"

	"github.com/benbjohnson/immutable"
)

// holders is who has which key. In a valid tree nobody shares one; but a tree may be
// changed before it is checked, so a clash is kept until it is resolved.
type holders struct {
	first  *immutable.Map[string, uint32]
	shared *immutable.Map[string, []uint32] // the clashes: all holders, ascending, two or more
}

// find is the first holder.
func (h holders) find(key []byte) (uint32, bool) { return h.first.Get(string(key)) }

// clash says whether any two share a key.
func (h holders) clash() bool { return h.shared.Len() > 0 }

func (h holders) with(key []byte, who uint32) holders {
	k := string(key)
	one, held := h.first.Get(k)
	if !held {
		h.first = h.first.Set(k, who)
		return h
	}
	all, several := h.shared.Get(k)
	if !several {
		all = []uint32{one}
	}
	at, _ := slices.BinarySearch(all, who)
	return h.set(k, slices.Insert(slices.Clone(all), at, who))
}

func (h holders) without(key []byte, who uint32) holders {
	k := string(key)
	all, several := h.shared.Get(k)
	if !several {
		h.first = h.first.Delete(k)
		return h
	}
	return h.set(k, slices.DeleteFunc(slices.Clone(all), func(other uint32) bool { return other == who }))
}

// set names the holders of a key that several had before or have now.
func (h holders) set(k string, all []uint32) holders {
	h.first = h.first.Set(k, all[0])
	if len(all) > 1 {
		h.shared = h.shared.Set(k, all)
	} else {
		h.shared = h.shared.Delete(k)
	}
	return h
}

// register collects holders in place.
type register struct {
	first  *immutable.MapBuilder[string, uint32]
	shared map[string][]uint32
	hasher keyHasher
}

func newRegister(hasher keyHasher) *register {
	return &register{immutable.NewMapBuilder[string, uint32](hasher), map[string][]uint32{}, hasher}
}

func (r *register) add(key []byte, who uint32) {
	k := string(key)
	one, held := r.first.Get(k)
	switch {
	case !held:
		r.first.Set(k, who)
	case r.shared[k] == nil:
		r.shared[k] = []uint32{one, who}
	default:
		r.shared[k] = append(r.shared[k], who)
	}
}

func (r *register) holders() holders {
	shared := immutable.NewMapBuilder[string, []uint32](r.hasher)
	for k, all := range r.shared {
		slices.Sort(all)
		r.first.Set(k, all[0])
		shared.Set(k, all)
	}
	return holders{r.first.Map(), shared.Map()}
}

type keyHasher struct{ seed maphash.Seed }

func (h keyHasher) Hash(k string) uint32   { return uint32(maphash.String(h.seed, k)) }
func (h keyHasher) Equal(a, b string) bool { return a == b }
