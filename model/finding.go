package model

import "fmt"

// finding is what the attacker knows about one secret: since which event (never:
// it does not), and why.
type finding struct {
	since   int
	clause  string
	because string
}

func known(since int, clause, format string, args ...any) finding {
	return finding{since, clause, fmt.Sprintf(format, args...)}
}

func secret(clause, format string, args ...any) finding {
	return finding{never, clause, fmt.Sprintf(format, args...)}
}

func (f finding) known() bool { return f.since != never }

// or is what is known if one of two is: the one that is known first.
func (f finding) or(other finding) finding {
	if other.since < f.since {
		return other
	}
	return f
}

// and is what is known if both are, in the words of f, with a clause added.
func (f finding) and(other finding, format string, args ...any) finding {
	if !f.known() {
		return f
	}
	if !other.known() {
		return other
	}
	f.since = max(f.since, other.since)
	f.because += ", and " + fmt.Sprintf(format, args...)
	return f
}

// notBefore: nobody knows what is not there yet.
func (f finding) notBefore(event int) finding {
	f.since = max(f.since, event)
	return f
}

func (f finding) verdict(goal Goal) Verdict {
	v := Verdict{Goal: goal, Exposed: f.known(), Since: f.since, Claim: ClaimExposed, Clause: f.clause, Because: f.because}
	if !f.known() {
		v.Since, v.Claim = -1, ClaimSecret
	}
	return v
}

// finding: what the attacker drew itself, or saw drawn, it knows from then on.
func (o origin) finding(what string) finding {
	switch o.drawn {
	case byAttacker:
		return known(o.event, ClauseAttackerMade, "the attacker, as %s, drew %s", o.who, what)
	case weakly:
		return known(o.event, ClauseWeak, "%s drew %s while the attacker knew its randomness", o.who, what)
	default:
		return secret(ClauseFirstEpoch, "%s drew %s at random and kept no copy", o.who, what)
	}
}
