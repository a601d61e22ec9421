package encoding

import (
	"bytes"
	"fmt"
	mathrand "math/rand"
	"reflect"

	fuzz "github.com/google/gofuzz"

	"mlsref/impl/wire"
)

// RoundTrip fills a struct with values that rng decides, writes it, and parses it back. Every
// field must come back as it was, or not at all, where a select leaves it out. kept, if
// not nil, counts the fields that did come back, by struct and name. What has no
// encoding, a nil case or an unknown one, is no failure; b is nil then.
func RoundTrip(k wire.Kind, rng mathrand.Source, kept map[string]int) (b []byte, err error) {
	v, back := k.New(), k.New()
	filler(rng).Fuzz(v)
	b, err = wire.Marshal(v)
	if err != nil {
		return nil, nil
	}
	if err := wire.Unmarshal(b, back); err != nil {
		return b, fmt.Errorf("a %s is written as %s, which does not parse: %w", k.Name, Clipped(b), err)
	}
	if again, err := wire.Marshal(back); err != nil || !bytes.Equal(again, b) {
		return b, fmt.Errorf("a %s is written as %s, and when parsed as %s (%v)", k.Name, Clipped(b), Clipped(again), err)
	}
	if kept == nil {
		kept = map[string]int{}
	}
	if err := survives(k.Name, reflect.ValueOf(v).Elem(), reflect.ValueOf(back).Elem(), kept); err != nil {
		return b, fmt.Errorf("%w, by way of %s", err, Clipped(b))
	}
	return b, nil
}

// filler makes random structs in which most selects have a case.
func filler(rng mathrand.Source) *fuzz.Fuzzer {
	large := 1
	return fuzz.New().RandSource(rng).NilChance(0.1).NumElements(0, 3).Funcs(
		func(b *[]byte, c fuzz.Continue) {
			n := c.Intn(20)
			if c.Intn(8) == 0 {
				n = boundaries[c.Intn(len(boundaries))]
			}
			if n > 64 && large == 0 {
				n = 64
			} else if n > 64 {
				large--
			}
			if n > 0 {
				*b = make([]byte, n)
				c.Read(*b)
			}
		},
		func(v *wire.ProtocolVersion, c fuzz.Continue) { *v = wire.ProtocolVersion(known(c, 1)) },
		func(v *wire.WireFormat, c fuzz.Continue) { *v = wire.WireFormat(known(c, 5)) },
		func(v *wire.ProposalType, c fuzz.Continue) { *v = wire.ProposalType(known(c, 7)) },
		func(v *wire.CredentialType, c fuzz.Continue) { *v = wire.CredentialType(known(c, 2)) },
		func(v *wire.ContentType, c fuzz.Continue) { *v = wire.ContentType(known(c, 3)) },
		func(v *wire.SenderType, c fuzz.Continue) { *v = wire.SenderType(known(c, 4)) },
		func(v *wire.LeafNodeSource, c fuzz.Continue) { *v = wire.LeafNodeSource(known(c, 3)) },
		func(v *wire.NodeType, c fuzz.Continue) { *v = wire.NodeType(known(c, 2)) },
		func(v *wire.PSKType, c fuzz.Continue) { *v = wire.PSKType(known(c, 2)) },
		func(v *wire.ProposalOrRefType, c fuzz.Continue) { *v = wire.ProposalOrRefType(known(c, 2)) },
	)
}

// known is mostly one of the values 1 to n.
func known(c fuzz.Continue, n int) int {
	if c.Intn(16) == 0 {
		return c.Intn(1 << 16)
	}
	return 1 + c.Intn(n)
}

// survives compares what was written with what came back.
func survives(path string, was, is reflect.Value, kept map[string]int) error {
	if is.IsZero() {
		return nil
	}
	switch was.Kind() {
	case reflect.Struct:
		for i := range was.NumField() {
			f := was.Type().Name() + "." + was.Type().Field(i).Name
			if err := survives(f, was.Field(i), is.Field(i), kept); err != nil {
				return err
			}
		}
		return nil
	case reflect.Pointer:
		if was.IsNil() {
			return fmt.Errorf("%s was nil, and is not", path)
		}
		kept[path]++
		return survives(path, was.Elem(), is.Elem(), kept)
	case reflect.Slice:
		if was.Type().Elem().Kind() == reflect.Uint8 {
			if !bytes.Equal(was.Bytes(), is.Bytes()) {
				return fmt.Errorf("%s was %s, and is %s", path, Clipped(was.Bytes()), Clipped(is.Bytes()))
			}
			break
		}
		if was.Len() != is.Len() {
			return fmt.Errorf("%s had %d elements, and has %d", path, was.Len(), is.Len())
		}
		for i := range was.Len() {
			if err := survives(path, was.Index(i), is.Index(i), kept); err != nil {
				return err
			}
			if e := was.Index(i); e.Kind() != reflect.Struct && e.IsZero() != is.Index(i).IsZero() { // no select leaves out an element
				return fmt.Errorf("%s[%d] was %v, and is %v", path, i, e, is.Index(i))
			}
		}
	default:
		if !was.Equal(is) {
			return fmt.Errorf("%s was %v, and is %v", path, was, is)
		}
	}
	kept[path]++
	return nil
}
