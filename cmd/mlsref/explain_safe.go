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
	missing := v.missing[row.Term]
	if missing == nil {
		return
	}
	p := &lacking{verdictView: v, held: held, told: map[model.TermID]bool{}, above: map[model.TermID]bool{}}
	for _, line := range wrap(fmt.Sprintf("%s is known to %s.", v.terms.name(row.Term), v.members(row.Goal)), v.width-2) {
		fmt.Fprintf(v.out, "  %s\n", line)
	}
	p.ways(missing, 1)
	if p.cut {
		fmt.Fprintln(v.out, v.dim("    and so on; --all tells it to the end"))
	}
}

// members says who was meant to have a secret of a state.
func (v *verdictView) members(g model.Goal) string {
	switch g.Kind {
	case model.PathSecret, model.NodeKey, model.LeafKey, model.PSK, model.InitKey:
		return "those who should know it"
	}
	if names := v.terms.members[g.State]; len(names) > 0 {
		return fmt.Sprintf("nobody but the members of %s: %s", v.terms.place(g.State), people(slices.Clone(names)))
	}
	return "nobody"
}

// lacking prints what is missing, a chain of terms to a line.
type lacking struct {
	*verdictView
	held  map[model.TermID]possession
	told  map[model.TermID]bool
	above map[model.TermID]bool // that stand further up: a way over them is none
	lines int
	cut   bool
}

// ways prints what each way to a missing term lacks.
func (p *lacking) ways(g *model.Gap, depth int) {
	p.told[g.Term], p.above[g.Term] = true, true
	defer delete(p.above, g.Term)
	for i, w := range p.open(g) {
		for n := range w.Needs {
			p.need(&w.Needs[n], depth, way(w.Rule, i, n))
		}
	}
}

// open are the ways to a term that do not lead over the term itself.
func (p *lacking) open(g *model.Gap) []model.Way {
	var ways []model.Way
	for _, w := range g.Ways {
		if !slices.ContainsFunc(w.Needs, func(need model.Gap) bool { return p.above[need.Term] }) {
			ways = append(ways, w)
		}
	}
	return ways
}

// need prints one missing term, with those that alone lead to it on the same line.
func (p *lacking) need(g *model.Gap, depth int, how string) {
	if (p.lines >= safeLines || depth > safeDepth) && !p.all {
		p.cut = true
		return
	}
	p.lines++
	text := how + p.terms.name(g.Term)
	var chain []model.TermID
	for !p.told[g.Term] {
		ways := p.open(g)
		if len(ways) != 1 || len(ways[0].Needs) != 1 {
			break
		}
		p.told[g.Term], p.above[g.Term] = true, true
		chain = append(chain, g.Term)
		g = &ways[0].Needs[0]
		text += " ← " + p.terms.name(g.Term)
	}
	again := p.told[g.Term]
	switch {
	case again:
		text += " (as above)"
	case g.Cut:
		text += " ← …"
	default:
		text += p.held[g.Term].String()
		if g.Atom && len(g.Ways) == 0 && !g.Again {
			text += "; nothing that was sent contains it"
		}
	}
	p.print(text, depth)
	if !again {
		p.ways(g, depth+1)
	}
	for _, id := range chain {
		delete(p.above, id)
	}
}

func (p *lacking) print(text string, depth int) {
	indent := strings.Repeat("  ", depth+1)
	for i, line := range wrap(text, max(30, p.width-columns(indent)-2)) {
		if i > 0 {
			line = "  " + line
		}
		fmt.Fprintf(p.out, "%s%s\n", indent, line)
	}
}

// way says what a missing term is needed for.
func way(rule string, i, n int) string {
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

// possession is who made a term, and who is seen to have held it.
type possession struct {
	drawn   bool
	maker   string
	holders []string
}

func (h possession) String() string {
	text := ""
	switch {
	case h.maker == "":
	case h.drawn:
		text = ", drawn by " + printable(h.maker)
	default:
		text = ", made by " + printable(h.maker)
	}
	if len(h.holders) > 0 {
		text += ", held by " + people(slices.Clone(h.holders))
	}
	return text
}

// holders fills in what is missing for the safe secrets among rows, and says of each
// term in these reasons who made it, and of node keys who held them by the snapshots.
func (v *verdictView) holders(rows []trace.Row) (map[model.TermID]possession, error) {
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
	eye, err := v.eye()
	if err != nil {
		return nil, err
	}
	v.missing = map[model.TermID]*model.Gap{}
	for i := range rows {
		if gap := eye.closure.Missing(rows[i].Term); gap != nil {
			v.missing[rows[i].Term] = gap
			need(gap)
		}
	}
	for i := range v.trace.Events {
		e := &v.trace.Events[i]
		for _, id := range e.Out {
			if h, wanted := held[id]; wanted && h.maker == "" && v.terms.has(id) {
				h.maker, h.drawn = e.Actor, v.terms.terms[id].Op == model.OpRandom
				held[id] = h
			}
		}
		if e.Tree != nil {
			eye.holders(e.Tree, held)
		}
	}
	return held, nil
}

func (s *spy) holders(tree *trace.Snapshot, held map[model.TermID]possession) {
	for i := range tree.Nodes {
		key, _, ok := s.key(&tree.Nodes[i], tree.State)
		if !ok {
			continue
		}
		h, wanted := held[key]
		if !wanted {
			continue
		}
		for _, who := range tree.Nodes[i].Holders {
			if !slices.Contains(h.holders, who) {
				h.holders = append(h.holders, who)
			}
		}
		held[key] = h
	}
}
