package trace

import (
	"encoding/binary"
	"runtime"
	"slices"
	"strings"

	"mlsref/model"
)

// searchable is the length from which a value is looked for inside other bytes.
// Shorter ones would be found where they are not.
const searchable = 8

// index finds terms by their bytes: whole, and as a part of other bytes.
type index struct {
	whole  map[string][]model.TermID // in order of definition
	inside map[uint64][]hit          // by the first 8 bytes; secrets and ciphertexts only; longest first
	filter []uint64                  // a bit for each first three bytes, since most positions match nothing
}

// hit is a term found in other bytes.
type hit struct {
	id     model.TermID
	offset int
	value  []byte
}

func newIndex() index {
	return index{whole: map[string][]model.TermID{}, inside: map[uint64][]hit{}, filter: make([]uint64, 1<<18)}
}

// add makes a value known. A public one is found only whole: to find it inside
// other bytes would teach nobody anything.
func (x *index) add(id model.TermID, value []byte, public bool) {
	x.whole[string(value)] = append(x.whole[string(value)], id)
	if public || len(value) < searchable {
		return
	}
	key := binary.BigEndian.Uint64(value)
	x.filter[key>>46] |= 1 << (key >> 40 & 63)
	x.inside[key] = append(x.inside[key], hit{id: id, value: value})
	slices.SortStableFunc(x.inside[key], func(a, b hit) int { return len(b.value) - len(a.value) })
}

// exact is the term with these bytes; if there are several, the last defined.
func (x *index) exact(b []byte) (model.TermID, bool) {
	ids := x.whole[string(b)]
	if len(ids) == 0 {
		return 0, false
	}
	return ids[len(ids)-1], true
}

// find looks for known values in b, from left to right, the longest match
// first, without overlap. Terms with equal bytes are all reported.
func (x *index) find(b []byte) []hit {
	var out []hit
	for at := 0; at+searchable <= len(b); {
		key := binary.BigEndian.Uint64(b[at:])
		length := 0
		if x.filter[key>>46]&(1<<(key>>40&63)) != 0 {
			for _, h := range x.inside[key] {
				if length > len(h.value) || len(h.value) > len(b)-at || string(b[at:at+len(h.value)]) != string(h.value) {
					continue
				}
				length = len(h.value)
				out = append(out, hit{h.id, at, h.value})
			}
		}
		at += max(length, 1)
	}
	return out
}

// layers remembers which layer a program counter belongs to.
type layers map[uintptr]string

// of is the innermost layer that the current call came through, found on the
// stack so that no layer has to say its name.
func (l layers) of() string {
	var pcs [32]uintptr
	// A layer is usually two or three frames away, and frames are costly to unwind.
	for from, size := 3, 4; ; from, size = from+size, len(pcs) {
		n := runtime.Callers(from, pcs[:size])
		for _, pc := range pcs[:n] {
			layer, known := l[pc]
			if !known {
				layer = layerAt(pc)
				l[pc] = layer
			}
			if layer != "" {
				return layer
			}
		}
		if n < size || size == len(pcs) {
			return ""
		}
	}
}

// layerAt looks at the function at pc and those inlined into it.
func layerAt(pc uintptr) string {
	frames := runtime.CallersFrames([]uintptr{pc})
	for {
		frame, more := frames.Next()
		if rest, ok := strings.CutPrefix(frame.Function, "mlsref/impl/"); ok {
			switch layer, _, _ := strings.Cut(rest, "."); layer {
			case "treesync", "treekem", "treedem", "group":
				return layer
			}
		}
		if !more {
			return ""
		}
	}
}
