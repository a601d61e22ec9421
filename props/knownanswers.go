package props

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"mlsref/impl/vectors"
	"mlsref/trace"
)

// ofBytes is what no run can show, since all members of a group share a slip: that the
// bytes are those of other implementations.
var ofBytes = []Property{{
	Name: "known-answers", Source: "RFC 9420 §5 to §9; the working group's test vectors",
	About: "keys, hashes, tags, signatures and messages are those of the project's own small test vectors, which agree with the official ones",
	New: func(h *History) Checks {
		return Checks{End: func(*trace.Session) { h.Check(knownAnswers()) }}
	},
}}

// knownAnswers is the same for every history: once is enough.
var knownAnswers = sync.OnceValue(func() error {
	files, err := vectors.Own()
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Err != nil {
			return f.Err
		}
	}
	results := vectors.Verify(context.Background(), files, func() {})
	for _, r := range results {
		if !r.Passed() {
			return fmt.Errorf("%s, entry %d: %v", r.File.Path, r.Entry, r.Failures[0])
		}
	}
	if len(results) == 0 {
		return errors.New("there are no vectors")
	}
	return nil
})
