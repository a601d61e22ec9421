package trace

import (
	"fmt"
	"sort"
	"strings"

	"mlsref/model"
)

func (x *export) gatherSymbols() {
	for _, id := range x.emitted() {
		x.visit(id)
	}
	sortIDs(x.symbols.constants)
	sortIDs(x.symbols.secrets)
}

func sortIDs(ids []model.TermID) {
	sort.Slice(ids, func(i, j int) bool { return ids[i] < ids[j] })
}

func (x *export) visit(id model.TermID) {
	s := &x.symbols
	if s.seen[id] {
		return
	}
	s.seen[id] = true
	def := x.defs.all[id]
	switch {
	case x.cut[id], def.Op == model.OpRandom, def.Op == model.OpMessage:
		s.secrets = append(s.secrets, id)
		return
	case def.Op == model.OpConst:
		s.constants = append(s.constants, id)
		return
	case def.Op == model.OpConcat && x.tagged(id):
		s.constants = append(s.constants, id)
	case def.Op == model.OpExpand:
		s.labels[def.Label] = true
	}
	s.functions[def.Op] = true
	for _, arg := range x.arguments(id) {
		x.visit(arg)
	}
}

// tagged says that a structure needs a constant of its own: because nothing
// else is left of it, or because a key is derived from it, so that structures
// with equal secret parts must stay different.
func (x *export) tagged(id model.TermID) bool {
	return x.inner[id] || len(x.arguments(id)) == 0
}

// sortedLabels are the labels of the emitted terms.
func (x *export) sortedLabels() []string {
	var labels []string
	for l := range x.symbols.labels {
		labels = append(labels, l)
	}
	sort.Strings(labels)
	return labels
}

// symbol is a name that both tools take. The term's ID right after the first
// letter makes it unique, and no name is the beginning of another one, which
// Tamarin needs.
func (x *export) symbol(id model.TermID) string {
	kind := map[model.Op]string{model.OpRandom: "n", model.OpMessage: "m"}[x.defs.all[id].Op]
	switch {
	case x.cut[id]:
		kind = "i"
	case kind == "":
		kind = "p"
	}
	name := identifier(x.defs.all[id].Name)
	if name == "" {
		name = string(x.defs.all[id].Op)
	}
	return fmt.Sprintf("%s%d_%s", kind, id, name)
}

// identifier keeps letters and digits of a name, in lower case.
func identifier(name string) string {
	const longest = 48
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case b.Len() >= longest:
			return b.String()
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		default:
			b.WriteByte('_')
		}
	}
	return b.String()
}

// goal is a goal's name; where there are several groups, with its group's.
func (x *export) goal(g model.Goal) string {
	for _, row := range x.report.Rows {
		if g.State != "" && row.Goal.State != "" && row.Goal.Group != g.Group {
			return g.Group + " " + GoalName(g)
		}
	}
	return GoalName(g)
}
