package group

import (
	"testing"

	"mlsref/impl/wire"
	"mlsref/props/dump"
)

// What one copy does, the other does not see.
func TestClone(t *testing.T) {
	p := suiteOne(t, Private, Config{PastEpochs: 1})
	p.commit("alice", CommitOptions{})
	bob := p.members["bob"]
	hello, err := p.members["alice"].Send(p.rng, []byte("hello"), nil)
	check(t, err)
	before := dump.Of(bob)
	thief := bob.Clone()
	thief.copied = false
	if dump.Of(thief) != before {
		t.Fatal("the copy is another state")
	}
	thief.copied = true
	_, err = thief.Receive(hello)
	check(t, err)
	_, err = thief.Send(p.rng, []byte("x"), nil)
	check(t, err)
	if dump.Of(bob) != before {
		t.Error("what the copy did changed the original")
	}
	if dump.Of(thief) == before {
		t.Error("the copy did not change")
	}
}

// A copy opens what its victim sends, and follows its Commit without a path; not one
// with a path, which is encrypted to all others only.
func TestCloneReadsItsVictim(t *testing.T) {
	p := suiteOne(t, Private, Config{})
	bob := p.members["bob"]
	thief := bob.Clone()
	for _, text := range []string{"one", "two"} {
		msg, err := bob.Send(p.rng, []byte(text), nil)
		check(t, err)
		r, err := thief.Receive(msg)
		check(t, err)
		if string(r.Application) != text {
			t.Errorf("it reads %q, want %q", r.Application, text)
		}
	}
	kp, _, err := p.client("dave").NewKeyPackage(p.rng)
	check(t, err)
	adds, err := bob.Commit(p.rng, CommitOptions{Add: []wire.KeyPackage{kp}, NoPath: true})
	check(t, err)
	next, _ := adds.Accept()
	r, err := thief.Receive(adds.Commit)
	check(t, err)
	if string(r.Next.EpochAuthenticator()) != string(next.EpochAuthenticator()) || !r.Next.copied {
		t.Error("it does not follow a Commit without a path")
	}
	heals, err := next.Commit(p.rng, CommitOptions{})
	check(t, err)
	if _, err := r.Next.Receive(heals.Commit); err == nil {
		t.Error("it follows its victim's path")
	}
}
