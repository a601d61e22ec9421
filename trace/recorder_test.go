package trace

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"slices"
	"strings"
	"testing"

	"mlsref/impl/suite"
	"mlsref/model"
)

// recorder returns a recorder, the suite that it observes, and randomness.
func recorder(t *testing.T) (*Recorder, suite.Suite, func(n int) []byte) {
	t.Helper()
	s, err := suite.ByName(defaultSuite)
	if err != nil {
		t.Fatal(err)
	}
	rec, rng := NewRecorder(), randomness(1)
	rec.As("alice", 1)
	s = s.Observed(rec)
	return rec, s, func(n int) []byte {
		b, err := s.Random(rng, n)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}

// termOf is the term of some bytes, which must be known.
func termOf(t *testing.T, r *Recorder, b []byte) model.Term {
	t.Helper()
	id, ok := r.index.exact(b)
	if !ok {
		t.Fatalf("%x is not known (%v)", b, r.Err())
	}
	return r.terms[id].Term
}

func TestRecorderDerivations(t *testing.T) {
	r, s, random := recorder(t)
	secret := random(32)
	child := s.ExpandWithLabel(secret, "epoch", []byte("ctx"), 32)
	s.ExpandWithLabel(secret, "epoch", []byte("ctx"), 32)
	mixed := s.Extract(make([]byte, 32), child)
	sk, pk, _ := s.DeriveKeyPair(child)
	tag := s.MAC(mixed, s.Hash([]byte("data")))

	root := termOf(t, r, secret)
	if root.Op != model.OpRandom || root.Public {
		t.Errorf("random: %+v", root)
	}
	c := termOf(t, r, child)
	if c.Op != model.OpExpand || c.Label != "epoch" || c.Args[0] != root.ID || !r.terms[c.Args[1]].Public {
		t.Errorf("expand: %+v", c)
	}
	if e := r.events[2]; e.Op != string(suite.OpExtract) || r.repeated[" expand"] != 1 {
		t.Errorf("the repeated call is an event of its own, %+v, or not counted: %v", e, r.repeated)
	}
	if d := r.events[1].Define; len(d) != 2 || d[1].Length != 32 || d[1].Value != hex.EncodeToString(child) {
		t.Errorf("definition of expand: %+v", d)
	}
	x := termOf(t, r, mixed)
	if zero := r.terms[x.Args[0]]; x.Op != model.OpExtract || zero.Op != model.OpConst || zero.Name != "zero" || x.Args[1] != c.ID {
		t.Errorf("extract: %+v of %+v", x, zero)
	}
	key := termOf(t, r, sk)
	if key.Op != model.OpKEMKey || key.Args[0] != c.ID {
		t.Errorf("key: %+v", key)
	}
	if p := termOf(t, r, pk); p.Op != model.OpPublic || !p.Public || p.Args[0] != key.ID {
		t.Errorf("public key: %+v", p)
	}
	if m := termOf(t, r, tag); m.Op != model.OpMAC || !m.Public || r.terms[m.Args[1]].Op != model.OpConst {
		t.Errorf("tag: %+v", m)
	}
	if r.Err() != nil {
		t.Error(r.Err())
	}
}

// A structure is split into the known values in it, longest match first.
func TestRecorderSplitsStructures(t *testing.T) {
	r, s, random := recorder(t)
	_, pk, _ := s.DeriveKeyPair(random(32))
	joiner, path := random(32), random(32)
	structure := slices.Concat([]byte{0x20}, joiner, []byte{1, 0x20}, path, []byte{0})
	ct, err := s.EncryptWithLabel(randomness(9), pk, "Welcome", []byte("ctx"), structure)
	if err != nil {
		t.Fatal(err)
	}
	e := termOf(t, r, ct.Ciphertext)
	if e.Op != model.OpEncrypt || e.Label != "Welcome" || e.Public || len(e.Args) != 4 {
		t.Fatalf("encrypt: %+v (%v)", e, r.Err())
	}
	content := r.terms[e.Args[2]]
	want := ids{termOf(t, r, joiner).ID, termOf(t, r, path).ID}
	if content.Op != model.OpConcat || !slices.Equal(content.Args, want) {
		t.Fatalf("content: %+v, want parts %v", content.Term, want)
	}
	var definitions []Definition
	for _, ev := range r.events {
		definitions = append(definitions, ev.Define...)
	}
	if d := definitions[content.ID]; !reflect.DeepEqual(d.Parts, []int{1, 35}) {
		t.Errorf("offsets %v, want 1 and 35", d.Parts)
	}
	if d := definitions[e.ID]; d.Extra != hex.EncodeToString(ct.KEMOutput) {
		t.Errorf("the KEM output is %q", d.Extra)
	}
	r.Wire("welcome", slices.Concat([]byte("header"), ct.KEMOutput, ct.Ciphertext))
	if last := r.events[len(r.events)-1]; !slices.Equal(last.Terms, ids{e.ID}) {
		t.Errorf("on the wire: %v, want %v", last.Terms, e.ID)
	}
}

// What was opened is the term that was sealed, even if another message has the
// same bytes, or the ciphertext was a context (of its sender data's key) meanwhile.
func TestRecorderOpenGivesWhatWasSealed(t *testing.T) {
	r, s, random := recorder(t)
	key, nonce := random(16), random(12)
	content := []byte("\x01x\x00and a signature")
	r.Message(1, []byte("x"))
	ct, err := s.Seal(key, nonce, []byte("aad"), content)
	if err != nil {
		t.Fatal(err)
	}
	sealed := termOf(t, r, ct).Args[3]
	s.ExpandWithLabel(random(32), "key", ct, 16)
	r.Message(2, []byte("x"))
	if _, err := s.Seal(random(16), nonce, []byte("aad"), content); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(key, nonce, []byte("aad"), ct); err != nil {
		t.Fatal(err)
	}
	opened := r.opened(suite.Call{Op: suite.OpOpen, Out: []suite.Value{{Name: "plaintext", Bytes: content}}}, model.OpSeal, 3, ct)
	if opened != sealed || r.repeated[" open"] != 1 || r.Err() != nil {
		t.Fatalf("opened %v, want %v; %v (%v)", opened, sealed, r.repeated, r.Err())
	}
}

// Equal texts are two names, and a short text is one as well.
func TestRecorderMessages(t *testing.T) {
	r, s, random := recorder(t)
	var terms ids
	for n := 1; n <= 2; n++ {
		r.Message(n, []byte("x"))
		key, nonce := random(16), random(12)
		ct, _ := s.Seal(key, nonce, nil, []byte("\x01x\x00tail with x"))
		content := r.terms[termOf(t, r, ct).Args[3]]
		if content.Op != model.OpConcat || r.terms[content.Args[0]].Op != model.OpMessage {
			t.Fatalf("content: %+v (%v)", content.Term, r.Err())
		}
		terms = append(terms, content.Args[0])
		r.MessageGoal(model.Goal{Kind: model.Message, Group: "room", Message: n})
	}
	if terms[0] == terms[1] {
		t.Error("equal texts are one term")
	}
	r.Message(3, []byte("never sealed"))
	if r.MessageGoal(model.Goal{Kind: model.Message, Group: "room", Message: 3}); r.Err() == nil {
		t.Error("a message that was never encrypted became a goal")
	}
}

// Whatever has no origin, or stands where the theory does not expect it, ends the run.
func TestRecorderRefuses(t *testing.T) {
	foreign := bytes.Repeat([]byte{7}, 32)
	for _, c := range []struct {
		name, want string
		do         func(s suite.Suite, random func(int) []byte)
	}{
		{"foreign secret", `nobody made the secret (32 bytes)`,
			func(s suite.Suite, _ func(int) []byte) { s.ExpandWithLabel(foreign, "epoch", nil, 32) }},
		{"foreign ikm", `derive_key_pair: nobody made the ikm`,
			func(s suite.Suite, _ func(int) []byte) { s.DeriveKeyPair(foreign) }},
		{"foreign salt", `extract: nobody made the salt`,
			func(s suite.Suite, random func(int) []byte) { s.Extract(foreign, random(32)) }},
		{"foreign MAC key", `mac: nobody made the key`,
			func(s suite.Suite, _ func(int) []byte) { s.MAC(foreign, nil) }},
		{"foreign nonce", `seal: nobody made the nonce`,
			func(s suite.Suite, random func(int) []byte) { s.Seal(random(16), foreign[:12], nil, nil) }},
		{"public key for a secret", `which is public`,
			func(s suite.Suite, random func(int) []byte) {
				_, pk, _ := s.DeriveKeyPair(random(32))
				s.ExpandWithLabel(pk, "epoch", nil, 32)
			}},
		{"secret in a context", `the context holds term 0 (random_0) at byte 3, and the theory takes it as public`,
			func(s suite.Suite, random func(int) []byte) {
				b := random(32)
				s.ExpandWithLabel(random(32), "epoch", append([]byte("abc"), b...), 32)
			}},
		{"secret hashed", `hash: the data holds term 0 (random_0) at byte 0`,
			func(s suite.Suite, random func(int) []byte) { s.Hash(random(32)) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, s, random := recorder(t)
			c.do(s, random)
			if err := r.Err(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if _, err := r.Finish(); err == nil {
				t.Error("the trace was handed out all the same")
			}
		})
	}
}

func TestRecorderMembersDisagree(t *testing.T) {
	r, s, random := recorder(t)
	a, b := random(32), random(32)
	s.DeriveSecret(a, "init")
	r.State("room/3", "room", 3, 0, false)
	r.As("bob", 2)
	s.DeriveSecret(b, "init")
	r.State("room/3", "room", 3, 0, false)
	if err := r.Err(); err == nil || !strings.Contains(err.Error(), "epoch 3 of room: alice derived term 0 (random_0), bob derived term 1 (random_1)") {
		t.Error(err)
	}
}

func TestRecorderEpochWithoutInit(t *testing.T) {
	r, _, _ := recorder(t)
	if r.State("room/1", "room", 1, 0, false); r.Err() == nil {
		t.Error("an epoch without an init_secret was accepted")
	}
}
