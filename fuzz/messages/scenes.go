package messages

import (
	"fmt"
	"math/rand/v2"
	"sync"

	"mlsref/impl/follower"
	"mlsref/props/dump"
	"mlsref/props/insider"
)

// scene is a message of a story and those who are about to read it or to join by it.
type scene struct {
	insider.Situation
	before [][32]byte         // hashes of the readers' states
	follow *follower.Follower // in the readers' state; nil if nobody could follow them

	// Made when they are first needed, the same every time:
	broken     func() ([]insider.Broken, error)
	sealer     func() (*insider.Sealer, error)
	infoSealer func() (*insider.InfoSealer, error)

	next *scene // after a GroupInfo: the external Commit that was made from it
}

// scenes are those of one telling of a story, by what reads the message.
type scenes struct{ received, welcomes, infos []*scene }

// stories are all tellings; each is told when it is first needed.
var stories = func() []func() (*scenes, error) {
	var list []func() (*scenes, error)
	for _, t := range insider.Tellings() {
		list = append(list, sync.OnceValues(func() (*scenes, error) { return told(t) }))
	}
	return list
}()

func told(t insider.Telling) (*scenes, error) {
	list, err := t.Situations()
	if err != nil {
		return nil, fmt.Errorf("telling %s: %w", t.Name, err)
	}
	s, f := &scenes{}, (*follower.Follower)(nil)
	for i, sit := range list {
		x := &scene{Situation: sit}
		seed := [32]byte{byte(i)}
		x.broken = sync.OnceValues(func() ([]insider.Broken, error) { return sit.Broken(rand.NewChaCha8(seed)) })
		x.sealer = sync.OnceValues(func() (*insider.Sealer, error) { return sit.Sealer(rand.NewChaCha8(seed)) })
		x.infoSealer = sync.OnceValues(func() (*insider.InfoSealer, error) { return sit.InfoSealer(rand.NewChaCha8(seed)) })
		for _, g := range sit.Readers {
			x.before = append(x.before, dump.Hash(g.Clone()))
		}
		switch {
		case sit.Joiner == nil:
			if f, err = x.followed(f); err != nil {
				return nil, fmt.Errorf("following %s: %w", t.Name, err)
			}
			s.received = append(s.received, x)
			if n := len(s.infos); sit.Info != nil && n > 0 {
				s.infos[n-1].next = x
			}
		case sit.Joiner.Secrets.InitKey != nil:
			s.welcomes = append(s.welcomes, x)
		default:
			s.infos = append(s.infos, x)
		}
	}
	return s, nil
}

// scene chooses a story and a message in it, of those that list gives.
func (in *input) scene(list func(*scenes) []*scene) (*scene, error) {
	s, err := stories[int(in.byte())%len(stories)]()
	if err != nil {
		return nil, err
	}
	all := list(s)
	n := int(in.byte())
	if len(all) == 0 {
		return nil, nil
	}
	return all[n%len(all)], nil
}
