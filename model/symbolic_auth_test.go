package model

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// signatures is the oracle's book of signature keys and of what a forgery takes.
type signatures struct {
	keys   map[string]TermID // "client bob", "leaf room/2 bob", "pack kp1", "update up3"
	forge  map[int][]needed  // by the event of a Commit or message
	moment map[int]int       // when it was first accepted
}

type needed struct {
	term TermID
	made int // before that it was not there
}

// current is a client's signature key of now.
func (s *symbolic) current(who string) TermID {
	if _, made := s.signs.keys["client "+who]; !made {
		s.signs.keys["client "+who] = s.term(OpSigKey, "", s.term(OpRandom, "first signature key of "+who))
	}
	return s.signs.keys["client "+who]
}

// sign does what an event does to signature keys.
func (s *symbolic) sign(e Event) {
	keys := s.signs.keys
	switch e.Kind {
	case Identity:
		keys["client "+e.Actor] = s.term(OpSigKey, "", s.draw(e, "signature key"))
	case Create:
		keys["leaf "+e.State+" "+e.Actor] = s.current(e.Actor)
	case KeyPackage:
		keys["pack "+e.Package] = s.current(e.Actor)
	case Propose:
		keys["update "+e.Proposal] = s.current(e.Actor)
	case Commit:
		for _, name := range s.w.states[e.State].tree.members() {
			keys["leaf "+e.State+" "+name] = keys["leaf "+e.From+" "+name]
		}
		for _, u := range e.Updates {
			keys["leaf "+e.State+" "+u.Name] = keys["update "+u.Proposal]
		}
		for _, a := range e.Adds {
			keys["leaf "+e.State+" "+a.Name] = keys["pack "+a.Package]
		}
		if e.Path {
			keys["leaf "+e.State+" "+e.Actor] = s.current(e.Actor)
		}
		s.signs.forge[s.now] = s.forgeCommit(e)
	case Send:
		m := s.sealed[fmt.Sprint(e.Message)]
		s.signs.forge[s.now] = []needed{{keys["leaf "+e.State+" "+e.Actor], 0},
			s.after(e.State, s.derive(s.ratchet(e.State, m.chain, m.generation), "key")),
			s.after(e.State, s.derive(s.epochs[e.State], string(SenderDataSecret)))}
	}
}

func (s *symbolic) after(state string, t TermID) needed {
	for g, made := range s.made {
		if g.Kind == EpochSecret && g.State == state {
			return needed{t, made}
		}
	}
	panic("no such state")
}

func (s *symbolic) forgeCommit(e Event) []needed {
	var all []needed
	live := func(kind GoalKind) { all = append(all, s.after(e.From, s.derive(s.epochs[e.From], string(kind)))) }
	switch {
	case e.External:
		all = append(all, needed{s.signs.keys["leaf "+e.State+" "+e.Actor], 0})
	default:
		all = append(all, needed{s.signs.keys["leaf "+e.From+" "+e.Actor], 0})
		live(InitSecret)
	}
	if e.Encrypted {
		m := s.sealed[e.State]
		all = append(all, s.after(e.From, s.derive(s.ratchet(e.From, m.chain, m.generation), "key")))
		live(SenderDataSecret)
	} else if !e.External {
		live(MembershipKey)
	}
	for _, p := range e.PSKs {
		if p.State != "" {
			all = append(all, s.after(p.State, s.derive(s.epochs[p.State], string(ResumptionPSK))))
		} else {
			all = append(all, needed{s.psks[p.External], 0})
		}
	}
	return all
}

// stealSignatures takes the keys that the client needs to sign anywhere.
func (s *symbolic) stealSignatures(e Event, c *symClient) {
	if e.What == KeyPackages {
		return
	}
	keys := s.signs.keys
	s.see(s.current(e.Actor), "stolen")
	for id := range c.packs {
		s.see(keys["pack "+id], "stolen")
	}
	for _, seat := range c.seats {
		if seat.symState != nil {
			s.see(keys["leaf "+seat.id+" "+e.Actor], "stolen")
		}
		for _, h := range seat.waiting {
			s.see(keys["leaf "+h.id+" "+e.Actor], "stolen")
		}
		for _, id := range seat.updIDs {
			s.see(keys["update "+id], "stolen")
		}
	}
}

// CouldHaveMade and the closure agree on who could have made what, and since when.
func TestAuthenticationAgreesWithClosure(t *testing.T) {
	forgeable, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		events := randomRun(t)
		s, closure := saturated(t, events)
		verdicts, err := CouldHaveMade(events)
		if err != nil || len(verdicts) != len(s.signs.forge) {
			t.Fatalf("%v; %d verdicts on %d messages and Commits", err, len(verdicts), len(s.signs.forge))
		}
		for _, v := range verdicts {
			since := 0
			for _, n := range s.signs.forge[v.Event] {
				when, falls := closure.Since(n.term)
				if since = max(since, when, n.made); !falls {
					since = never
				}
			}
			could := since < accepted(events, v.Event)
			if since == never {
				since = -1
			}
			all++
			if could {
				forgeable++
			}
			if v.Attacker != could || v.Since != since {
				t.Errorf("%+v: the closure says %v since %d", v, could, since)
			}
		}
	})
	t.Logf("%d messages and Commits, %d could have been forged", all, forgeable)
}

// accepted is when somebody else first took in what was made at an event.
func accepted(events []Event, made int) int {
	m := events[made]
	waits := m.By != Attacker // the maker itself enters the state that it waits for
	for i, e := range events[made:] {
		switch {
		case m.Kind == Send && e.Kind == Receive && e.Message == m.Message:
			return made + i
		case m.Kind == Commit && e.Kind == Process && e.State == m.State && !(waits && e.Actor == m.Actor):
			return made + i
		}
	}
	return len(events)
}
