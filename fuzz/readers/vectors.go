package readers

import (
	"fmt"

	"mlsref/fuzz/target"
	"mlsref/impl/vectors"
	"mlsref/impl/wire"
)

// runVectors reads the rest of the input as a file of the kind that the first byte says;
// the byte after the last kind leaves that to the entries.
func runVectors(in []byte, seen *target.Seen) error {
	if len(in) == 0 {
		return nil
	}
	kinds := vectors.Kinds()
	name := "any.json"
	if at := int(in[0]) % (len(kinds) + 1); at < len(kinds) {
		name = kinds[at].Name + ".json"
	}
	f := vectors.Parse(name, in[1:])
	if f.Err != nil {
		seen.Outcome("refused")
		if f.Entries() != 0 || f.Err.Error() == "" {
			return fmt.Errorf("%d entries, although: %v", f.Entries(), f.Err)
		}
		return nil
	}
	for i := range f.Entries() {
		failures := f.Check(i)
		if len(failures) == 0 {
			seen.Outcome(f.Kind.Name + " passed")
		}
		for _, failure := range failures {
			seen.Outcome(f.Kind.Name + " failed")
			if failure.Problem == "" {
				return fmt.Errorf("entry %d of %s fails without a reason, at %q", i, f.Kind.Name, failure.Field)
			}
		}
	}
	return nil
}

// vectorSeeds are a small entry of each kind.
func vectorSeeds() ([][]byte, error) {
	var all [][]byte
	for i, k := range vectors.Kinds() {
		b, err := vectors.Generate(k, vectors.Options{Seed: 1, Small: true, Suites: []wire.CipherSuite{vectors.AllSuites()[0]}})
		if err != nil {
			return nil, err
		}
		if len(b) < target.MaxInput {
			all = append(all, append([]byte{byte(i)}, b...))
		}
	}
	return append(all, append([]byte{byte(len(all))}, all[0][1:]...)), nil
}
