package group

import "testing"

// What one copy does, the other does not see.
func TestClone(t *testing.T) {
	p := suiteOne(t, Private, Config{PastEpochs: 1})
	p.commit("alice", CommitOptions{})
	bob := p.members["bob"]
	hello, err := p.members["alice"].Send(p.rng, []byte("hello"), nil)
	check(t, err)
	before := dump(bob)
	thief := bob.Clone()
	if dump(thief) != before {
		t.Fatal("the copy is another state")
	}
	_, err = thief.Receive(hello)
	check(t, err)
	_, err = thief.Send(p.rng, []byte("x"), nil)
	check(t, err)
	if dump(bob) != before {
		t.Error("what the copy did changed the original")
	}
	if dump(thief) == before {
		t.Error("the copy did not change")
	}
}
