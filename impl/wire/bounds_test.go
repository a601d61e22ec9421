package wire

import (
	"bytes"
	"math/rand/v2"
	"runtime"
	"testing"
)

// allocated is how many bytes f takes.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// mostPerByte is how many bytes decoding may take for each byte of input: a vector's
// element can be one byte on the wire and a struct of some hundred in memory, and the
// slice grows by doubling.
const mostPerByte = 2048

// TestAllocationIsBounded decodes, as every struct, inputs that promise more than
// they have: long vectors at every nesting, random bytes, many small elements.
func TestAllocationIsBounded(t *testing.T) {
	rng := rand.NewChaCha8([32]byte{3})
	huge := []byte{0xbf, 0xff, 0xff, 0xff} // a vector of 2^30-1 bytes
	inputs := [][]byte{
		bytes.Repeat(huge, 64),
		append([]byte{0, 1, 0, 1}, bytes.Repeat(huge, 64)...),
		append([]byte{0x80, 0, 16, 0}, make([]byte, 4096)...),               // elements of nothing but zeros
		append([]byte{0x80, 0, 16, 0}, bytes.Repeat([]byte{1}, 4096)...),    // and of ones
		append([]byte{0x80, 0, 16, 0}, bytes.Repeat([]byte{0, 1}, 2048)...), // and both
	}
	for n := range 300 {
		b := make([]byte, 8+n)
		rng.Read(b)
		inputs = append(inputs, b)
	}
	for _, k := range Kinds() {
		for _, b := range inputs {
			took := allocated(func() { _ = Unmarshal(b, k.New()) })
			if limit := uint64(64<<10 + mostPerByte*len(b)); took > limit {
				t.Errorf("%s: decoding %d bytes (%x…) takes %d, at most %d are allowed", k.Name, len(b), b[:8], took, limit)
			}
		}
	}
}

// BenchmarkDecode shows that the time per byte does not grow with the tree.
func BenchmarkDecode(b *testing.B) {
	s := samples{rng: rand.NewChaCha8([32]byte{1})}
	for _, n := range []int{10, 100, 1000, 10000} {
		rt := RatchetTree{}
		for range n {
			leaf := s.leaf(LeafSourceCommit)
			rt.Nodes = append(rt.Nodes, &Node{Type: NodeTypeLeaf, Leaf: &leaf}, nil)
		}
		data, err := Marshal(&rt)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(map[int]string{10: "10", 100: "100", 1000: "1000", 10000: "10000"}[n], func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if err := Unmarshal(data, &RatchetTree{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
