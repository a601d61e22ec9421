package fuzz

import (
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"mlsref/props"
	"mlsref/props/dice"
)

// FuzzProperties is props.TestProperties with the fuzzer's bytes for dice: all
// properties, in long histories, so it is slow. It is no Target, since rapid needs a *testing.T.
func FuzzProperties(f *testing.F) {
	all := props.All()
	play := rapid.MakeFuzz(func(t *rapid.T) {
		pick, seed, steps := dice.History(t)
		o, err := props.Drawn(pick, seed, steps, 6, all)
		if err != nil {
			t.Fatalf("%v\n%s", err, o.Scenario.Text)
		}
		if o.Failed() {
			t.Fatalf("%v, in\n%s", o.Failures, o.Scenario.Text)
		}
	})
	f.Add([]byte{})
	f.Add([]byte("the first choices"))
	f.Fuzz(func(t *testing.T, in []byte) { play(t, spread(in)) })
}

// spread makes rapid's dice of few bytes. rapid takes 8 bytes for each bit that it
// draws, and 8 more to decide whether it draws another. What the bytes do not decide,
// chance does, the same for the same bytes: else rapid would drop what is too short.
func spread(in []byte) []byte {
	const most = 30_000 // dice
	var dice []byte
	for _, b := range in[:min(len(in), most/17)] {
		for bit := range 8 {
			one := binary.LittleEndian.AppendUint64(nil, uint64(b>>(7-bit)&1))
			dice = append(append(dice, one...), one...)
		}
		dice = binary.LittleEndian.AppendUint64(dice, 0)
	}
	hash := fnv.New64a()
	hash.Write(in)
	rng := rand.New(rand.NewPCG(hash.Sum64(), 0))
	for len(dice) < 8*most {
		dice = binary.LittleEndian.AppendUint64(dice, rng.Uint64())
	}
	return dice
}
