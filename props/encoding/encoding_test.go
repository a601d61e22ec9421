package encoding

import (
	mathrand "math/rand"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"mlsref/impl/wire"
	"mlsref/props/dice"
)

// TestCodecObjects holds the codec to structs that are made from the schema alone, every
// place of each spoiled in turn.
func TestCodecObjects(t *testing.T) {
	kinds := wire.Kinds()
	rapid.Check(t, func(t *rapid.T) {
		pick := func(n int) int { return dice.Uniform(t, n) }
		k := kinds[pick(len(kinds))]
		b := Made(k, pick)
		places := EveryPlace
		if len(b) > 4096 {
			places = Few
		}
		if err := One(pick, k, b, places); err != nil {
			t.Fatalf("%s, %s: %v", k.Name, Clipped(b), err)
		}
	})
}

// TestCodecValues: each field of each struct comes back from its bytes.
func TestCodecValues(t *testing.T) {
	kept := map[string]int{}
	for _, k := range wire.Kinds() {
		written := 0
		for seed := range int64(150) {
			b, err := RoundTrip(k, mathrand.NewSource(seed), kept)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if b != nil {
				written++
			}
		}
		if written < 20 {
			t.Errorf("%d of 150 random structs %s could be written", written, k.Name)
		}
	}
	for _, k := range wire.Kinds() {
		s := reflect.TypeOf(k.New()).Elem()
		for i := range s.NumField() {
			name := s.Name() + "." + s.Field(i).Name
			if s.Field(i).Type.Kind() != reflect.Struct && kept[name] == 0 {
				t.Errorf("%s never came back", name)
			}
		}
	}
}

// TestMaker: the structs that are made have what is worth trying: each case of each
// select, lengths at the boundaries, values without a word.
func TestMaker(t *testing.T) {
	seen := map[string]bool{}
	var look func(p *wire.Part)
	look = func(p *wire.Part) {
		if p.Suffix == "<V>" {
			seen[header4(len(p.Bytes))] = true
		}
		if e, ok := integers[p.Type]; ok && p.Value != nil && e.words != nil {
			seen[p.Type+" "+e.word(reflect.ValueOf(p.Value).Uint())] = true
		}
		for _, child := range p.Children {
			look(child)
		}
	}
	at := uint64(1)
	pick := func(n int) int { // a plain generator: Knuth's MMIX
		at = at*6364136223846793005 + 1442695040888963407
		return int(at>>33) % n
	}
	for _, k := range wire.Kinds() {
		for range 25 {
			root, err := wire.Annotate(Made(k, pick), k.New())
			if err != nil {
				t.Fatalf("%s: %v", k.Name, err)
			}
			look(root)
		}
	}
	for _, n := range boundaries {
		if !seen[header4(n)] {
			t.Errorf("no vector of %d bytes", n)
		}
	}
	for name, e := range integers {
		for _, w := range e.words {
			if !seen[name+" "+w] {
				t.Errorf("no %s %s", name, w)
			}
		}
	}
	for _, grease := range []string{"ExtensionType 2570", "ProposalType 6682", "CredentialType 65535"} {
		if !seen[grease] {
			t.Errorf("no %s", grease)
		}
	}
}

func header4(n int) string { return string(lengthIn(4, n)) }
