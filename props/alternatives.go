package props

import (
	"fmt"
	"slices"
	"time"

	"mlsref/impl/group"
	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/trace"
)

// label is an extension of the GroupContext that all clients of a scenario support.
// Newcomers may not.
const label wire.ExtensionType = 0xff01

// alternatives lets copies of live members do what no scenario says, now and then, for
// a few epochs.
func alternatives(h *History) Checks {
	return newAlternative(h, map[string]int{}).checks()
}

func newAlternative(h *History, did map[string]int) *alternative {
	return &alternative{h: h, did: did, forged: map[string]bool{}}
}

type alternative struct {
	h      *History
	did    map[string]int  // how often, by what is special in a Commit
	forged map[string]bool // states in which a thief has sent in a member's name
}

func (a *alternative) checks() Checks {
	return Checks{Watch: trace.Watch{Reading: a.reading, Step: a.step}}
}

// reading: a generation that a thief has used is not the member's own any more, and so
// the others refuse what it sends next.
func (a *alternative) reading(_ *trace.Session, _ string, m trace.Message) error {
	a.forged[m.State] = a.forged[m.State] || m.Forged
	return nil
}

// once in so many statements there is a gathering.
const betweenGatherings = 24

func (a *alternative) step(s *trace.Session, _ int) error {
	if !a.h.sometimes(betweenGatherings) {
		return nil
	}
	here := slices.DeleteFunc(s.Members(), func(m trace.Member) bool { return !m.Newest || m.Group.ReInit() != nil || a.forged[m.State] })
	if len(here) == 0 {
		return nil
	}
	at := here[a.h.Rand.IntN(len(here))]
	g := gather(a.h, s, at.State)
	for range 1 + a.h.Rand.IntN(3) {
		if err := a.round(g); err != nil {
			return fmt.Errorf("from %s on: %w", at.State, err)
		}
	}
	return g.whole()
}

// round is one epoch: perhaps two Updates of one member, a Commit, and a message.
func (a *alternative) round(g *gathering) error {
	by := a.h.Rand.IntN(len(g.members))
	// What was proposed in the live group others may not have seen, or may lack the PSK for.
	seen := slices.ContainsFunc(g.members, func(m *group.Group) bool { return len(m.Proposals()) > 0 })
	proposes := !seen && len(g.members) > 1 && a.h.sometimes(3)
	if proposes {
		if err := a.updates(g, by); err != nil {
			return err
		}
	}
	opt, coming, err := a.draw(g, by, proposes)
	if err != nil {
		return err
	}
	opt.NoReferences = seen || opt.NoReferences
	a.tally(g, opt)
	leaf := g.members[by].Leaf()
	if err := g.commit(by, opt, coming); err != nil {
		return fmt.Errorf("a Commit of leaf %d %s: %w", leaf, describe(opt), err)
	}
	if a.h.sometimes(2) {
		g.now = g.now.Add(2 * time.Hour)
	}
	return g.talk()
}

// updates are two Updates of a member other than the committer: the later one counts
// (RFC 9420 §12.2).
func (a *alternative) updates(g *gathering, committer int) error {
	by := (committer + 1 + a.h.Rand.IntN(len(g.members)-1)) % len(g.members)
	for range 2 {
		var change group.LeafChange
		if a.h.sometimes(4) {
			var err error
			if change, err = a.identity(g, by); err != nil {
				return err
			}
		}
		if err := g.propose(by, change, a.format()); err != nil {
			return fmt.Errorf("an Update of leaf %d: %w", g.members[by].Leaf(), err)
		}
	}
	a.did["two Updates of one member"]++
	return nil
}

func (a *alternative) format() group.Format {
	return []group.Format{group.Public, group.Private}[a.h.Rand.IntN(2)]
}

// identity is a new signature key under the same credential.
func (a *alternative) identity(g *gathering, by int) (group.LeafChange, error) {
	c := g.members[by].Client()
	made, err := group.NewIdentity(c.Suite, g.rng, c.Identity.Name)
	made.Credential = c.Identity.Credential
	return group.LeafChange{Identity: &made}, err
}

// most is how many members a gathering grows to.
const most = 8

