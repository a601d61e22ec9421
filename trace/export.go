package trace

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	"mlsref/model"
)

// maxExport bounds an exported file: symbols in all its terms together. Both
// tools expand shared terms, so that a small trace can mean a huge file.
const maxExport = 2 << 20

// An export is what a prover is told of a trace, before it is written down in
// the prover's language.
//
// Public constants stand for contexts and hashes, whose inputs are all public.
// An HPKE ciphertext is aenc(plaintext, pk), an AEAD one senc(plaintext, key),
// a structure the tuple of its secret parts. MACs, signatures and public keys
// are left out, unless a key is derived from one.
//
// Each init_secret is cut out: a private name stands for it, and an oracle
// gives the name to whoever has what it is expanded from. Terms then have the
// size of one epoch and not of the whole history.
type export struct {
	trace   *Trace
	report  *Report
	defs    *definitions
	cut     map[model.TermID]bool // init_secrets
	inner   map[model.TermID]bool // arguments of a key derivation
	useful  map[model.TermID]bool // can lead to a name or a key
	oracles []model.TermID        // cut terms, in order
	outputs []output
	symbols symbols
}

// output is one term that the attacker saw, and how it came to be seen.
type output struct {
	id    model.TermID
	actor string
	seq   int
	why   string
}

// symbols are the names that the emitted terms use.
type symbols struct {
	seen      map[model.TermID]bool
	functions map[model.Op]bool
	labels    map[string]bool
	constants []model.TermID // public
	secrets   []model.TermID // private names
}

func newExport(t *Trace, report *Report) (*export, error) {
	if report == nil {
		return nil, errors.New("an export needs the judges' report for the expected verdicts")
	}
	defs, err := definitionsOf(t)
	if err != nil {
		return nil, err
	}
	x := &export{
		trace: t, report: report, defs: defs,
		cut:    map[model.TermID]bool{},
		inner:  map[model.TermID]bool{},
		useful: map[model.TermID]bool{},
		symbols: symbols{
			seen:      map[model.TermID]bool{},
			functions: map[model.Op]bool{},
			labels:    map[string]bool{},
		},
	}
	for _, row := range report.Rows {
		if !defs.has(row.Term) {
			return nil, fmt.Errorf("%s: term %d is not in the trace", GoalName(row.Goal), row.Term)
		}
		if row.Goal.Kind == model.InitSecret && defs.all[row.Term].Op == model.OpExpand && !x.cut[row.Term] {
			x.cut[row.Term] = true
			x.oracles = append(x.oracles, row.Term)
		}
	}
	x.classify()
	x.gatherOutputs()
	if err := x.checkSize(); err != nil {
		return nil, err
	}
	x.gatherSymbols()
	return x, nil
}

// classify finds what is useful to see: what can lead to a name or a key.
func (x *export) classify() {
	for _, def := range x.defs.all {
		switch def.Op {
		case model.OpExpand, model.OpExtract, model.OpKEMKey:
			for _, arg := range def.Args {
				x.inner[arg] = true
			}
		}
	}
	for id, def := range x.defs.all {
		useful := x.inner[model.TermID(id)]
		switch def.Op {
		case model.OpConst:
			useful = false
		case model.OpConcat:
			for _, part := range def.Args {
				useful = useful || x.useful[part]
			}
		case model.OpEncrypt, model.OpSeal:
			useful = useful || x.useful[plaintext(def)]
		case model.OpRandom, model.OpMessage, model.OpExpand, model.OpExtract, model.OpKEMKey:
			useful = true
		}
		x.useful[model.TermID(id)] = useful
	}
}

func plaintext(def Definition) model.TermID {
	if def.Op == model.OpEncrypt {
		return def.Args[2]
	}
	return def.Args[3]
}

var wireKind = map[string]string{
	"key_package": "a KeyPackage, §10",
	"proposal":    "a Proposal, §12.1",
	"commit":      "a Commit, §12.4",
	"welcome":     "a Welcome, §12.4.3.1",
	"application": "application data, §6.3",
}

// gatherOutputs lists each useful term that the attacker saw, once.
func (x *export) gatherOutputs() {
	told := map[model.TermID]bool{}
	tell := func(id model.TermID, o output) {
		if x.useful[id] && !told[id] {
			told[id] = true
			o.id = id
			x.outputs = append(x.outputs, o)
		}
	}
	for id, def := range x.defs.all {
		if def.Public && def.Op != model.OpConst {
			tell(model.TermID(id), output{actor: "everybody", why: "knows it from the start"})
		}
	}
	for _, e := range x.trace.Events {
		o := output{actor: e.Actor, seq: e.Seq}
		switch e.Kind {
		case KindWire:
			kind, known := wireKind[e.Wire.Kind]
			if !known {
				kind = e.Wire.Kind
			}
			o.why = "sends " + kind
		case KindCompromise:
			o.why = "is robbed: this was in the live state"
		default:
			continue
		}
		for _, id := range e.Terms {
			tell(id, o)
		}
	}
}

// arguments are the arguments that an emitted term shows, in the order in
// which they are written.
func (x *export) arguments(id model.TermID) []model.TermID {
	def := x.defs.all[id]
	switch def.Op {
	case model.OpConcat:
		var kept []model.TermID
		for _, part := range def.Args {
			if x.useful[part] {
				kept = append(kept, part)
			}
		}
		return kept
	case model.OpEncrypt:
		return []model.TermID{plaintext(def), def.Args[0]}
	case model.OpSeal:
		return []model.TermID{plaintext(def), def.Args[0]}
	}
	return def.Args
}

// emitted are all terms that the file will hold, as often as it holds them.
func (x *export) emitted() []model.TermID {
	var roots []model.TermID
	for _, id := range x.oracles {
		roots = append(roots, id, x.defs.all[id].Args[0])
	}
	for _, o := range x.outputs {
		roots = append(roots, o.id)
	}
	for _, row := range x.report.Rows {
		roots = append(roots, row.Term)
	}
	return roots
}

func (x *export) checkSize() error {
	size := make([]int, len(x.defs.all))
	for i := range x.defs.all {
		size[i] = 1
		if id := model.TermID(i); !x.cut[id] {
			for _, arg := range x.arguments(id) {
				size[i] = min(size[i]+size[arg], maxExport+1)
			}
		}
	}
	total := 0
	for _, id := range x.emitted() {
		if total += size[id]; total > maxExport {
			return fmt.Errorf("the export would have more than %d symbols", maxExport)
		}
	}
	return nil
}

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
