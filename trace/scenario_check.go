package trace

import (
	"fmt"
	"strings"
)

// checker follows who is where, line by line, so that a scenario that cannot
// be played is refused before anything is played. Keys and trees are not its
// business: whatever it lets through, the group has the last word.
type checker struct {
	sc       *Scenario
	group    string // "" until someone creates it
	epoch    uint64
	messages int
	people   map[string]*person
	order    []*person // in order of appearance
}

// person is what a scenario makes of one name.
type person struct {
	name                string
	member              bool // of the group as it is now
	offline             bool
	state               bool // holds a group's state: a removed member does until it hears of it
	keyPackage          bool // holds a key package that nobody has used yet
	update, add, remove bool // concerned by a pending proposal
}

func check(sc *Scenario) error {
	c := &checker{sc: sc, people: map[string]*person{}}
	for i := range sc.Statements {
		st := &sc.Statements[i]
		msg := c.statement(st)
		if msg == "" && len(c.order) > maxPeople {
			msg = fmt.Sprintf("%s is one name too many, expected at most %d", c.order[maxPeople].name, maxPeople)
		}
		if msg != "" {
			return &InputError{sc.File, st.Line, msg}
		}
	}
	for _, st := range sc.Statements {
		if msg := c.expectation(st.Expect); msg != "" {
			return &InputError{sc.File, st.Line, msg}
		}
	}
	if c.group == "" {
		return &InputError{sc.File, 1 + strings.Count(sc.Text, "\n"), "the scenario ends, expected a step: NAME creates GROUP"}
	}
	return nil
}

func (c *checker) person(name string) *person {
	p := c.people[name]
	if p == nil {
		p = &person{name: name}
		c.people[name] = p
		c.order = append(c.order, p)
	}
	return p
}

func (c *checker) statement(st *Statement) string {
	if st.Verb == VerbExpect {
		return ""
	}
	if st.Verb == VerbCreates {
		return c.create(st)
	}
	if c.group == "" {
		return fmt.Sprintf("there is no group yet: read %q, expected NAME creates GROUP first", st.Verb)
	}
	switch st.Verb {
	case VerbOffline, VerbOnline:
		return c.presence(st)
	case VerbCompromise:
		return c.compromise(st.Actor)
	}
	if msg := c.acts(st.Actor); msg != "" {
		return msg
	}
	return c.act(c.people[st.Actor], st)
}

func (c *checker) create(st *Statement) string {
	if c.group != "" {
		return fmt.Sprintf("the group %s exists already, and a scenario has one group", c.group)
	}
	c.group = st.Group
	p := c.person(st.Actor)
	p.member, p.state = true, true
	return ""
}

// acts: only an online member can do anything in the group.
func (c *checker) acts(name string) string {
	p := c.people[name]
	if p == nil || !p.member {
		return c.notMember(name)
	}
	if p.offline {
		return fmt.Sprintf("%s is offline and cannot act, expected %s comes online first", name, name)
	}
	return ""
}

func (c *checker) notMember(name string) string {
	msg := fmt.Sprintf("%s is not a member of %s at epoch %d", name, c.group, c.epoch)
	return msg + c.instead(name, func(p *person) bool { return p.member })
}

// instead lists who could stand where name does, and who was probably meant.
func (c *checker) instead(name string, could func(*person) bool) string {
	var names []string
	for _, p := range c.order {
		if could(p) {
			names = append(names, p.name)
		}
	}
	msg := ", expected " + list(names)
	if near := nearest(name, names); near != "" {
		msg += fmt.Sprintf("; did you mean %q?", near)
	}
	return msg
}

func (c *checker) act(actor *person, st *Statement) string {
	switch st.Verb {
	case VerbSends:
		c.messages++
		return c.sends(actor)
	case VerbUpdates:
		if actor.update {
			return fmt.Sprintf("%s has an Update pending already in epoch %d, expected somebody to commit first", actor.name, c.epoch)
		}
		actor.update = true
		return ""
	case VerbAdds, VerbProposesAdd:
		if msg := c.adds(st.Names); msg != "" || st.Verb == VerbProposesAdd {
			return msg
		}
	case VerbRemoves, VerbProposesRemove:
		if msg := c.removes(actor, st); msg != "" || st.Verb == VerbProposesRemove {
			return msg
		}
	}
	return c.commit(actor, st)
}