// draw decides what a Commit does, within what RFC 9420 allows.
func (a *alternative) draw(g *gathering, by int, proposed bool) (opt group.CommitOptions, coming []newcomer, err error) {
	me := g.members[by]
	opt = group.CommitOptions{Format: a.format(), NoReferences: !proposed, TreeBeside: a.h.sometimes(2)}
	if a.h.sometimes(2) {
		opt.AuthenticatedData = []byte("authenticated")
	}
	others := slices.DeleteFunc(me.Tree().Members(), func(i tree.LeafIndex) bool { return i == me.Leaf() })
	for range min(a.h.Rand.IntN(3), len(others)) {
		if i := others[a.h.Rand.IntN(len(others))]; !slices.Contains(opt.Remove, i) {
			opt.Remove = append(opt.Remove, i)
		}
	}
	labelled := a.extensions(me, &opt)
	for range min(a.h.Rand.IntN(3), most-min(most, len(others))) {
		n, err := g.newcomer(labelled || a.h.sometimes(2))
		if err != nil {
			return opt, nil, err
		}
		coming, opt.Add = append(coming, n), append(opt.Add, n.keys.KeyPackage)
	}
	switch {
	case a.h.sometimes(2):
		opt.Leaf, err = a.identity(g, by)
	case len(opt.Add) > 0 && len(opt.Remove) == 0 && opt.Extensions == nil && !proposed:
		opt.NoPath = true // only Adds may do without (RFC 9420 §12.4)
	}
	return opt, coming, err
}

// extensions may bring the label extension or a demand for it, or drop both, and says
// whether it is there afterwards. Who does not support it is removed in the same Commit:
// new extensions concern those who are left (RFC 9420 §12.1.7, §13.4).
func (a *alternative) extensions(me *group.Group, opt *group.CommitOptions) (labelled bool) {
	labels := func(e wire.Extension) bool {
		return e.Type == label || e.Type == wire.ExtensionRequiredCapabilities
	}
	now := me.Context().Extensions
	labelled = slices.ContainsFunc(now, labels)
	if !a.h.sometimes(2) {
		return labelled
	}
	list := slices.DeleteFunc(slices.Clone(now), labels)
	cannot := lacking(me.Tree())
	if bring := !labelled || a.h.sometimes(2); !bring || slices.Contains(cannot, me.Leaf()) {
		opt.Extensions = &list
		return false
	}
	for _, i := range cannot {
		if !slices.Contains(opt.Remove, i) {
			opt.Remove = append(opt.Remove, i)
		}
	}
	if len(cannot) > 0 {
		a.did["an extension, and without who does not support it"]++
	}
	demand, err := wire.Marshal(&wire.RequiredCapabilities{ExtensionTypes: []wire.ExtensionType{label}})
	if err != nil {
		panic("props: internal: " + err.Error())
	}
	both := []wire.Extension{{Type: label, Data: []byte("text")}, {Type: wire.ExtensionRequiredCapabilities, Data: demand}}
	switch a.h.Rand.IntN(3) {
	case 0:
		list = append(list, both[0])
	case 1:
		list = append(list, both[1])
	default:
		list = append(list, both...)
	}
	opt.Extensions = &list
	return true
}

func (a *alternative) tally(g *gathering, opt group.CommitOptions) {
	ended := false
	for _, leaf := range g.members[0].Tree().All() {
		ended = ended || leaf.Source == wire.LeafSourceKeyPackage && leaf.Lifetime.NotAfter < uint64(g.now.Unix())
	}
	for what, is := range map[string]bool{
		"a new identity and an Add":           opt.Leaf.Identity != nil && len(opt.Add) > 0,
		"a tree beside the Welcome":           opt.TreeBeside && len(opt.Add) > 0,
		"Adds and Removes and new extensions": len(opt.Add) > 0 && len(opt.Remove) > 0 && opt.Extensions != nil,
		"several Adds and Removes":            len(opt.Add) > 1 && len(opt.Remove) > 1,
		"no path":                             opt.NoPath,

		"a lifetime that ended before somebody joined": ended && len(opt.Add) > 0,
	} {
		if is {
			a.did[what]++
		}
	}
}

// describe says what is in a Commit.
func describe(opt group.CommitOptions) string {
	text := fmt.Sprintf("with %d Adds and %d Removes", len(opt.Add), len(opt.Remove))
	for _, more := range []struct {
		what string
		is   bool
	}{
		{"new extensions", opt.Extensions != nil}, {"a new identity", opt.Leaf.Identity != nil},
		{"no path", opt.NoPath}, {"the tree beside", opt.TreeBeside},
	} {
		if more.is {
			text += ", " + more.what
		}
	}
	return text
}
