package props

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"mlsref/impl/suite"
	"mlsref/trace"
)

// A rewriting says the same in other words. It is false if a scenario has nothing that
// it is about.
type rewriting struct {
	name string
	of   func(sc *trace.Scenario, rng *rand.Rand) (otherWords, bool)
}

// otherWords is the other scenario.
type otherWords struct {
	words   [][]string        // of each line
	lines   []int             // of each line, the one that it stands for
	renamed map[string]string // names that are others
	framed  string            // how handshakes are now framed, if otherwise
	until   int               // the line that it ends with; 0: the last one
}

// extraExport is the label of what rewriteExport exports.
const extraExport = "for no use at all"

// rewritings and why no secret depends on them: the model knows neither names nor bytes,
// seeds nor suites; a proposal from a Commit's own sender, just before the Commit, is
// committed in the same place of the same list; an exported value is kept by nobody; and
// and private framing only hides. Whether an attack works, framing does decide, so that
// there a run is compared up to the first.
var rewritings = []rewriting{
	{"other names", rename},
	{"another seed", func(sc *trace.Scenario, rng *rand.Rand) (otherWords, bool) {
		return set(sc, "seed", strconv.Itoa(rng.IntN(1<<30))), true
	}},
	{"another suite", otherSuite},
	{"the other framing", otherFraming},
	{"one more export", addExport},
	{"by reference", byReference},
}

func (w otherWords) text() string {
	var b strings.Builder
	for _, words := range w.words {
		b.WriteString(strings.Join(words, " ") + "\n")
	}
	return b.String()
}

// linesOf are the words of a scenario's lines as they stand there, without comments.
func linesOf(sc *trace.Scenario) otherWords {
	var w otherWords
	for i, line := range strings.Split(strings.TrimSuffix(sc.Text, "\n"), "\n") {
		var words []string
		for line = strings.TrimLeft(line, " \t\r"); line != "" && line[0] != '#'; line = strings.TrimLeft(line, " \t\r") {
			end := len(line)
			if quoted, err := strconv.QuotedPrefix(line); err == nil {
				end = len(quoted)
			} else if at := strings.IndexAny(line, " \t\r#\""); at > 0 {
				end = at
			}
			words, line = append(words, line[:end]), line[end:]
		}
		w.words, w.lines = append(w.words, words), append(w.lines, i+1)
	}
	return w
}

// replace puts lines in the place of some, from 0; all stand for the first.
func (w *otherWords) replace(from, to int, by ...[]string) {
	stands := slices.Repeat([]int{w.lines[from]}, len(by))
	w.words = slices.Concat(w.words[:from], by, w.words[to:])
	w.lines = slices.Concat(w.lines[:from], stands, w.lines[to:])
}

// set changes a setting.
func set(sc *trace.Scenario, setting, value string) otherWords {
	w := linesOf(sc)
	line := []string{setting, value}
	at := slices.IndexFunc(w.words, func(words []string) bool { return len(words) > 0 && words[0] == setting })
	if at >= 0 {
		w.words[at] = line
	} else {
		w.words, w.lines = slices.Insert(w.words, 0, line), slices.Insert(w.lines, 0, 0)
	}
	return w
}

func otherSuite(sc *trace.Scenario, rng *rand.Rand) (otherWords, bool) {
	names := slices.DeleteFunc(suite.Names(), func(n string) bool { return n == sc.Suite || rng.IntN(10) > 0 && costly(n) })
	return set(sc, "suite", names[rng.IntN(len(names))]), true
}

// costly are the suites whose public-key operations take long.
func costly(suite string) bool {
	return strings.Contains(suite, "448") || strings.Contains(suite, "P5") || strings.Contains(suite, "P3")
}

func otherFraming(sc *trace.Scenario, _ *rand.Rand) (otherWords, bool) {
	framed := map[bool]string{true: "private", false: "public"}[sc.Public]
	w := set(sc, "handshakes", framed)
	w.framed = framed
	attack := slices.IndexFunc(sc.Statements, func(st trace.Statement) bool { return st.Actor == trace.Attacker })
	if attack >= 0 {
		w.until = sc.Statements[attack].Line - 1
		end := slices.IndexFunc(w.lines, func(line int) bool { return line > w.until })
		w.words, w.lines = w.words[:end], w.lines[:end]
	}
	return w, true
}

// nameable are the words of the language that may be names as well.
var nameable = strings.Fields("suite seed handshakes public private keep epochs psks adding removing psk label reinit path of epoch key package signature known good randomness offline online join secret exposed message attack succeeds fails")

