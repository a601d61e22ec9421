package vectors

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
)

// Options say what Generate makes.
type Options struct {
	Seed   uint64
	Suites []wire.CipherSuite // none: all
	Small  bool               // one small entry where otherwise there are many
}

// generator makes the entries of one kind for one suite. What it makes is honest,
// so that an error would be a bug of ours.
type generator struct {
	suite suite.Suite
	rng   *rand.ChaCha8
	small bool
}

// Generate makes a file of a kind, the same for the same options, byte by byte.
// The entries of a suite do not depend on which other suites are made.
func Generate(k Kind, opt Options) ([]byte, error) {
	if k.generate == nil {
		return nil, fmt.Errorf("%s: making these is not implemented yet", k.Name)
	}
	suites := opt.Suites
	if len(suites) == 0 {
		suites = AllSuites()
	}
	if !k.Suites {
		suites = AllSuites()[:1]
	}
	made := make([]reflect.Value, len(suites))
	var wait sync.WaitGroup
	for i, id := range suites {
		s, err := suite.ByID(id)
		if err != nil {
			return nil, err
		}
		seed := sha256.Sum256(fmt.Appendf(nil, "mlsref vectors %d %s %d", opt.Seed, k.Name, id))
		g := &generator{suite: s, rng: rand.NewChaCha8(seed), small: opt.Small}
		wait.Go(func() { made[i] = reflect.ValueOf(k.generate(g)) })
	}
	wait.Wait()
	all := []any{}
	for _, entries := range made {
		for i := range entries.Len() {
			all = append(all, entries.Index(i).Interface())
		}
	}
	b, err := json.MarshalIndent(all, "", " ")
	return append(b, '\n'), err
}

// AllSuites lists the numbers of the supported suites, in the registry's order.
func AllSuites() []wire.CipherSuite {
	var list []wire.CipherSuite
	for _, name := range suite.Names() {
		list = append(list, must(suite.ByName(name)).ID())
	}
	return list
}

// curves are the suites that stand for all in small vectors: the others differ
// from one of them in their AEAD or in the size of a curve.
func (g *generator) curves() bool {
	return slices.Contains([]wire.CipherSuite{0x0001, 0x0002, 0x0004, 0x0005}, g.suite.ID())
}

// pick chooses between the full and the small amount.
func pick[T any](g *generator, full, small T) T {
	if g.small {
		return small
	}
	return full
}

// bytes draws n fresh bytes.
func (g *generator) bytes(n int) Hex {
	b := make([]byte, n)
	g.rng.Read(b) // never fails
	return b
}

// secret draws a fresh secret of the suite's length.
func (g *generator) secret() Hex { return g.bytes(g.suite.Nh()) }

// number draws a number below n.
func (g *generator) number(n int) int { return rand.New(g.rng).IntN(n) }

// must is for what fails only through a bug of ours: the generator's input is its own.
func must[T any](v T, err error) T {
	ok(err)
	return v
}

func ok(err error) {
	if err != nil {
		panic("vectors: internal: " + err.Error())
	}
}

func marshal(v wire.Wirer) Hex { return must(wire.Marshal(v)) }
