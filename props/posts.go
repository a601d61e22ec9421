package props

import "math/rand/v2"

// posts are the messages of a history that somebody has read, or is about to.
type posts struct {
	list  [][]byte
	known map[string]bool
}

func (p *posts) add(b []byte) {
	if p.known == nil {
		p.known = map[string]bool{}
	}
	if !p.known[string(b)] {
		p.known[string(b)] = true
		p.list = append(p.list, b)
	}
}

// has says whether b is a message that was sent: it may be good.
func (p *posts) has(b []byte) bool { return p.known[string(b)] }

// any is one of the last messages; nil if there is none.
func (p *posts) any(rng *rand.Rand) []byte {
	if len(p.list) == 0 {
		return nil
	}
	return p.list[max(0, len(p.list)-1-rng.IntN(8))]
}