// sends is the rule of RFC 9420 §12.4: what was proposed is committed first. Who is
// online has seen all that was proposed.
func (c *checker) sends(actor *person) string {
	for _, p := range c.order {
		if p.add || p.update || p.remove {
			return fmt.Sprintf("what concerns %s is proposed in epoch %d and must be committed before %s sends (RFC 9420 §12.4), expected somebody to commit first",
				p.name, c.epoch, actor.name)
		}
	}
	return ""
}

func (c *checker) adds(names []string) string {
	for _, name := range names {
		p := c.person(name)
		switch {
		case p.member:
			return fmt.Sprintf("%s is already a member of %s at epoch %d, expected someone who is not", name, c.group, c.epoch)
		case p.add:
			return fmt.Sprintf("adding %s is proposed already in epoch %d, expected somebody to commit first", name, c.epoch)
		case p.offline && !p.keyPackage:
			return fmt.Sprintf("%s is offline and left no unused key package, expected %s comes online first", name, name)
		}
		p.add, p.keyPackage = true, true
	}
	return ""
}

func (c *checker) removes(actor *person, st *Statement) string {
	for _, name := range st.Names {
		p := c.people[name]
		switch {
		case p == nil || !p.member:
			return c.notMember(name)
		case p == actor && st.Verb == VerbRemoves:
			return fmt.Sprintf("%s cannot commit its own removal (RFC 9420 §12.2), expected somebody else", name)
		case p.remove && st.Verb == VerbProposesRemove:
			return fmt.Sprintf("removing %s is proposed already in epoch %d, expected somebody to commit first", name, c.epoch)
		}
		p.remove = true
	}
	return ""
}

// commit checks a Commit of all that is pending, and moves on to the next epoch.
func (c *checker) commit(actor *person, st *Statement) string {
	if actor.remove {
		return fmt.Sprintf("%s cannot commit its own removal (RFC 9420 §12.2), expected somebody else", actor.name)
	}
	if st.NoPath {
		if msg := c.withoutPath(actor); msg != "" {
			return msg
		}
	}
	for _, p := range c.order {
		switch {
		case p.remove:
			p.member = false
			p.state = p.offline // it hears of it when it comes online
		case p.add:
			p.member, p.state = true, true
			p.keyPackage = false
		}
		p.add, p.update, p.remove = false, false, false
	}
	c.epoch++
	return ""
}

// withoutPath is the rule of RFC 9420 §12.4: the path may be left out only if
// there are proposals and none of them is an Update or a Remove.
func (c *checker) withoutPath(actor *person) string {
	adds := false
	for _, p := range c.order {
		adds = adds || p.add
		if p.remove || p.update && p != actor {
			what := "the Update"
			if p.remove {
				what = "the removal"
			}
			return fmt.Sprintf("%s of %s is pending and needs a path (RFC 9420 §12.4), expected no \"without path\" here", what, p.name)
		}
	}
	if !adds {
		return `nothing is pending, and a Commit of nothing needs a path (RFC 9420 §12.4), expected no "without path" here`
	}
	return ""
}

// presence follows members, and those who will be: who goes offline before it
// was added leaves a key package behind.
func (c *checker) presence(st *Statement) string {
	p := c.person(st.Actor)
	going := st.Verb == VerbOffline
	if p.offline == going {
		return fmt.Sprintf("%s is %s already", p.name, strings.Fields(string(st.Verb))[1])
	}
	p.offline = going
	switch {
	case going && !p.state:
		p.keyPackage = true
	case !going && !p.member:
		p.state = false
	}
	return ""
}

func (c *checker) compromise(name string) string {
	if p := c.people[name]; p != nil && (p.state || p.keyPackage) {
		return ""
	}
	msg := fmt.Sprintf("%s holds no group state here that could be stolen", name)
	return msg + c.instead(name, func(p *person) bool { return p.state || p.keyPackage })
}

// expectation: it is judged over the whole run, so it may speak of any epoch or
// message of the run, wherever it stands.
func (c *checker) expectation(e *Expect) string {
	switch {
	case e == nil:
		return ""
	case e.Epoch != nil && (c.group == "" || *e.Epoch > c.epoch):
		return fmt.Sprintf("epoch %d is never reached, expected at most %d", *e.Epoch, c.epoch)
	case e.Epoch == nil && e.Message == 0:
		return "messages are counted from 1, read 0"
	case e.Epoch == nil && e.Message > c.messages:
		return fmt.Sprintf("message %d is never sent, expected at most %d (messages of the run)", e.Message, c.messages)
	}
	return ""
}
