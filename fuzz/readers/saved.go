package readers

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"mlsref/fuzz/target"
	"mlsref/impl/group"
	"mlsref/props"
	"mlsref/trace"
)

// savedHistory leaves all that a saved group can have: past epochs, a proposal of an
// Update, skipped messages; and the last message is a Commit with a path.
const savedHistory = `seed 1
keep epochs 1
keep psks 1
alice creates room
alice adds bob carol
carol sends "a"
bob updates
alice commits
carol sends "b" to bob
carol sends "c"
carol commits
alice updates
bob commits
`

const owner = "alice"

// saver is the client whose saved groups are read, these, what it was sent, and the
// signature keys of all members: private by public.
type saver struct {
	client   group.Client
	saved    [][]byte
	messages [][]byte
	keys     map[string][]byte
}

var savers = sync.OnceValues(func() (*saver, error) {
	sc, err := trace.Parse(file, strings.NewReader(savedHistory))
	if err != nil {
		return nil, err
	}
	s := saver{keys: map[string][]byte{}}
	reading := func(_ *trace.Session, reader string, m trace.Message) error {
		if reader == owner {
			s.messages = append(s.messages, m.Bytes)
		}
		return nil
	}
	step := func(session *trace.Session, _ int) error {
		for _, m := range session.Members() {
			id := m.Group.Client().Identity
			s.keys[string(id.SignaturePub)] = id.SignatureKey
			if m.Name != owner {
				continue
			}
			b, err := m.Group.Save()
			if err != nil {
				return err
			}
			if n := len(s.saved); n == 0 || !bytes.Equal(b, s.saved[n-1]) {
				s.client, s.saved = m.Group.Client(), append(s.saved, b)
			}
		}
		return nil
	}
	_, err = trace.Play(sc, trace.Options{Watch: &trace.Watch{Reading: reading, Step: step}})
	return &s, err
})

// runSaved loads an input that begins as a saved group does, and otherwise a group that
// it says how to change.
func runSaved(in []byte, seen *target.Seen) error {
	s, err := savers()
	if err != nil {
		return err
	}
	if len(in) >= 2 && !bytes.HasPrefix(in, s.saved[0][:8]) {
		if in, err = s.changed(in); err != nil || in == nil {
			seen.Outcome("not made")
			return err
		}
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
	return s.used(in, seen)
}

// used: what was loaded can be used, each time as it was loaded: it reads a message, or
// refuses it by a rule, and it can commit.
func (s *saver) used(in []byte, seen *target.Seen) error {
	for i, m := range s.messages {
		g, err := s.client.Load(in)
		if err != nil {
			return fmt.Errorf("what loaded does not load again: %w", err)
		}
		_, err = g.Receive(m)
		if err != nil && !props.Refusal(err) {
			return fmt.Errorf("what was loaded refuses message %d for an odd reason: %w", i, err)
		}
		seen.Outcome(map[bool]string{true: "reads", false: "does not read"}[err == nil])
	}
	g, err := s.client.Load(in)
	if err != nil {
		return err
	}
	if _, err := g.Commit(rand.NewChaCha8([32]byte{'s'}), group.CommitOptions{Format: group.Public}); err != nil && !props.Refusal(err) {
		return fmt.Errorf("what was loaded does not commit, for an odd reason: %w", err)
	}
	return nil
}

func savedSeeds() ([][]byte, error) {
	s, err := savers()
	if err != nil {
		return nil, err
	}
	list := slices.Clone(s.saved)
	for i := range s.saved {
		for part := range parts {
			list = append(list, []byte{byte(i), byte(part)}, []byte{byte(i), byte(part | flagHash), 1, 2, 3})
		}
	}
	return list, nil
}
