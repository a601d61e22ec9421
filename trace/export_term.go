package trace

import (
	"fmt"
	"io"
	"strings"

	"mlsref/model"
)

// dialect is how a prover's language differs from the other's.
type dialect struct {
	constant func(symbol string) string
	label    func(label string) string
	tuple    [2]string // what opens and closes one
	comment  [2]string
}

// function is the symbol of each operation that takes arguments.
var function = map[model.Op]string{
	model.OpExpand:  "xpd",
	model.OpExtract: "xtr",
	model.OpKEMKey:  "dkp",
	model.OpPublic:  "pk",
	model.OpEncrypt: "aenc",
	model.OpSeal:    "senc",
	model.OpSigKey:  "sgk",
	model.OpXOR:     "xored",
	model.OpMAC:     "mac",
	model.OpSign:    "sig",
}

// exported are the operations in the order in which a file declares them.
var exported = []model.Op{
	model.OpExpand, model.OpExtract, model.OpKEMKey, model.OpPublic, model.OpEncrypt,
	model.OpSeal, model.OpSigKey, model.OpXOR, model.OpMAC, model.OpSign,
}

// shown is the number of arguments that op's function has in an export.
func shown(op model.Op) int {
	switch op {
	case model.OpExpand: // the label is an argument too
		return 3
	case model.OpEncrypt, model.OpSeal: // plaintext and key
		return 2
	}
	return arity[op]
}

// term writes a term down in d.
func (x *export) term(d dialect, id model.TermID) string {
	var b strings.Builder
	x.write(&b, d, id)
	return b.String()
}

func (x *export) write(b *strings.Builder, d dialect, id model.TermID) {
	def := x.defs.all[id]
	switch {
	case x.cut[id], def.Op == model.OpRandom, def.Op == model.OpMessage:
		b.WriteString(x.symbol(id))
	case def.Op == model.OpConst:
		b.WriteString(d.constant(x.symbol(id)))
	case def.Op == model.OpConcat:
		x.writeConcat(b, d, id)
	default:
		b.WriteString(function[def.Op] + "(")
		for i, arg := range x.arguments(id) {
			if i > 0 {
				b.WriteString(", ")
			}
			x.write(b, d, arg)
			if i == 0 && def.Op == model.OpExpand {
				b.WriteString(", " + d.label(def.Label))
			}
		}
		b.WriteString(")")
	}
}

// writeConcat writes a tuple; a structure with one secret part is that part.
func (x *export) writeConcat(b *strings.Builder, d dialect, id model.TermID) {
	var parts []string
	if x.tagged(id) {
		parts = append(parts, d.constant(x.symbol(id)))
	}
	for _, part := range x.arguments(id) {
		parts = append(parts, x.term(d, part))
	}
	if len(parts) == 1 {
		b.WriteString(parts[0])
		return
	}
	b.WriteString(d.tuple[0] + strings.Join(parts, ", ") + d.tuple[1])
}

// remark makes text fit for a comment of either tool: one line that cannot
// close it.
func remark(text string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r < ' ' || r == 0x7f:
			return '?'
		}
		return r
	}, text)
	for _, mark := range []string{"(*", "*)", "/*", "*/"} {
		clean = strings.ReplaceAll(clean, mark, mark[:1]+" "+mark[1:])
	}
	return clean
}

// heading is the comment at the top of an exported file.
func (x *export) heading(d dialect, run string, verdict ...string) string {
	h := x.trace.Header
	lines := []string{
		"A recorded run of MLS (RFC 9420), exported by mlsref.",
		"",
		"Scenario: " + h.File,
		fmt.Sprintf("Seed:     %d", h.Seed),
		"Suite:    " + h.Suite,
		"",
		"Run:      " + run,
		"Verdict:  " + strings.Join(verdict, "\n          "),
		"",
		"Everything here is ground: the terms that this one run was made of, what went",
		"over the wire, and what was stolen. A name ends in the term's name in the trace;",
		"the number in front is the term's ID there. n: fresh randomness, m: an",
		"application message, p: public bytes (a context or hash, whose inputs are all",
		"public), i: an init secret. xpd is ExpandWithLabel, xtr is KDF.Extract, dkp the",
		"HPKE key pair derived from a secret, aenc is EncryptWithLabel, senc the AEAD.",
		"",
		"Each init secret is replaced by a private name, and a rule gives that name to",
		"whoever has the epoch_secret of its epoch (of an external Commit: the external key",
		"or the coins). This keeps terms as small as an epoch.",
		"",
		"Asked is whether the attacker gets a secret. Not expressible here, and left to the",
		"judges: since when it has it, who could have made a message (authentication), which",
		"members went separate ways, and what lay in memory for too long.",
		"",
	}
	if n := len(x.report.Rows) - len(x.asked); n > 0 {
		lines = append(lines, fmt.Sprintf("Not asked in this file: %d of %d secrets.", n, len(x.report.Rows)), "")
	}
	if x.options.Slice {
		lines = append(lines, "A slice: of what the attacker saw there is only what the queries depend on.", "")
	}
	lines = append(lines,
		"The scenario:",
		"",
	)
	for l := range strings.SplitSeq(strings.TrimRight(h.Scenario, "\n"), "\n") {
		lines = append(lines, "    "+strings.TrimSuffix(l, "\r"))
	}
	var b strings.Builder
	for i, l := range strings.Split(strings.Join(lines, "\n"), "\n") {
		switch {
		case i == 0:
			b.WriteString(d.comment[0] + " ")
		case l != "":
			b.WriteString("   ")
		}
		b.WriteString(remark(l) + "\n")
	}
	b.WriteString(d.comment[1] + "\n")
	return b.String()
}

// because is the expected fate of a row's secret, and why, as one remark.
func because(row Row) string {
	s := fate(row.Predicate.Exposed)
	if row.Predicate.Clause != "" {
		s += ", " + row.Predicate.Clause
	}
	if row.Predicate.Because != "" {
		s += ": " + row.Predicate.Because
	}
	if row.Predicate.Exposed != row.Closure {
		s += " (THE CLOSURE SAYS " + fate(row.Closure) + ")"
	}
	return remark(s)
}

// caption says how an output came to be seen.
func (x *export) caption(o output) string {
	return remark(fmt.Sprintf("event %d: %s %s: %s", o.seq, o.actor, o.why, x.defs.name(o.id)))
}

// sticky writes until the first error, and keeps it.
type sticky struct {
	w   io.Writer
	err error
}

func (s *sticky) printf(format string, args ...any) {
	if s.err == nil {
		_, s.err = fmt.Fprintf(s.w, format, args...)
	}
}
