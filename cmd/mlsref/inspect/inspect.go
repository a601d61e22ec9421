// Package inspect says what the bytes of an MLS object mean (RFC 9420): it finds the
// struct, and shows each field as text or JSON.
package inspect

import (
	"errors"
	"fmt"

	"mlsref/impl/wire"
)

// Finding is what an input turned out to be.
type Finding struct {
	Form   string // of the input: binary, hex or base64
	Forced bool   // what to decode as was said
	Root   *wire.Part
	Err    *wire.SyntaxError // nil if it decodes
	Also   []string          // what else it could be
	size   int
}

// Of decodes b as the struct as, or as whatever it could be if that is empty.
func Of(b []byte, as string) (Finding, error) {
	if as != "" {
		k, known := wire.KindOf(as)
		if !known {
			return Finding{}, fmt.Errorf("--as: read %q, expected a struct of RFC 9420, see mlsref inspect --help", as)
		}
		f, err := annotate(b, k)
		f.Forced = true
		return f, err
	}
	fits, best := candidates(b)
	f, err := annotate(b, best)
	for _, k := range fits {
		if k.Name != best.Name {
			f.Also = append(f.Also, k.Name)
		}
	}
	return f, err
}

// candidates lists the structs that take all of b, and picks one: the likeliest
// of those, or, if there are none, the one that decodes furthest. An MLSMessage
// says what it is, so that nothing else is tried.
func candidates(b []byte) (fits []wire.Kind, best wire.Kind) {
	furthest := -1
	for i, k := range wire.Kinds() {
		n, err := wire.UnmarshalPrefix(b, k.New())
		if err == nil && n == len(b) {
			if i == 0 {
				return nil, k
			}
			fits = append(fits, k)
			continue
		}
		var se *wire.SyntaxError
		if errors.As(err, &se) {
			n = se.Offset
		} else if i > 0 {
			n /= 2 // bytes left over: many a small struct fits the start of anything
		}
		if n > furthest {
			furthest, best = n, k
		}
	}
	if len(fits) > 0 {
		best = fits[0]
	}
	return fits, best
}

func annotate(b []byte, k wire.Kind) (Finding, error) {
	root, err := wire.Annotate(b, k.New())
	f := Finding{size: len(b), Root: root}
	if err != nil && !errors.As(err, &f.Err) {
		return Finding{}, err
	}
	return f, nil
}
