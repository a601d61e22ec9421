package main

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"mlsref/model"
	"mlsref/trace"
)

// glossary knows the terms of a trace by their IDs, for printing.
type glossary struct {
	terms    []model.Term
	messages map[int]string      // texts by message number
	senders  map[int]trace.Event // wire events by Seq, to say who sent a term
}

func newGlossary(t *trace.Trace) *glossary {
	g := &glossary{messages: map[int]string{}, senders: map[int]trace.Event{}}
	var values []string
	for _, e := range t.Events {
		for _, d := range e.Define {
			g.terms, values = append(g.terms, d.Term), append(values, d.Value)
		}
		if e.Kind == trace.KindGoal && e.Goal.Kind == model.Message && int(e.Term) < len(values) {
			text, _ := hex.DecodeString(values[e.Term]) // trace.Read has checked it
			g.messages[e.Goal.Message] = string(text)
		}
		if e.Kind == trace.KindWire {
			g.senders[e.Seq] = e
		}
	}
	return g
}

func (g *glossary) message(n int) string { return g.messages[n] }

func (g *glossary) has(id model.TermID) bool { return id >= 0 && int(id) < len(g.terms) }

// name is a term's own name, or its operation and number.
func (g *glossary) name(id model.TermID) string {
	switch {
	case !g.has(id):
		return fmt.Sprintf("term %d", id)
	case g.terms[id].Name != "":
		return printable(g.terms[id].Name)
	default:
		return fmt.Sprintf("%s_%d", g.terms[id].Op, id)
	}
}

// spy says which node keys the attacker can compute at a moment of the run. A
// snapshot marks the keys that a theft found; the attacker also decrypts paths.
type spy struct {
	trace *trace.Trace
	terms *glossary
	facts []model.Fact
	first int                                // Seq of the first theft, or -1
	keys  map[string]map[uint64]model.TermID // by node name and the epoch of the key
}

func newSpy(t *trace.Trace, terms *glossary) *spy {
	s := &spy{trace: t, terms: terms, facts: trace.Facts(t), first: -1, keys: map[string]map[uint64]model.TermID{}}
	for _, e := range t.Events {
		if e.Kind == trace.KindCompromise {
			s.first = e.Seq
			break
		}
	}
	for id, term := range terms.terms {
		node, epoch, ok := nodeOfKey(term)
		if !ok {
			continue
		}
		if s.keys[node] == nil {
			s.keys[node] = map[uint64]model.TermID{}
		}
		s.keys[node][epoch] = model.TermID(id)
	}
	return s
}

// nodeOfKey reads the recorder's name of a node's private key: node_3_key_2 is
// the key that node 3 got in epoch 2.
func nodeOfKey(t model.Term) (node string, epoch uint64, ok bool) {
	if t.Op != model.OpKEMKey {
		return "", 0, false
	}
	at := strings.LastIndex(t.Name, "_key_")
	if at < 0 {
		return "", 0, false
	}
	epoch, err := strconv.ParseUint(t.Name[at+len("_key_"):], 10, 64)
	return t.Name[:at], epoch, err == nil
}

// mark is the snapshot with all keys marked that the attacker has after event seq.
func (s *spy) mark(snapshot *trace.Snapshot, seq int) (*trace.Snapshot, error) {
	if s.first < 0 || seq < s.first {
		return snapshot, nil
	}
	var seen []model.Fact
	for _, f := range s.facts {
		if f.Seq <= seq {
			seen = append(seen, f)
		}
	}
	closure, err := model.Saturate(s.terms.terms, seen)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.trace.Header.File, err)
	}
	marked := *snapshot
	marked.Nodes = append([]trace.SnapshotNode(nil), snapshot.Nodes...)
	for i := range marked.Nodes {
		n := &marked.Nodes[i]
		if key, _, ok := s.key(n, snapshot.Epoch); ok && closure.Knows(key) {
			n.Stolen = true
		}
	}
	return &marked, nil
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
		if _, made, ok := s.key(n, e.Tree.Epoch); ok && made == e.Tree.Epoch {
			nodes[n.Index] = true
		}
	}
	return nodes
}

// key is the private key of a node, the newest one by the snapshot's epoch, and
// the epoch in which it was made.
func (s *spy) key(n *trace.SnapshotNode, epoch uint64) (key model.TermID, newest uint64, found bool) {
	if n.Blank {
		return 0, 0, false
	}
	name := fmt.Sprintf("node_%d", n.Index)
	if n.Index%2 == 0 {
		name = n.Member + "_leaf"
	}
	for made, id := range s.keys[name] {
		if made <= epoch && (!found || made > newest) {
			key, newest, found = id, made, true
		}
	}
	return key, newest, found
}
