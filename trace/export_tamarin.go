package trace

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"mlsref/model"
)

var tamarin = dialect{
	constant: func(symbol string) string { return "'" + symbol + "'" },
	label:    func(label string) string { return "'" + identifier(label) + "'" },
	tuple:    [2]string{"<", ">"},
	comment:  [2]string{"/*", "*/"},
}

// ExportTamarin writes the trace as a Tamarin theory: one lemma for each row of
// the report that is asked. A lemma says that the secret is safe, whatever is expected.
func ExportTamarin(w io.Writer, t *Trace, report *Report, options ExportOptions) error {
	x, err := newExport(t, report, options)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(w)
	out := &sticky{w: buffered}
	out.printf("theory recorded_run\nbegin\n\n%s", x.heading(tamarin,
		"tamarin-prover --prove --derivcheck-timeout=0 --quiet FILE.spthy",
		"each lemma says that the attacker never gets a secret.",
		`"verified": the secret is safe. "falsified - found trace": the attacker gets it.`))
	x.tamarinSymbols(out)
	x.tamarinRules(out)
	x.tamarinLemmas(out)
	out.printf("\nend\n")
	if out.err != nil {
		return out.err
	}
	return buffered.Flush()
}

// tamarinTactic solves small terms first and init secrets last, so that the
// commit secret, which differs from epoch to epoch, is looked for first.
const tamarinTactic = `
heuristic: {small}
tactic: small
presort: s
prio: {id}
  not regex "KU"
prio: {smallest}
  regex "KU" & not regex "KU. i[0-9]"
prio: {smallest}
  regex "KU"
`

func (x *export) tamarinSymbols(out *sticky) {
	out.printf("%s", tamarinTactic)
	var names, equations []string
	for _, op := range exported {
		if x.symbols.functions[op] {
			names = append(names, fmt.Sprintf("%s/%d", function[op], shown(op)))
		}
	}
	if x.symbols.functions[model.OpEncrypt] {
		if !x.symbols.functions[model.OpPublic] {
			names = append(names, "pk/1")
		}
		names = append(names, "adec/2")
		equations = append(equations, "adec(aenc(x, pk(s)), s) = x")
	}
	if x.symbols.functions[model.OpSeal] {
		names = append(names, "sdec/2")
		equations = append(equations, "sdec(senc(x, k), k) = x")
	}
	for _, id := range x.symbols.secrets {
		names = append(names, x.symbol(id)+"/0 [private]")
	}
	names = append(names, "canary_told/0 [private]", "canary_kept/0 [private]")
	out.printf("\nfunctions:\n  %s\n", strings.Join(names, ",\n  "))
	if len(equations) > 0 {
		out.printf("\nequations:\n  %s\n", strings.Join(equations, ",\n  "))
	}
}

func (x *export) tamarinRules(out *sticky) {
	for i, o := range x.oracles {
		var has []string
		for _, id := range o.has {
			has = append(has, "In("+x.term(tamarin, id)+")")
		}
		out.printf("\n// Whoever has what %s %s has it.\n", remark(x.defs.name(o.gives)), o.why)
		out.printf("rule Oracle_%d:\n  [ %s ] --> [ Out(%s) ]\n", i, strings.Join(has, ", "), x.term(tamarin, o.gives))
	}
	for _, o := range x.outputs {
		out.printf("\n// %s\n", x.caption(o))
		out.printf("rule Seen_%d:\n  [ ] --[ Seen('%d') ]-> [ Out(%s) ]\n", o.id, o.id, x.term(tamarin, o.id))
	}
	out.printf("\nrule Canary:\n  [ ] --[ Canary() ]-> [ Out(canary_told) ]\n")
}

func (x *export) tamarinLemmas(out *sticky) {
	out.printf("\n// Canary: expected verified, or the rules cannot be carried out.\n")
	out.printf("lemma canary_executable: exists-trace\n  \"Ex #i. Canary()@i\"\n")
	out.printf("\n// Canary: expected falsified, or the attacker does not see what is sent.\n")
	out.printf("lemma canary_told:\n  \"not (Ex #j. K(canary_told)@j)\"\n")
	out.printf("\n// Canary: expected verified, or the attacker can do too much.\n")
	out.printf("lemma canary_kept:\n  \"not (Ex #j. K(canary_kept)@j)\"\n")
	names := map[string]bool{}
	for _, row := range x.asked {
		verdict := "verified"
		if row.Predicate.Exposed {
			verdict = "falsified"
		}
		out.printf("\n// %s: expected %s: %s\n", remark(x.goal(row.Goal)), verdict, because(row))
		out.printf("lemma %s:\n  \"not (Ex #j. K(%s)@j)\"\n", x.lemmaName(row.Goal, names), x.term(tamarin, row.Term))
	}
}

// lemmaName is the goal's name as a lemma: epoch_3_init_secret, message_2. No two
// are equal, though two labels may look alike.
func (x *export) lemmaName(g model.Goal, taken map[string]bool) string {
	name := identifier(strings.ReplaceAll(x.goal(g), ": ", " "))
	for n := 2; taken[name]; n++ {
		name = identifier(strings.ReplaceAll(x.goal(g), ": ", " ")) + fmt.Sprintf("_%d", n)
	}
	taken[name] = true
	return name
}
