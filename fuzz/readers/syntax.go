package readers

import (
	"fmt"
	"slices"

	"mlsref/fuzz/target"
	"mlsref/spec/syntax"
)

func runSyntax(in []byte, seen *target.Seen) error {
	defs, problems := syntax.Parse(file, 1, string(in))
	m := &syntax.Module{Definitions: defs}
	for _, p := range slices.Concat(problems, m.Check(), m.Compare(syntax.Kinds())) {
		if p.Line < 1 || p.Col < 1 || p.Text == "" || syntax.Rules[p.Rule] == "" {
			return fmt.Errorf("a finding without place, text or rule: %v", p)
		}
		seen.Outcome(p.Rule)
	}
	if len(problems) == 0 {
		seen.Outcome("parsed")
	}
	return nil
}

// syntaxSeeds are all that the language has, and the code's own definitions.
func syntaxSeeds() ([][]byte, error) {
	return [][]byte{
		[]byte("uint8 Bytes[4];\nopaque Name<V>;\nuint16 List<2..2^16-2>;\nenum { reserved(0), a(1), b(2), (255) } Letter;\n" +
			"struct { Letter letter = a; optional<Name> name; select (S.letter) { case a: uint8 x; case b: struct {}; }; } S;\n/* a comment */ // and another\n"),
		[]byte("struct { A a; } A;\nstruct {} Empty;\nEmpty list<V>;\nenum { (65535) } None;\n"),
		[]byte(syntax.FromCode()),
	}, nil
}
