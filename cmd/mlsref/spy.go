package main

import (
	"fmt"

	"mlsref/model"
	"mlsref/trace"
)

// spy says which node keys the attacker can compute at a moment of the run. A
// snapshot marks the keys that a theft found; the attacker also decrypts paths.
type spy struct {
	closure *model.Closure
	from    map[string]string                  // by state: the one before it
	nodes   map[string]map[uint32]model.TermID // by state: the node keys that are new in it
	leaves  map[string]map[string]model.TermID // and the leaf keys, by owner
}

func newSpy(t *trace.Trace, terms *glossary) (*spy, error) {
	closure, err := model.Saturate(terms.terms, trace.Facts(t))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Header.File, err)
	}
	s := &spy{closure: closure, from: map[string]string{}, nodes: map[string]map[uint32]model.TermID{}, leaves: map[string]map[string]model.TermID{}}
	for i := range t.Events {
		switch e := &t.Events[i]; {
		case e.Kind == trace.KindStep && e.Step.Kind == model.Commit:
			s.from[e.Step.State] = e.Step.From
		case e.Kind == trace.KindGoal && e.Goal.Kind == model.NodeKey:
			put(s.nodes, e.Goal.State, e.Goal.Node, e.Term)
		case e.Kind == trace.KindGoal && e.Goal.Kind == model.LeafKey:
			put(s.leaves, e.Goal.State, e.Goal.Owner, e.Term)
		}
	}
	return s, nil
}

func put[K comparable](m map[string]map[K]model.TermID, state string, k K, id model.TermID) {
	if m[state] == nil {
		m[state] = map[K]model.TermID{}
	}
	m[state][k] = id
}

// mark is the snapshot with all keys marked that the attacker has after event seq.
func (s *spy) mark(snapshot *trace.Snapshot, seq int) *trace.Snapshot {
	marked := *snapshot
	marked.Nodes = append([]trace.SnapshotNode(nil), snapshot.Nodes...)
	for i := range marked.Nodes {
		n := &marked.Nodes[i]
		key, _, ok := s.key(n, snapshot.State)
		if !ok {
			continue
		}
		if since, known := s.closure.Since(key); known && since <= seq {
			n.Stolen = true
		}
	}
	return &marked
}

// fresh are the nodes whose key was new when a snapshot was taken; no node at
// any other event.
func (s *spy) fresh(e *trace.Event) map[uint32]bool {
	nodes := map[uint32]bool{}
	if e.Tree == nil {
		return nodes
	}
	for i := range e.Tree.Nodes {
		n := &e.Tree.Nodes[i]
		if _, made, ok := s.key(n, e.Tree.State); ok && made == e.Tree.State {
			nodes[n.Index] = true
		}
	}
	return nodes
}

// key is the private key that a node has in a state, and the state that made it.
func (s *spy) key(n *trace.SnapshotNode, state string) (key model.TermID, made string, found bool) {
	if n.Blank {
		return 0, "", false
	}
	// A trace may come from anybody: no state is older than all states.
	for i := 0; i <= len(s.from); i++ {
		if n.Index%2 == 0 {
			key, found = s.leaves[state][n.Member]
		} else {
			key, found = s.nodes[state][n.Index]
		}
		if found {
			return key, state, true
		}
		before, more := s.from[state]
		if !more {
			return 0, "", false
		}
		state = before
	}
	return 0, "", false
}
