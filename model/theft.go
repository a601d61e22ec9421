package model

import "fmt"

// steal takes everything that a member holds at this moment, in every group: a
// device is stolen, not a group.
func (w *world) steal(event int, who string) {
	for _, kp := range w.packages[who] {
		how := fmt.Sprintf("stolen from %s before it joined", who)
		w.take(kp.init, loot{how, true})
		w.take(kp.leaf, loot{how, true})
	}
	for _, g := range w.history.groups {
		state := w.states[seat{who, g.name}]
		if state == nil {
			continue
		}
		w.stealEpoch(g, state.epoch, theft{who, event, state.committed})
		for _, k := range state.updates {
			w.take(k, loot{fmt.Sprintf("stolen from %s in epoch %d with its pending Update", who, state.epoch), false})
		}
		if state.committed {
			w.stealEpoch(g, state.epoch+1, theft{who, event, false})
		}
	}
}

func (w *world) stealEpoch(g *groupHistory, epoch uint64, t theft) {
	e := g.epochs[epoch]
	e.thefts = append(e.thefts, t)
	for _, k := range e.tree.held(e.tree.leafOf(t.who)) {
		w.take(k, loot{fmt.Sprintf("stolen from %s in epoch %d", t.who, epoch), false})
	}
}

// take keeps the first theft of a key.
func (w *world) take(k key, l loot) {
	if _, again := w.history.stolen[k]; !again {
		w.history.stolen[k] = l
	}
}
