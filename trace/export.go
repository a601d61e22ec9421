package trace

import (
	"errors"
	"fmt"

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
// size of one epoch and not of the whole history. The init secret of an external
// Commit is cut out too: its kem_output is public, so that it goes to whoever has
// the group's external key, or the sender's coins. Coins that the attacker saw open
// an HPKE ciphertext likewise.
type export struct {
	trace   *Trace
	report  *Report
	asked   []Row // of the report: the queries
	options ExportOptions
	defs    *definitions
	cut     map[model.TermID]bool // init_secrets
	inner   map[model.TermID]bool // arguments of a key derivation
	useful  map[model.TermID]bool // can lead to a name or a key
	oracles []oracle
	outputs []output
	symbols symbols
}

// oracle gives a term to whoever has some others.
type oracle struct {
	has   []model.TermID
	gives model.TermID
	why   string
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

func newExport(t *Trace, report *Report, options ExportOptions) (*export, error) {
	if report == nil {
		return nil, errors.New("an export needs the judges' report for the expected verdicts")
	}
	defs, err := definitionsOf(t)
	if err != nil {
		return nil, err
	}
	x := &export{
		trace: t, report: report, defs: defs, options: options,
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
		if options.Ask == nil || options.Ask(row) {
			x.asked = append(x.asked, row)
		}
		if !defs.has(row.Term) {
			return nil, fmt.Errorf("%s: term %d is not in the trace", GoalName(row.Goal), row.Term)
		}
		if row.Goal.Kind == model.InitSecret && defs.all[row.Term].Op == model.OpExpand && !x.cut[row.Term] {
			x.cut[row.Term] = true
			x.oracles = append(x.oracles, oracle{has: defs.all[row.Term].Args[:1], gives: row.Term, why: "is expanded from"})
		}
	}
	x.externalInits()
	x.classify()
	x.gatherOutputs()
	x.openByCoins()
	if err := x.slice(); err != nil {
		return nil, err
	}
	if err := x.checkSize(); err != nil {
		return nil, err
	}
	x.gatherSymbols()
	return x, nil
}

// externalInits cuts out the init secrets of external Commits.
func (x *export) externalInits() {
	for id, def := range x.defs.all {
		if def.Op != model.OpExternalInit {
			continue
		}
		init := model.TermID(id)
		x.cut[init] = true
		if key := x.defs.all[def.Args[0]]; key.Op == model.OpPublic {
			x.oracles = append(x.oracles, oracle{key.Args, init, "was sent to"})
		}
		x.oracles = append(x.oracles, oracle{def.Args[1:], init, "was drawn with"})
	}
}

// openByCoins gives the plaintext of an HPKE ciphertext to whoever has seen both it
// and its sender's coins.
func (x *export) openByCoins() {
	seen := map[model.TermID]bool{}
	for _, o := range x.outputs {
		seen[o.id] = true
	}
	for id, def := range x.defs.all {
		if def.Op == model.OpEncrypt && seen[def.Args[3]] && x.useful[def.Args[2]] {
			x.oracles = append(x.oracles, oracle{[]model.TermID{model.TermID(id), def.Args[3]}, def.Args[2], "was encrypted with coins that are known,"})
		}
	}
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
		case model.OpRandom, model.OpMessage, model.OpExpand, model.OpExtract, model.OpKEMKey, model.OpExternalInit:
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
	"group_info":  "a GroupInfo, §12.4.3",
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
		case KindKnown:
			o.why = "draws by randomness that is known"
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
	for _, o := range x.oracles {
		roots = append(append(roots, o.gives), o.has...)
	}
	for _, o := range x.outputs {
		roots = append(roots, o.id)
	}
	for _, row := range x.asked {
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

// ForProvers is a report of the secrets that a prover is asked about unless all are
// asked for: the others hang on these, and each takes a prover its time.
func ForProvers(report *Report) *Report {
	short := *report
	short.Rows = nil
	for _, row := range report.Rows {
		switch row.Goal.Kind {
		case model.EpochSecret, model.InitSecret, model.Message, model.PSK, model.ExportedValue:
			short.Rows = append(short.Rows, row)
		}
	}
	return &short
}
