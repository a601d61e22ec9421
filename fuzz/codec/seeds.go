package codec

import (
	"math/rand/v2"
	"strings"

	"mlsref/impl/wire"
	"mlsref/props/encoding"
	"mlsref/spec"
	"mlsref/trace"
)

// history sends messages of every kind.
const history = `seed 1
handshakes public
alice creates room
alice adds bob carol
bob updates
carol commits
alice proposes removing bob
carol commits
alice sends "text"
dave joins room
`

// messages are those of a short history, each once.
func messages() ([][]byte, error) {
	sc, err := trace.Parse("seeds", strings.NewReader(history))
	if err != nil {
		return nil, err
	}
	var all [][]byte
	seen := map[string]bool{}
	_, err = trace.Play(sc, trace.Options{Watch: &trace.Watch{Reading: func(_ *trace.Session, _ string, m trace.Message) error {
		if !seen[string(m.Bytes)] {
			seen[string(m.Bytes)] = true
			all = append(all, m.Bytes)
		}
		return nil
	}}})
	return all, err
}

// wireSeeds are a made struct of each kind, the messages of a history (the first kind),
// and each label (RFC 9420 §8) in a KDFLabel.
func wireSeeds() ([][]byte, error) {
	all, err := messages()
	if err != nil {
		return nil, err
	}
	for i, b := range all {
		all[i] = append([]byte{0}, b...)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for i, k := range kinds() {
		all = append(all, append([]byte{byte(i)}, small(func() []byte { return encoding.Made(k, rng.IntN) })...))
		if k.Name != "KDFLabel" {
			continue
		}
		for _, l := range spec.Labels() {
			b, err := wire.Marshal(&wire.KDFLabel{Length: 32, Label: []byte(spec.LabelPrefix + l.Text)})
			if err != nil {
				return nil, err
			}
			all = append(all, append([]byte{byte(i)}, b...))
		}
	}
	return all, nil
}

// small is the first of some that is short: a fuzzer changes short inputs faster.
func small(make func() []byte) (b []byte) {
	for range 20 {
		if b = make(); len(b) <= 1024 {
			break
		}
	}
	return b
}

// differentialSeeds are the same; the kinds of package wire come first in the pairs, too.
func differentialSeeds() ([][]byte, error) {
	all, err := wireSeeds()
	if err != nil {
		return nil, err
	}
	both, err := pairs()
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(2, 2))
	for i := len(kinds()); i < len(both); i++ { // those that go by a content type outside
		b := make([]byte, 40)
		for j := range b {
			b[j] = byte(rng.IntN(3))
		}
		all = append(all, append([]byte{byte(i)}, b...))
	}
	return all, nil
}

// structSeeds are random bytes for each kind.
func structSeeds() ([][]byte, error) {
	rng := rand.NewChaCha8([32]byte{3})
	var all [][]byte
	for i := range kinds() {
		b := make([]byte, 200)
		rng.Read(b) // never fails
		all = append(all, append([]byte{byte(i)}, b...))
	}
	return all, nil
}
