package group

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// reload saves a member's group and loads it n times.
func (p *party) reload(name string, n int) []*Group {
	p.t.Helper()
	b, err := p.members[name].Save()
	p.ok(err)
	var copies []*Group
	for range n {
		g, err := p.members[name].client.Load(b)
		p.ok(err)
		copies = append(copies, g)
	}
	return copies
}

func TestSaveAndLoad(t *testing.T) {
	everyFormat(t, func(t *testing.T, p *party) {
		store := &PSKStore{}
		store.Put(ExternalPSK([]byte("psk")), []byte("secret"))
		p.config = Config{PastEpochs: 1, PastResumption: 1, PSKs: store}
		p.create("alice")
		p.commit("alice", CommitOptions{}, "bob", "carol", "dave")
		late, err := p.members["alice"].Send(p.rng, []byte("late"), nil)
		p.ok(err)
		p.commit("alice", CommitOptions{Remove: []uint32{p.leaf("dave")}})
		early, err := p.members["carol"].Send(p.rng, []byte("early"), nil)
		p.ok(err)
		second, err := p.members["carol"].Send(p.rng, []byte("second"), nil)
		p.ok(err)
		_, err = p.members["bob"].Receive(second)
		p.ok(err)
		p.update("bob")
		p.update("carol")

		again := p.reload("bob", 1)[0]
		for msg, want := range map[*[]byte]string{&late: "late", &early: "early"} {
			r, err := again.Receive(*msg)
			p.ok(err)
			if string(r.Application) != want {
				t.Errorf("%q opens as %q", want, r.Application)
			}
		}
		if _, err := again.Receive(second); !errors.Is(err, spec.GenerationOnce) {
			t.Errorf("a message opened before saving opens again: %v", err)
		}
		// The group goes on: bob's Update, kept in the saved state, takes effect, and
		// the resumption_psk of the epoch before is there.
		p.members["bob"] = again
		p.commit("alice", CommitOptions{PSKs: []wire.PreSharedKeyID{ResumptionPSK([]byte("room"), 1), ExternalPSK([]byte("psk"))}})
		p.members["bob"] = p.reload("bob", 1)[0]
		pending, err := p.members["bob"].Commit(p.rng, CommitOptions{Format: Public})
		p.ok(err)
		p.deliver("bob", pending.Commit)
		p.members["bob"], _ = pending.Accept()
		p.agree()
		_, err = p.members["bob"].Send(p.rng, []byte("now I may"), nil)
		p.ok(err)
	})
}

// TestLoadedTwice loads one saved state three times, which are a rollback and a
// double use. Whatever the copies do, no two messages are under one key and nonce:
// in an epoch that two copies share, none of them encrypts at all.
func TestLoadedTwice(t *testing.T) {
	p := suiteOne(t, Private, Config{PastEpochs: 1})
	copies := p.reload("bob", 3)
	refused := func(what string, g *Group) {
		t.Helper()
		if _, err := g.Send(p.rng, []byte("x"), nil); !errors.Is(err, ErrLoaded) {
			t.Errorf("%s sends: %v", what, err)
		}
		if _, _, err := g.ProposeUpdate(p.rng, LeafChange{}, Private); !errors.Is(err, ErrLoaded) {
			t.Errorf("%s proposes in private: %v", what, err)
		}
		if _, err := g.Commit(p.rng, CommitOptions{Format: Private}); !errors.Is(err, ErrLoaded) {
			t.Errorf("%s commits in private: %v", what, err)
		}
		kp, _, err := p.client("erin").NewKeyPackage(p.rng)
		check(t, err)
		if _, err := g.Commit(p.rng, CommitOptions{Add: []wire.KeyPackage{kp}, NoPath: true, Format: Public}); !errors.Is(err, ErrLoaded) {
			t.Errorf("%s commits without a path: %v", what, err)
		}
	}
	for _, g := range copies {
		refused("a loaded group", g)
	}
	// Another's Commit takes two copies into one epoch, whose ratchets both derive.
	pending, err := p.members["alice"].Commit(p.rng, CommitOptions{Format: Public})
	check(t, err)
	for i, g := range copies[:2] {
		r, err := g.Receive(pending.Commit)
		check(t, err)
		copies[i] = r.Next
		refused("a loaded group an epoch later", copies[i])
	}
	if !bytes.Equal(copies[0].EpochAuthenticator(), copies[1].EpochAuthenticator()) {
		t.Fatal("the copies are in different epochs: the test shows nothing")
	}
	// A Commit of its own makes an epoch that no copy shares.
	seen := map[string]bool{}
	for _, g := range copies {
		own, err := g.Commit(p.rng, CommitOptions{Format: Public})
		check(t, err)
		next, _ := own.Accept()
		if seen[string(next.EpochAuthenticator())] {
			t.Error("two copies came to one epoch by Commits of their own")
		}
		seen[string(next.EpochAuthenticator())] = true
		if _, err := next.Send(p.rng, []byte("x"), nil); err != nil {
			t.Errorf("after a Commit of its own: %v", err)
		}
	}
	// What was saved is not spent: the original still sends.
	_, err = p.members["bob"].Send(p.rng, []byte("x"), nil)
	check(t, err)
}

