package main

import (
	"fmt"
	"slices"
	"strings"

	"mlsref/model"
	"mlsref/trace"
)

// How deep, and how long, the reason for a secret may be without --all.
const (
	safeDepth = 6
	safeLines = 14
)

// safe prints why a secret is safe: the predicate's reason, and then what the
// attacker would need, and who had it.
func (v *verdictView) safe(row trace.Row, held map[model.TermID]possession) {
	fmt.Fprintf(v.out, "\n%s  %s\n", v.bold(v.terms.goal(row.Goal)), v.fate(false))
	for _, line := range wrap(because(row)+".", v.width-2) {
		fmt.Fprintf(v.out, "  %s\n", line)
	}
	if b := v.terms.bytes(row.Term); b != "" {
		fmt.Fprintf(v.out, "  %s\n", v.dim(b))
	}
	if row.Missing == nil {
		return
	}
	p := &lacking{verdictView: v, held: held, told: map[model.TermID]bool{}}
	p.gap(row.Missing, 0, "")
	if p.cut {
		fmt.Fprintln(v.out, v.dim("    and so on; --all tells it to the end"))
	}
}

// lacking prints what is missing, one line for each term.
type lacking struct {
	*verdictView
	held  map[model.TermID]possession
	told  map[model.TermID]bool
	lines int
	cut   bool
}

// gap prints one missing term, and below it what each way to it lacks.
func (p *lacking) gap(g *model.Gap, depth int, how string) {
	if p.lines >= safeLines && !p.all || depth > safeDepth && !p.all {
		p.cut = true
		return
	}
	p.lines++
	text := how + p.terms.name(g.Term)
	switch have := p.held[g.Term]; {
	case depth == 0:
		text = p.terms.name(g.Term) + " is not known"
	case p.told[g.Term]:
		text += " (as above)"
	default:
		text += have.String()
	}
	if depth > 0 && g.Atom && len(g.Ways) == 0 && !g.Again {
		text += ", and nothing that was sent contains it"
	}
	indent := strings.Repeat("  ", depth+1)
	lines := wrap(text, max(30, p.width-columns(indent)-2))
	for i, line := range lines {
		if i > 0 {
			line = "  " + line
		}
		fmt.Fprintf(p.out, "%s%s\n", indent, line)
	}
	if p.told[g.Term] {
		return
	}
	p.told[g.Term] = true
	ways := g.Ways
	for i := range ways {
		if i == 2 && !p.all {
			p.lines++
			fmt.Fprintf(p.out, "%s  (and %s)\n", indent, count(len(ways)-i, "other way"))
			return
		}
		for n := range ways[i].Needs {
			p.gap(&ways[i].Needs[n], depth+1, p.way(ways[i].Rule, i, n))
		}
	}
}

// way says what a missing term is needed for.
func (p *lacking) way(rule string, i, n int) string {
	verb := map[string]string{"decrypt": "to decrypt it", "open": "to open it", "decap": "to open the external init", "split": "to take it out of what holds it"}[rule]
	if verb == "" {
		verb = "to compute it"
	}
	switch {
	case n > 0:
		return "and also "
	case i > 0:
		return "or " + verb + ": needs "
	}
	return verb + ": needs "
}

// possession is who ever had a term, by drawing, computing or opening it.
type possession struct {
	drawn  bool // by the first
	actors []string
}

func (h possession) String() string {
	switch {
	case len(h.actors) == 0:
		return ""
	case h.drawn && len(h.actors) == 1:
		return fmt.Sprintf(", which %s drew", printable(h.actors[0]))
	case h.drawn:
		return fmt.Sprintf(", which %s drew and %s got", printable(h.actors[0]), people(slices.Clone(h.actors[1:])))
	}
	return ", which " + people(slices.Clone(h.actors)) + " had"
}

// holders says of each term in the reasons who ever had it.
func (v *verdictView) holders(rows []trace.Row) map[model.TermID]possession {
	held := map[model.TermID]possession{}
	var need func(g *model.Gap)
	need = func(g *model.Gap) {
		held[g.Term] = possession{}
		for i := range g.Ways {
			for n := range g.Ways[i].Needs {
				need(&g.Ways[i].Needs[n])
			}
		}
	}
	for _, row := range rows {
		if row.Missing != nil {
			need(row.Missing)
		}
	}
	for i := range v.trace.Events {
		e := &v.trace.Events[i]
		if e.Kind != trace.KindPrimitive {
			continue
		}
		for _, id := range e.Out {
			h, wanted := held[id]
			if !wanted || e.Actor == "" || slices.Contains(h.actors, e.Actor) {
				continue
			}
			h.drawn = h.drawn || len(h.actors) == 0 && v.terms.has(id) && v.terms.terms[id].Op == model.OpRandom
			h.actors = append(h.actors, e.Actor)
			held[id] = h
		}
	}
	return held
}
