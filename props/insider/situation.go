package insider

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"mlsref/impl/group"
)

// Situation is an honest message of a story, and who is about to read it, or to join
// by it. The groups are copies.
type Situation struct {
	Story  string // and the group's policy and its messages' format: "life, strict, PublicMessage"
	Honest []byte // MLSMessage

	// Readers are the members who read it; none of a Welcome or a GroupInfo.
	Readers []*group.Group

	From   *group.Group // the sender's group before it sent; nil if it sent from outside
	Sender group.Client // or who signed the Welcome's GroupInfo, or the GroupInfo

	Info, Beside []byte // an external Commit's: the GroupInfo that it was made from, and the ratchet_tree if that is not in it

	Joiner *Joiner // of a Welcome, or a GroupInfo: who joins
	Resync bool    // of a GroupInfo: the joiner was a member
	Old    bool    // it comes late, in an epoch after its own
}

// Broken are the broken versions of the message. One that comes late has none.
func (sit Situation) Broken(rng io.Reader) ([]Broken, error) {
	switch {
	case sit.Old:
		return nil, nil
	case sit.Joiner != nil && sit.Joiner.Secrets.InitKey != nil:
		return Welcome(rng, sit.Sender, *sit.Joiner, sit.Honest)
	case sit.Joiner != nil:
		return GroupInfo(rng, sit.Sender, sit.Honest)
	case sit.From != nil:
		return Message(rng, sit.From, sit.Honest)
	case sit.Info != nil:
		return ExternalCommit(rng, sit.Sender, sit.Info, sit.Beside, sit.Honest)
	default:
		return Proposal(rng, sit.Sender, sit.Readers[0], sit.Honest)
	}
}

// Telling is one story under one policy, and in one format of handshakes.
type Telling struct {
	Name string
	tell func(*world)
	make func() group.Config
	in   group.Format
}

// Tellings are the stories that this package tests itself with, under every policy and
// in both formats, and some more.
func Tellings() []Telling {
	var list []Telling
	for _, story := range slices.Concat(stories, crowded) {
		for _, config := range configs {
			for _, format := range []group.Format{group.Public, group.Private} {
				list = append(list, Telling{fmt.Sprintf("%s, %s, %v", story.name, config.name, format), story.tell, config.make, format})
			}
		}
	}
	return list
}

// Situations are all messages of a story, in its order; the same ones every time.
func (t Telling) Situations() (list []Situation, err error) {
	h := hunt{story: t.Name}
	err = h.through(t.tell, t.in, t.make(), func(w *world) {
		w.suite = w.plain()
		w.met = func(sit Situation) {
			sit.Story = t.Name
			list = append(list, sit)
		}
	})
	if err == nil && len(list) == 0 {
		err = errors.New("insider: internal: nobody says anything in the story " + t.Name)
	}
	return list, err
}
