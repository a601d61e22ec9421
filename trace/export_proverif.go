package trace

import (
	"bufio"
	"io"
	"strings"

	"mlsref/model"
)

var proverif = dialect{
	constant: func(symbol string) string { return symbol },
	label:    func(label string) string { return "l_" + identifier(label) },
	tuple:    [2]string{"(", ")"},
	comment:  [2]string{"(*", "*)"},
}

// ExportProVerif writes the trace as a ProVerif file: one query for each row of
// the report that is asked, in its order after the two canaries.
func ExportProVerif(w io.Writer, t *Trace, report *Report, options ExportOptions) error {
	x, err := newExport(t, report, options)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(w)
	out := &sticky{w: buffered}
	out.printf("%s", x.heading(proverif, "proverif FILE.pv",
		"one RESULT line for each query, in the order of the queries.",
		`"not attacker(...) is true": the secret is safe. "is false": the attacker gets it.`,
		`"cannot be proved" is a failure of the export, never a verdict.`))
	x.proverifSymbols(out)
	x.proverifQueries(out)
	x.proverifProcess(out)
	if out.err != nil {
		return out.err
	}
	return buffered.Flush()
}

func (x *export) proverifSymbols(out *sticky) {
	out.printf("\nfree c: channel.\n\n")
	for _, op := range exported {
		if x.symbols.functions[op] {
			args := strings.TrimSuffix(strings.Repeat("bitstring, ", shown(op)), ", ")
			out.printf("fun %s(%s): bitstring.\n", function[op], args)
		}
	}
	if x.symbols.functions[model.OpEncrypt] {
		if !x.symbols.functions[model.OpPublic] {
			out.printf("fun pk(bitstring): bitstring.\n")
		}
		out.printf("reduc forall x: bitstring, s: bitstring; adec(aenc(x, pk(s)), s) = x.\n")
	}
	if x.symbols.functions[model.OpSeal] {
		out.printf("reduc forall x: bitstring, k: bitstring; sdec(senc(x, k), k) = x.\n")
	}
	out.printf("\n(* Labels of RFC 9420, without \"MLS 1.0 \". *)\n")
	for _, l := range x.sortedLabels() {
		out.printf("free %s: bitstring.\n", proverif.label(l))
	}
	out.printf("\n(* Public bytes. *)\n")
	for _, id := range x.symbols.constants {
		out.printf("free %s: bitstring.\n", x.symbol(id))
	}
	out.printf("\n(* Secrets. *)\n")
	for _, id := range x.symbols.secrets {
		out.printf("free %s: bitstring [private].\n", x.symbol(id))
	}
	out.printf("free canary_told: bitstring [private].\nfree canary_kept: bitstring [private].\n")
}

func (x *export) proverifQueries(out *sticky) {
	out.printf("\nquery\n")
	out.printf("  (* canary: expected false, or the process does not run *)\n  attacker(canary_told);\n")
	out.printf("  (* canary: expected true, or the attacker can do too much *)\n  attacker(canary_kept)")
	for _, row := range x.asked {
		out.printf(";\n  (* %s: expected %t: %s *)\n  attacker(%s)",
			remark(x.goal(row.Goal)), !row.Predicate.Exposed, because(row), x.term(proverif, row.Term))
	}
	out.printf(".\n")
}

func (x *export) proverifProcess(out *sticky) {
	out.printf("\nprocess\n")
	for _, o := range x.oracles {
		out.printf("  (* whoever has what %s %s has it *)\n  ( ", remark(x.defs.name(o.gives)), o.why)
		for _, id := range o.has {
			out.printf("in(c, =%s); ", x.term(proverif, id))
		}
		out.printf("out(c, %s) ) |\n", x.term(proverif, o.gives))
	}
	out.printf("  (\n")
	for _, o := range x.outputs {
		out.printf("    (* %s *)\n    out(c, %s);\n", x.caption(o), x.term(proverif, o.id))
	}
	out.printf("    out(c, canary_told)\n  )\n")
}