// rename gives every person, group and PSK the name of another one, or a new one.
func rename(sc *trace.Scenario, rng *rand.Rand) (otherWords, bool) {
	var old []string
	for _, st := range sc.Statements {
		names := slices.Concat([]string{st.Actor, st.As, st.Group, st.In, st.Through, st.PSK}, st.Names, st.To)
		for _, p := range st.PSKs {
			names = append(names, p.Name, p.Of)
		}
		for _, name := range names {
			if slices.Contains(nameable, name) {
				return otherWords{}, false
			}
			if name != "" && name != trace.Attacker && !slices.Contains(old, name) {
				old = append(old, name)
			}
		}
	}
	others := append(slices.Clone(old), "z", "Z", strings.Repeat("long", 8)) // 32 bytes are the most
	for i := range old {
		others = append(others, fmt.Sprintf("n%d", i))
	}
	rng.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	w := linesOf(sc)
	w.renamed = map[string]string{}
	for i, name := range old {
		w.renamed[name] = others[i]
	}
	for _, words := range w.words {
		for i := range words {
			words[i] = orSame(w.renamed, words[i])
		}
	}
	return w, true
}

// among picks a statement, false if there is none.
func among(sc *trace.Scenario, rng *rand.Rand, which func(st *trace.Statement) bool) (*trace.Statement, bool) {
	var list []*trace.Statement
	for i := range sc.Statements {
		if which(&sc.Statements[i]) {
			list = append(list, &sc.Statements[i])
		}
	}
	if len(list) == 0 {
		return nil, false
	}
	return list[rng.IntN(len(list))], true
}

// addExport has whoever has just acted in a group export something.
func addExport(sc *trace.Scenario, rng *rand.Rand) (otherWords, bool) {
	acts := []trace.Verb{trace.VerbCreates, trace.VerbAdds, trace.VerbRemoves, trace.VerbUpdates, trace.VerbCommits, trace.VerbLabels,
		trace.VerbPrepares, trace.VerbSends, trace.VerbProposesAdd, trace.VerbProposesRemove, trace.VerbProposesPSK}
	st, ok := among(sc, rng, func(st *trace.Statement) bool { return st.Actor != trace.Attacker && slices.Contains(acts, st.Verb) })
	if !ok {
		return otherWords{}, false
	}
	export := []string{st.Actor, "exports", strconv.Quote(extraExport)}
	if st.Verb == trace.VerbCreates {
		export = append(export, "in", st.Group)
	}
	w := linesOf(sc)
	w.replace(st.Line-1, st.Line, w.words[st.Line-1], append(export, inGroup(st)...))
	return w, true
}

func inGroup(st *trace.Statement) []string {
	if st.In == "" {
		return nil
	}
	return []string{"in", st.In}
}

// ending is how a Commit's line ends, but for whom it is shown to.
func ending(st *trace.Statement, psks []trace.PSKWord) []string {
	words := inGroup(st)
	for _, p := range psks {
		words = append(append(words, "with", "psk"), pskWords(p)...)
	}
	if st.NoPath {
		words = append(words, "without", "path")
	}
	return words
}

func pskWords(p trace.PSKWord) []string {
	if p.Epoch == nil {
		return []string{p.Name}
	}
	words := []string{"of", "epoch", fmt.Sprint(*p.Epoch)}
	if p.Of != "" {
		words = append(words, "of", p.Of)
	}
	return words
}

// proposing is the word for what a Commit's verb does by value.
var proposing = map[trace.Verb]string{trace.VerbAdds: "adding", trace.VerbRemoves: "removing", trace.VerbLabels: "label"}

// byReference has a Commit's sender propose, just before, some of what it commits by
// value: all of it, or the first names. What only some get to see is left alone: the
// proposal would reach the others.
func byReference(sc *trace.Scenario, rng *rand.Rand) (otherWords, bool) {
	st, ok := among(sc, rng, func(st *trace.Statement) bool {
		return st.To == nil && st.Actor != trace.Attacker && (proposing[st.Verb] != "" || st.Verb == trace.VerbCommits && len(st.PSKs) > 0)
	})
	if !ok {
		return otherWords{}, false
	}
	propose, commit := []string{st.Actor, "proposes"}, []string{st.Actor, "commits"}
	psks := st.PSKs
	switch {
	case st.Verb == trace.VerbLabels:
		propose = append(propose, "label", strconv.Quote(st.Text))
	case st.Verb == trace.VerbCommits:
		propose = append(append(propose, "psk"), pskWords(psks[0])...)
		psks = psks[1:]
	default:
		n := 1 + rng.IntN(len(st.Names))
		propose = append(append(propose, proposing[st.Verb]), st.Names[:n]...)
		if n < len(st.Names) {
			commit = append([]string{st.Actor, string(st.Verb)}, st.Names[n:]...)
		}
	}
	w := linesOf(sc)
	w.replace(st.Line-1, st.Line, append(propose, inGroup(st)...), append(commit, ending(st, psks)...))
	return w, true
}