// Every byte of the saved state flipped in turn: an error, or a state that is as
// good as before (bytes that no other byte vouches for), and never a panic.
func TestSavedStateIsChecked(t *testing.T) {
	p := suiteOne(t, Private, Config{PastEpochs: 1})
	p.commit("alice", CommitOptions{})
	p.update("carol")
	bob := p.members["bob"]
	b, err := bob.Save()
	check(t, err)
	for i := range b {
		bad := bytes.Clone(b)
		bad[i] ^= 1
		g, err := bob.client.Load(bad)
		if err == nil && (!g.private.Complete(g.Tree()) || !bytes.Equal(g.Tree().TreeHash(p.s), g.Context().TreeHash)) {
			t.Fatalf("byte %d flipped gives an inconsistent state", i)
		}
	}
	for n := range len(b) {
		if _, err := bob.client.Load(b[:n]); err == nil {
			t.Fatalf("the first %d bytes are taken for the whole", n)
		}
	}
	if _, err := p.members["alice"].client.Load(b); !errors.Is(err, errNotOurs) {
		t.Errorf("alice loads bob's state: %v", err)
	}
	other := bytes.Clone(b)
	other[9]++
	var syntax *wire.SyntaxError
	if _, err := bob.client.Load(other); !errors.As(err, &syntax) {
		t.Errorf("another format: %v", err)
	}
}

// Each case breaks a secret that is seldom used, so that nothing else would show it
// before it is too late: a wrong size must not panic then.
func TestSavedSparesAreChecked(t *testing.T) {
	p := suiteOne(t, Private, Config{PastEpochs: 1, PastResumption: 1})
	p.commit("alice", CommitOptions{})
	p.update("bob")
	bob := p.members["bob"]
	b, err := bob.Save()
	check(t, err)
	for what, bend := range map[string]func(*saved){
		"nothing":                       func(*saved) {},
		"a short sender_data_secret":    func(s *saved) { s.Past[0].SenderData = s.Past[0].SenderData[1:] },
		"a short resumption_psk":        func(s *saved) { s.Resumption[0].psk = s.Resumption[0].psk[1:] },
		"an update without private key": func(s *saved) { s.Updates[0].privateKey = nil },
		"another member's ratchets": func(s *saved) {
			s.Ratchets, err = p.members["carol"].ratchets.Save(p.members["carol"].Leaf())
			check(t, err)
		},
		"another member's past ratchets": func(s *saved) {
			s.Past[0].Ratchets, err = p.members["carol"].past[0].ratchets.Save(p.members["carol"].Leaf())
			check(t, err)
		},
		"an update with another's key": func(s *saved) { s.Updates[0].publicKey = bob.Tree().Leaf(0).EncryptionKey },
	} {
		s := &saved{Private: bob.client.agreement().NewMember(0, nil)}
		check(t, wire.Unmarshal(b, s))
		bend(s)
		bad, err := wire.Marshal(s)
		check(t, err)
		if _, err := bob.client.Load(bad); (err == nil) != (what == "nothing") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestSaveFile(t *testing.T) {
	s, err := suite.ByID(1)
	check(t, err)
	p := newParty(t, s, Private)
	p.create("alice")
	path := filepath.Join(t.TempDir(), "alice.group")
	for range 2 { // the second time over the first
		check(t, p.members["alice"].SaveFile(path))
		g, err := p.members["alice"].client.LoadFile(path)
		check(t, err)
		if !bytes.Equal(g.EpochAuthenticator(), p.members["alice"].EpochAuthenticator()) {
			t.Error("another group was loaded")
		}
		p.commit("alice", CommitOptions{})
	}
	info, err := os.Stat(path)
	check(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v", info.Mode())
	}
	check(t, os.WriteFile(path, []byte("mlsref g"), 0o600))
	if _, err := p.members["alice"].client.LoadFile(path); err == nil || !bytes.Contains([]byte(err.Error()), []byte(path)) {
		t.Errorf("a file cut short: %v", err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	check(t, err)
	if len(entries) != 1 {
		t.Errorf("%d files, want one", len(entries))
	}
}
