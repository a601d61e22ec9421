package model

import (
	"slices"

	"pgregory.net/rapid"
)

// Above five members a node can have unmerged leaves and be sent a path secret.
var cast = []string{"alice", "bob", "carol", "dave", "erin", "frank", "grace"}

// uniform draws from 0 to n-1, n at most 64. rapid's own integers prefer small
// values, so that most histories would be of a lonely alice.
func uniform(t *rapid.T, label string, n int) int {
	at := 0
	for _, bit := range rapid.SliceOfN(rapid.Bool(), 6, 6).Draw(t, label) {
		at *= 2
		if bit {
			at++
		}
	}
	return at * n / 64
}

func oneOf(t *rapid.T, label string, names []string) string {
	return names[uniform(t, label, len(names))]
}

// randomHistory draws a history that can happen: Commits with any proposals,
// members that lag behind, are removed and added anew, and thefts at any time.
func randomHistory(t *rapid.T, group string) *script {
	s := newScript(group, oneOf(t, "creator", cast))
	g := &randomGroup{script: s, t: t, packages: map[string]int{}, proposed: map[string]uint64{}, had: map[string][]int{}}
	for _, who := range cast {
		g.packages[who]++
		g.keyPackage(who)
	}
	g.commitSome()
	for range uniform(t, "steps", 64) {
		g.act(oneOf(t, "step", randomSteps))
	}
	return s
}

// randomSteps: the frequent ones several times.
var randomSteps = []string{"package", "propose", "propose", "commit", "commit", "commit", "commit",
	"sync", "sync", "step", "step", "send", "receive", "steal"}

type randomGroup struct {
	*script
	t        *rapid.T
	packages map[string]int    // unused
	proposed map[string]uint64 // the epoch of the newest Update, plus one
	had      map[string][]int  // messages sent or received
	epochs   []uint64          // by message
}

func (g *randomGroup) pick(label string, names []string) (string, bool) {
	if len(names) == 0 {
		return "", false
	}
	return oneOf(g.t, label, names), true
}

func (g *randomGroup) some(label string, names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(string) bool {
		return uniform(g.t, label, 3) != 0
	})
}

func (g *randomGroup) where(ok func(name string) bool) []string {
	return slices.DeleteFunc(slices.Clone(cast), func(n string) bool { return !ok(n) })
}

func (g *randomGroup) inside(name string) bool { _, has := g.at[name]; return has }

func (g *randomGroup) act(step string) {
	switch step {
	case "package":
		who := oneOf(g.t, "who", cast)
		g.packages[who]++
		g.keyPackage(who)
	case "steal":
		g.steal(oneOf(g.t, "victim", cast))
	case "sync":
		g.sync()
	case "step":
		g.step(oneOf(g.t, "who", cast))
	case "propose":
		if who, ok := g.pick("who", g.where(g.inside)); ok {
			g.proposed[who] = g.at[who] + 1
			g.propose(who)
		}
	case "send":
		if who, ok := g.pick("who", g.where(g.inside)); ok {
			g.send(who)
			g.epochs = append(g.epochs, g.at[who])
			g.had[who] = append(g.had[who], g.last)
		}
	case "receive":
		g.receiveOne()
	case "commit":
		g.commitSome()
	}
}

func (g *randomGroup) receiveOne() {
	if g.last == 0 {
		return
	}
	m := max(1, g.last-uniform(g.t, "message", 4))
	who, ok := g.pick("who", g.where(func(n string) bool {
		return g.inside(n) && g.at[n] == g.epochs[m-1] && !slices.Contains(g.had[n], m)
	}))
	if ok {
		g.had[who] = append(g.had[who], m)
		g.emit(Event{Kind: Receive, Actor: who, Epoch: g.at[who], Message: m})
	}
}

// current: has a seat in the newest epoch, and is there.
func (g *randomGroup) current(name string) bool {
	return g.inside(name) && g.at[name] == g.epoch && slices.Contains(g.roster, name)
}

func (g *randomGroup) commitSome() {
	who, ok := g.pick("committer", g.where(g.current))
	if !ok {
		return
	}
	removes := g.some("remove", slices.DeleteFunc(slices.Clone(g.roster), func(n string) bool { return n == who }))
	c := Event{
		Removes: removes,
		Updates: g.some("update", g.where(func(n string) bool {
			return n != who && g.current(n) && g.proposed[n] == g.epoch+1 && !slices.Contains(removes, n)
		})),
		Adds: g.some("add", g.where(func(n string) bool {
			return g.packages[n] > 0 && (!slices.Contains(g.roster, n) || slices.Contains(removes, n))
		})),
		Path:      rapid.Bool().Draw(g.t, "path"),
		Encrypted: rapid.Bool().Draw(g.t, "encrypted"),
	}
	// RFC 9420 §12.4 wants a path in these. A Commit that breaks the rule is
	// judged all the same, so once in a while there is one.
	if len(c.Adds) == 0 || len(c.Removes)+len(c.Updates) > 0 {
		c.Path = uniform(g.t, "broken", 8) != 0
	}
	for _, n := range c.Adds {
		g.packages[n]--
	}
	g.commit(who, c)
}

// randomRun is one group, or two whose histories are interleaved.
func randomRun(t *rapid.T) []Event {
	one := randomHistory(t, "room").events
	if rapid.Bool().Draw(t, "single") {
		return one
	}
	two := randomHistory(t, "hall").events
	var run []Event
	for len(one)+len(two) > 0 {
		if len(two) == 0 || len(one) > 0 && rapid.Bool().Draw(t, "one") {
			run, one = append(run, one[0]), one[1:]
		} else {
			run, two = append(run, two[0]), two[1:]
		}
	}
	return run
}
