package props

import (
	"fmt"

	"mlsref/impl/suite"
	"mlsref/trace"
)

// sealings are all keys under which honest clients encrypted something, and for what.
type sealings struct {
	ratchet map[string]bool // the keys that a ratchet gave
	aead    map[string]sealing
	hpke    map[string]sealing // by encapsulation
	guards  map[string]int     // reuse guards of what was sealed
	guard   string             // the last one, which who opens computes as well
	err     error              // the first that should not be
}

type sealing struct{ who, input string }

func newSealings() *sealings {
	return &sealings{ratchet: map[string]bool{}, aead: map[string]sealing{}, hpke: map[string]sealing{}, guards: map[string]int{}}
}

// nonceReuse looks at what honest clients seal, and at what a copy seals that was
// saved and loaded. A thief's copy is in a race with its victim, and does not count.
func nonceReuse(h *History) Checks {
	made := newSealings()
	return Checks{Watch: trace.Watch{
		Call: func(who string, c suite.Call) {
			if who != trace.Attacker {
				made.see(who, c)
			}
		},
		Step: func(s *trace.Session, _ int) error {
			if m, ok := h.anybody(s); ok && h.sometimes(15) && made.err == nil {
				if err := h.later(made, savedCopy(m)); err != nil {
					return err
				}
			}
			return made.err
		},
	}}
}

// see takes note of a call.
func (u *sealings) see(who string, c suite.Call) {
	switch {
	case c.Op == suite.OpExpand && c.Label == "key" && len(c.In[1].Bytes) == 4: // of a generation (§9.1)
		u.ratchet[string(c.Out[0].Bytes)] = true
	case c.Op == suite.OpSeal:
		key, again := string(c.In[0].Bytes), "a key seals two plaintexts"
		now := sealing{who, fmt.Sprintf("%x %x %x", c.In[1].Bytes, c.In[2].Bytes, c.In[3].Bytes)}
		if u.ratchet[key] {
			again = "a ratchet's key is used twice"
			u.guarded(who)
		}
		u.note(u.aead, key, now, u.ratchet[key], again)
	case c.Op == suite.OpXOR:
		u.guard = string(c.In[1].Bytes)
	case c.Op == suite.OpEncrypt:
		now := sealing{who, fmt.Sprintf("%x %x %x", c.In[0].Bytes, c.In[1].Bytes, c.In[2].Bytes)}
		u.note(u.hpke, string(c.Out[0].Bytes), now, true, "an HPKE encapsulation is used twice")
	}
}

// guarded: a reuse guard is four random bytes; the third of a kind in one history is no
// chance.
func (u *sealings) guarded(who string) {
	if u.guards[u.guard]++; u.guards[u.guard] > 2 && u.err == nil {
		u.err = fmt.Errorf("the reuse guard %x is used for the third time, now by %s", u.guard, who)
	}
}

func (u *sealings) note(made map[string]sealing, key string, now sealing, onceOnly bool, what string) {
	before, used := made[key]
	if used && (onceOnly || before.input != now.input) && u.err == nil {
		u.err = fmt.Errorf("%s: by %s, and now by %s", what, before.who, now.who)
	}
	made[key] = now
}

// Observe sees what a loaded copy does; see suite.Observer.
func (c *loadedCopy) Observe(call suite.Call) { c.made.see("a loaded copy of "+c.name, call) }
