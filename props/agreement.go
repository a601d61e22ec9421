package props

import (
	"fmt"
	"reflect"
	"slices"

	"mlsref/impl/group"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/trace"
)

// agreement compares what members hold who are in one state, and what is held in
// different ones, over the whole history.
func agreement(h *History) Checks {
	a := &agreed{
		h: h, state: map[string]view{}, context: map[string]view{}, authenticator: map[string]view{},
		seen: map[string]*group.Group{},
	}
	checks := problems(h, trace.BrokenAgreement)
	past := newResumptions(h)
	checks.Reading, checks.Read = past.reading, past.read
	checks.Step = func(s *trace.Session, _ int) error {
		for _, m := range s.Members() {
			if err := a.look(m); err != nil {
				return err
			}
		}
		return a.proposals(s)
	}
	return checks
}

type agreed struct {
	h                             *History
	state, context, authenticator map[string]view // the first that was seen with it
	seen                          map[string]*group.Group
}

// view is what one member has of an epoch, of all that must be equal for those who
// agree (RFC 9420 §8.7).
type view struct {
	who, in string
	fields  []field
}

type field struct{ name, value string }

func (v view) get(name string) string {
	for _, f := range v.fields {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// differs names the first thing that two views do not share; "" if there is none.
func (v view) differs(o view) string {
	for i, f := range v.fields {
		if f.value != o.fields[i].value {
			return f.name
		}
	}
	return ""
}

// look takes a member's view, if it may be a new one, and compares it with those that
// must be equal: of the same state; of the same GroupContext, which has the transcript
// of all Commits in it; and of the same epoch authenticator, which binds all of it.
func (a *agreed) look(m trace.Member) error {
	if at := m.Name + " in " + m.Room; a.seen[at] == m.Group && !a.h.sometimes(8) {
		return nil
	} else {
		a.seen[at] = m.Group
	}
	v, err := viewOf(m)
	if err != nil {
		return err
	}
	for _, known := range []struct {
		first map[string]view
		key   string
		what  string
	}{
		{a.state, m.State, "the same state"},
		{a.context, v.get("GroupContext"), "the same GroupContext"},
		{a.authenticator, v.get("epoch authenticator"), "the same epoch authenticator"},
	} {
		first, there := known.first[known.key]
		if !there {
			known.first[known.key] = v
			continue
		}
		if what := v.differs(first); what != "" {
			return fmt.Errorf("%s in %s and %s in %s have %s, and differ in: %s", first.who, first.in, v.who, v.in, known.what, what)
		}
	}
	return nil
}

// viewOf reads a live group; what no method gives away by reflection.
func viewOf(m trace.Member) (view, error) {
	g := m.Group
	context := g.Context()
	encoded, err := wire.Marshal(&context)
	if err != nil {
		return view{}, err
	}
	rt, err := g.RatchetTree()
	if err != nil {
		return view{}, err
	}
	inside := reflect.ValueOf(g).Elem()
	v := view{m.Name, m.State, []field{
		{"GroupContext", string(encoded)},
		{"tree", string(rt)},
		{"size of the tree", fmt.Sprint(g.Tree().Leaves())},
		{"membership", members(g.Tree())},
		{"tree hash", string(g.Tree().TreeHash(g.Client().Suite))},
		{"epoch authenticator", string(g.EpochAuthenticator())},
		{"resumption PSK", string(g.ResumptionPSK(g.Epoch()))},
		{"interim transcript hash", string(inside.FieldByName("interim").Bytes())},
		{"confirmation tag", string(inside.FieldByName("confirmationTag").Bytes())},
		{"ReInit", reInitOf(g)},
	}}
	exported := map[string]string{}
	for _, x := range []struct {
		label, context string
		length         int
	}{{"", "", 32}, {"label", "", 32}, {"label", "context", 32}, {"labelcontext", "", 32}, {"long", "context", 100}} {
		value := string(g.Export(x.label, []byte(x.context), x.length))
		name := fmt.Sprintf("value exported with label %q and context %q", x.label, x.context)
		if len(value) != x.length {
			return v, fmt.Errorf("the %s has %d bytes, want %d", name, len(value), x.length)
		}
		if other, twice := exported[value]; twice {
			return v, fmt.Errorf("the %s is the %s", name, other)
		}
		exported[value] = name
		v.fields = append(v.fields, field{name, value})
	}
	return v, nil
}

func members(t treesync.Tree) string {
	var names []string
	for i, leaf := range t.All() {
		names = append(names, fmt.Sprintf("%d:%s", i, leaf.Credential.Identity))
	}
	return fmt.Sprint(names)
}

func reInitOf(g *group.Group) string {
	r := g.ReInit()
	if r == nil {
		return ""
	}
	return fmt.Sprintf("%x %d %d %v", r.GroupID, r.Version, r.CipherSuite, r.Extensions)
}

// proposals: who is online in one state has seen the same proposals, from the same
// senders and in the same order, as long as nobody disturbs the group (RFC 9420 §12.4).
func (a *agreed) proposals(s *trace.Session) error {
	if s.Disturbed() {
		return nil
	}
	first := map[string]trace.Member{}
	for _, m := range s.Members() {
		if !m.Online {
			continue
		}
		other, there := first[m.State]
		if !there {
			first[m.State] = m
			continue
		}
		have, err := proposalsOf(m.Group.Proposals())
		if err != nil {
			return err
		}
		want, err := proposalsOf(other.Group.Proposals())
		if err != nil {
			return err
		}
		if !slices.Equal(have, want) {
			return fmt.Errorf("%s and %s in %s have seen %d and %d proposals, not the same ones", other.Name, m.Name, m.State, len(want), len(have))
		}
	}
	return nil
}

func proposalsOf(seen []treesync.ProposalFrom) ([]string, error) {
	var list []string
	for _, p := range seen {
		b, err := wire.Marshal(&p.Proposal)
		if err != nil {
			return nil, err
		}
		list = append(list, fmt.Sprintf("%d %d %x", p.Sender.Type, p.Sender.LeafIndex, b))
	}
	return list, nil
}
