package model

import (
	"fmt"
	"slices"
)

// compromise takes what a client holds at this moment.
func (w *world) compromise(i int, e Event) error {
	switch e.What {
	case "":
		w.steal(i, w.client(e.Actor))
	case SignatureKey:
		w.stealSignatureKeys(i, w.client(e.Actor))
	case KeyPackages:
		w.stealPackages(i, w.client(e.Actor))
	default:
		return fmt.Errorf("cannot steal a %q", e.What)
	}
	return nil
}

// steal takes all of it, in every group: a device is stolen, not a group.
func (w *world) steal(i int, c *client) {
	w.stealPackages(i, c)
	w.stealSignatureKeys(i, c)
	for _, p := range c.psks {
		if p.stolen == nil {
			p.stolen = &loot{event: i, how: "stolen from " + c.name}
		}
	}
	for _, group := range w.history.groups {
		if at := c.seats[group]; at != nil {
			w.stealSeat(i, c.name, at)
		}
	}
}

func (w *world) stealSeat(i int, who string, at *seat) {
	if at.state != nil {
		w.stealState(at.state, theft{who, i, false, at.view})
		for _, p := range at.proposals {
			w.take(p.key, loot{event: i, how: fmt.Sprintf("stolen from %s in %s with its pending Update", who, at.state.name())})
		}
	}
	for _, h := range at.waiting {
		w.stealState(h.state, theft{who, i, true, h.view})
	}
	for _, h := range at.past {
		h.state.ratchetThefts = append(h.state.ratchetThefts, theft{who, i, false, h.view})
	}
	for _, s := range at.pastPSKs {
		s.resumptionThefts = append(s.resumptionThefts, theft{who, i, false, nil})
	}
}

func (w *world) stealState(s *state, t theft) {
	s.thefts = append(s.thefts, t)
	for _, k := range s.tree.held(s.tree.leafOf(t.who)) {
		w.take(k, loot{event: t.event, how: fmt.Sprintf("stolen from %s in %s", t.who, s.name())})
	}
}

func (w *world) stealPackages(i int, c *client) {
	for _, p := range c.packages {
		l := loot{event: i, how: fmt.Sprintf("stolen from %s before it joined", c.name), keyPackage: true}
		if p.lastResort {
			l.how = fmt.Sprintf("stolen from %s, who keeps that package for ever", c.name)
		}
		w.take(p.init, l)
		w.take(p.leaf, l)
	}
}

// stealSignatureKeys takes the current one, and older ones that a leaf of the
// client still names: it needs them to sign there.
func (w *world) stealSignatureKeys(i int, c *client) {
	for _, k := range w.signatureKeys(c) {
		if r := w.history.sigs[k]; r.stolen == nil {
			r.stolen = &loot{event: i, how: "stolen from " + c.name}
		}
	}
}

func (w *world) signatureKeys(c *client) []sigKey {
	keys := []sigKey{w.signs(c.name)}
	leaf := func(s *state) {
		keys = append(keys, s.tree.rows[0][s.tree.leafOf(c.name)].verify)
	}
	for _, at := range c.seats {
		if at.state != nil {
			leaf(at.state)
		}
		for _, h := range at.waiting {
			leaf(h.state)
		}
		for _, p := range at.proposals {
			keys = append(keys, p.verify)
		}
	}
	for _, p := range c.packages {
		keys = append(keys, p.verify)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// take keeps the first theft of a key.
func (w *world) take(k key, l loot) {
	if r := w.history.keys[k]; r.stolen == nil {
		r.stolen = &l
	}
}
