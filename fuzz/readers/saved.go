package readers

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"mlsref/fuzz/target"
	"mlsref/impl/group"
	"mlsref/trace"
)

// savedHistory leaves all that a saved group can have: past epochs, a proposal of an
// Update, skipped messages.
const savedHistory = `seed 1
keep epochs 1
keep psks 1
alice creates room
alice adds bob carol
carol sends "a"
bob updates
alice commits
carol sends "b"
alice updates
`

// saver is the client whose saved groups are read, and these.
type saver struct {
	client group.Client
	saved  [][]byte
}

var savers = sync.OnceValues(func() (*saver, error) {
	sc, err := trace.Parse(file, strings.NewReader(savedHistory))
	if err != nil {
		return nil, err
	}
	var s saver
	seen := map[string]bool{}
	_, err = trace.Play(sc, trace.Options{Watch: &trace.Watch{Step: func(session *trace.Session, _ int) error {
		for _, m := range session.Members() {
			if m.Name != "alice" || seen[m.State] {
				continue
			}
			seen[m.State] = true
			b, err := m.Group.Save()
			if err != nil {
				return err
			}
			s.client, s.saved = m.Group.Client(), append(s.saved, b)
		}
		return nil
	}}})
	return &s, err
})

func runSaved(in []byte, seen *target.Seen) error {
	s, err := savers()
	if err != nil {
		return err
	}
	g, err := s.client.Load(in)
	if err != nil {
		seen.Outcome("refused")
		seen.Answer(err)
		return nil
	}
	seen.Outcome("loaded")
	again, err := g.Save()
	if err != nil {
		return fmt.Errorf("what was loaded cannot be saved: %w", err)
	}
	if !bytes.Equal(again, in) {
		return fmt.Errorf("what was loaded is saved as other bytes:\n%x, was\n%x", again, in)
	}
	return nil
}

func savedSeeds() ([][]byte, error) {
	s, err := savers()
	if err != nil {
		return nil, err
	}
	return s.saved, nil
}
