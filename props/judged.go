package props

import (
	"mlsref/trace"
)

// judged are the properties that the recorded run decides: predicate and closure have
// been asked about every secret.
var judged = []Property{
	{
		Name: Acceptance, Source: "RFC 9420 §12.4.2",
		About: "what an honest member makes, every honest member that it is meant for accepts, as long as nobody disturbs the group",
		New:   func(*History) Checks { return Checks{Judged: func(*trace.Trace, *trace.Report) {}} }, // Run sees it
	},
	{
		Name: "secrecy", Source: "RFC 9420 §16.3",
		About: "who has stolen nothing derives no secret from what is on the wire",
		New:   func(h *History) Checks { return rows(h, "secrecy") },
	},
	{
		Name: "forward-secrecy", Source: "RFC 9420 §16.6; model/predicate.go",
		About: "a theft opens what the predicate says, and nothing that was there before and should be gone",
		New:   func(h *History) Checks { return rows(h, "forward-secrecy") },
	},
	{
		Name: "post-compromise-security", Source: "RFC 9420 §16.6; model/predicate.go",
		About: "after a theft the group heals at exactly the epoch that the predicate says, for each secret",
		New:   func(h *History) Checks { return rows(h, "post-compromise-security") },
	},
	{
		Name: "deletion", Source: "RFC 9420 §9.2",
		About: "no live state holds, or gives, a value that should have been erased",
		New: func(h *History) Checks {
			c := problems(h, trace.BrokenDeletion)
			c.Audit = true
			return c
		},
	},
	{
		Name: "authentication", Source: "RFC 9420 §16.5; model/auth.go",
		About: "honest members accept in somebody's name only what the predicate says a thief could make",
		New:   func(h *History) Checks { return problems(h, trace.BrokenAuth) },
	},
	{
		Name: "derivation", Source: "DESIGN: four judges, one trace",
		About: "what the closure derives, real cryptography computes from the same bytes; trace and predicate name the same secrets",
		New:   func(h *History) Checks { return problems(h, trace.BrokenDerivation, trace.OddTrace) },
	},
}

// problems fails with the judge's problems of some kinds.
func problems(h *History, kinds ...trace.ProblemKind) Checks {
	return Checks{Judged: func(_ *trace.Trace, r *trace.Report) {
		for _, p := range r.Problems {
			for _, k := range kinds {
				if p.Kind == k {
					h.line = p.Line
					h.Fail("%s", p.Text)
				}
			}
		}
	}}
}

// rows fails with the secrets on which the judges disagree in the way that a property
// is about.
func rows(h *History, name string) Checks {
	return Checks{Judged: func(t *trace.Trace, r *trace.Report) {
		for _, p := range r.Problems {
			if p.Kind == trace.BrokenSecrecy && kindOf(t, p.Row) == name {
				h.line = p.Line
				h.Fail("%s", p.Text)
			}
		}
	}}
}

// kindOf says what is broken where the judges disagree on a secret: it fell, or should
// have, without a theft; by a theft after it was made; or by one before.
func kindOf(t *trace.Trace, row *trace.Row) string {
	made, stolen, later := 0, false, false
	for _, e := range t.Events {
		switch e.Kind {
		case trace.KindGoal:
			if *e.Goal == row.Goal && made == 0 {
				made = e.Seq
			}
		case trace.KindCompromise, trace.KindKnown:
			if made == 0 {
				stolen = true
			} else {
				later = true
			}
		}
	}
	switch {
	case later && (row.Since > made || !stolen):
		return "forward-secrecy"
	case stolen:
		return "post-compromise-security"
	default:
		return "secrecy"
	}
}
