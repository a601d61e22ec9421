package trace

import (
	"bytes"
	"encoding/hex"
	"testing"

	"mlsref/impl/suite"
	"mlsref/model"
)

const toyScenario = `# a toy
alice creates room
alice adds bob
alice sends "before"
compromise bob
alice sends "after"
alice commits
expect epoch 0 secret
expect epoch 1 exposed
expect epoch 1 epoch_secret secret
expect epoch 2 exposed
expect message 1 secret
expect message 2 exposed
`

// toy builds a trace by hand, with real cryptography: a group of two over three
// epochs, simpler than MLS but with every operation and every container.
type toy struct {
	t      testing.TB
	s      suite.Suite
	trace  *Trace
	values map[model.TermID][]byte
	extras map[model.TermID][]byte
	define []Definition
	count  byte // of random values
}

func newToy(t testing.TB) *toy {
	t.Helper()
	s, err := suite.ByName("MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519")
	if err != nil {
		t.Fatal(err)
	}
	return &toy{
		t: t, s: s,
		trace: &Trace{Header: Header{
			Format: formatName, Version: Version, Suite: s.Name(), Seed: 7, File: "toy.mls", Scenario: toyScenario,
		}},
		values: map[model.TermID][]byte{},
		extras: map[model.TermID][]byte{},
	}
}

func (y *toy) must(err error) {
	y.t.Helper()
	if err != nil {
		y.t.Fatal(err)
	}
}

// event appends an event that carries the terms defined since the last one.
func (y *toy) event(e Event) {
	e.Seq, e.Define, y.define = len(y.trace.Events)+1, y.define, nil
	y.trace.Events = append(y.trace.Events, e)
}

func (y *toy) add(d Definition, value []byte) model.TermID {
	d.ID, d.Value = model.TermID(len(y.values)), hex.EncodeToString(value)
	y.define, y.values[d.ID] = append(y.define, d), value
	return d.ID
}

func toyTerm(op model.Op, label, name string, args ...model.TermID) Definition {
	return Definition{Term: model.Term{Op: op, Label: label, Name: name, Args: args}}
}

func (y *toy) constant(name string, value []byte) model.TermID {
	d := toyTerm(model.OpConst, "", name)
	d.Public = true
	return y.add(d, value)
}

func (y *toy) random(name string, n int) model.TermID {
	y.count++
	return y.add(toyTerm(model.OpRandom, "", name), bytes.Repeat([]byte{y.count}, n))
}

func (y *toy) expand(secret model.TermID, label string, context model.TermID, n int, name string) model.TermID {
	d := toyTerm(model.OpExpand, label, name, secret, context)
	d.Length = n
	return y.add(d, y.s.ExpandWithLabel(y.values[secret], label, y.values[context], n))
}

func (y *toy) extract(salt, ikm model.TermID, name string) model.TermID {
	return y.add(toyTerm(model.OpExtract, "", name, salt, ikm), y.s.Extract(y.values[salt], y.values[ikm]))
}

// keyPair defines an HPKE private key and its public key.
func (y *toy) keyPair(ikm model.TermID, name string) (sk, pk model.TermID) {
	skBytes, pkBytes, err := y.s.DeriveKeyPair(y.values[ikm])
	y.must(err)
	sk = y.add(toyTerm(model.OpKEMKey, "", name, ikm), skBytes)
	public := toyTerm(model.OpPublic, "", name+"_public", sk)
	public.Public = true
	return sk, y.add(public, pkBytes)
}

func (y *toy) signatureKey(seed model.TermID, name string) model.TermID {
	sk, _, err := y.s.GenerateSignatureKeyPair(bytes.NewReader(y.values[seed]))
	y.must(err)
	return y.add(toyTerm(model.OpSigKey, "", name, seed), sk)
}

func (y *toy) sign(sk model.TermID, label string, content model.TermID) model.TermID {
	sig, err := y.s.SignWithLabel(y.values[sk], label, y.values[content])
	y.must(err)
	return y.add(toyTerm(model.OpSign, label, "", sk, content), sig)
}

// concat is "[", the parts, each after a byte and its KEM output, and "]".
func (y *toy) concat(name string, parts ...model.TermID) model.TermID {
	d, whole := toyTerm(model.OpConcat, "", name, parts...), []byte("[")
	for _, p := range parts {
		whole = append(append(whole, ','), y.extras[p]...)
		d.Parts = append(d.Parts, len(whole))
		whole = append(whole, y.values[p]...)
	}
	return y.add(d, append(whole, ']'))
}

func (y *toy) encrypt(pk model.TermID, label string, context, plaintext model.TermID) model.TermID {
	coins := y.random("coins", 32)
	ct, err := y.s.EncryptWithLabel(bytes.NewReader(y.values[coins]), y.values[pk], label, y.values[context], y.values[plaintext])
	y.must(err)
	d := toyTerm(model.OpEncrypt, label, "", pk, context, plaintext, coins)
	d.Extra = hex.EncodeToString(ct.KEMOutput)
	id := y.add(d, ct.Ciphertext)
	y.extras[id] = ct.KEMOutput
	return id
}

func (y *toy) seal(key, nonce, aad, plaintext model.TermID) model.TermID {
	ct, err := y.s.Seal(y.values[key], y.values[nonce], y.values[aad], y.values[plaintext])
	y.must(err)
	return y.add(toyTerm(model.OpSeal, "", "", key, nonce, aad, plaintext), ct)
}

func (y *toy) wire(actor, kind string, terms ...model.TermID) {
	y.event(Event{Kind: KindWire, Actor: actor, Wire: &Wire{Kind: kind, Bytes: "00", Size: 1}, Terms: terms})
}

func (y *toy) step(e model.Event) {
	e.Group = "room"
	y.event(Event{Kind: KindStep, Actor: e.Actor, Step: &e})
}

func (y *toy) goal(kind model.GoalKind, epoch uint64, message int, id model.TermID) {
	y.event(Event{Kind: KindGoal, Goal: &model.Goal{Kind: kind, Group: "room", Epoch: epoch, Message: message}, Term: id})
}

func (y *toy) expect(line int, x Expect) { y.event(Event{Kind: KindExpect, Line: line, Expect: &x}) }

func epochNo(n uint64) *uint64 { return &n }

// toyEpoch are the secrets of one epoch.
type toyEpoch struct{ secret, init, encryption, senderData model.TermID }

func (y *toy) schedule(n uint64, secret, empty model.TermID) toyEpoch {
	e := toyEpoch{secret: secret, init: y.expand(secret, "init", empty, 32, "init_secret")}
	e.encryption = y.expand(secret, "encryption", empty, 32, "encryption_secret")
	e.senderData = y.expand(secret, "sender data", empty, 32, "sender_data_secret")
	y.goal(model.EpochSecret, n, 0, e.secret)
	y.goal(model.InitSecret, n, 0, e.init)
	return e
}

// toyTrace plays the toy's one scenario.
func toyTrace(t testing.TB) *Trace {
	y := newToy(t)
	empty := y.constant("empty", nil)
	context := y.constant("group_context", []byte("context"))
	alice := y.signatureKey(y.random("alice_seed", 32), "alice_signature")
	y.step(model.Event{Kind: model.Create, Actor: "alice"})
	e0 := y.schedule(0, y.random("epoch_secret_0", 32), empty)

	initKey, initPublic := y.keyPair(y.random("bob_init_ikm", 32), "bob_init")
	leafKey, leafPublic := y.keyPair(y.random("bob_leaf_ikm", 32), "bob_leaf")
	_ = initKey
	y.step(model.Event{Kind: model.KeyPackage, Actor: "bob"})
	y.wire("bob", "key_package", initPublic, leafPublic)

	// Epoch 1: alice adds bob, with a path that is in the Welcome.
	path := y.random("path_secret_1", 32)
	joiner := y.expand(y.extract(e0.init, y.expand(path, "path", empty, 32, "commit_secret_1"), ""), "joiner", context, 32, "joiner_1")
	member := y.extract(joiner, empty, "member_1")
	e1secret := y.expand(member, "epoch", context, 32, "epoch_secret_1")
	welcome := y.expand(member, "welcome", empty, 32, "welcome_1")
	groupInfo := y.seal(y.expand(welcome, "key", empty, y.s.Nk(), ""), y.expand(welcome, "nonce", empty, y.s.Nn(), ""), empty,
		y.concat("group_info", y.sign(alice, "GroupInfoTBS", context)))
	secrets := y.encrypt(initPublic, "Welcome", groupInfo, y.concat("group_secrets", joiner, path))
	tag := y.add(toyTerm(model.OpMAC, "", "confirmation_tag", member, context), y.s.MAC(y.values[member], y.values[context]))
	y.step(model.Event{Kind: model.Commit, Actor: "alice", Epoch: 1, Adds: []string{"bob"}, Path: true})
	y.wire("alice", "commit", tag)
	y.wire("alice", "welcome", groupInfo, secrets)
	e1 := y.schedule(1, e1secret, empty)
	y.step(model.Event{Kind: model.Process, Actor: "alice", Epoch: 1})
	y.step(model.Event{Kind: model.Join, Actor: "bob", Epoch: 1})

	ratchet := y.expand(e1.encryption, "tree", context, 32, "ratchet_0")
	ratchet = y.message(1, alice, ratchet, e1, empty)
	y.step(model.Event{Kind: model.Compromise, Actor: "bob", Epoch: 1})
	handshakes := y.expand(e1.encryption, "handshake", empty, 32, "handshake_ratchet")
	y.event(Event{Kind: KindCompromise, Actor: "bob", Terms: []model.TermID{leafKey, e1.init, e1.senderData, ratchet, handshakes}})
	y.message(2, alice, ratchet, e1, empty)
	y.secondCommit(alice, handshakes, leafPublic, e1, context, empty)
	y.expectAll()
	return y.trace
}

// message sends one application message and returns the next ratchet secret.
func (y *toy) message(n int, signer, ratchet model.TermID, e toyEpoch, empty model.TermID) model.TermID {
	text := y.add(toyTerm(model.OpMessage, "", "text"), []byte{'h', 'i', byte(n)})
	guard := y.random("reuse_guard", 4)
	key := y.expand(ratchet, "key", empty, y.s.Nk(), "")
	nonce := y.expand(ratchet, "nonce", empty, y.s.Nn(), "")
	var four [4]byte
	copy(four[:], y.values[guard])
	guarded := y.add(toyTerm(model.OpXOR, "", "", nonce, guard), y.s.GuardNonce(y.values[nonce], four))
	ct := y.seal(key, guarded, empty, y.concat("private_content", text, y.sign(signer, "FramedContentTBS", empty)))
	sample := y.constant("", y.values[ct][:16])
	sender := y.seal(y.expand(e.senderData, "key", sample, y.s.Nk(), ""), y.expand(e.senderData, "nonce", sample, y.s.Nn(), ""),
		empty, y.concat("sender_data", guard))
	y.step(model.Event{Kind: model.Send, Actor: "alice", Epoch: 1, Message: n})
	y.wire("alice", "application", sender, ct)
	y.goal(model.Message, 1, n, text)
	y.step(model.Event{Kind: model.Receive, Actor: "bob", Epoch: 1, Message: n})
	return y.expand(ratchet, "secret", empty, 32, "ratchet_next")
}

// secondCommit is a Commit by alice in a PrivateMessage: the HPKE ciphertext to
// bob lies inside a structure inside an AEAD ciphertext.
func (y *toy) secondCommit(signer, handshakes, leafPublic model.TermID, e1 toyEpoch, context, empty model.TermID) {
	path := y.random("path_secret_2", 32)
	toBob := y.encrypt(leafPublic, "UpdatePathNode", context, path)
	key := y.expand(handshakes, "key", empty, y.s.Nk(), "")
	nonce := y.expand(handshakes, "nonce", empty, y.s.Nn(), "")
	ct := y.seal(key, nonce, context, y.concat("commit_content", toBob, y.sign(signer, "FramedContentTBS", context)))
	nodeKey, nodePublic := y.keyPair(y.expand(path, "node", empty, 32, ""), "node")
	_, _ = nodeKey, nodePublic
	joiner := y.expand(y.extract(e1.init, y.expand(path, "path", empty, 32, "commit_secret_2"), ""), "joiner", context, 32, "joiner_2")
	y.step(model.Event{Kind: model.Commit, Actor: "alice", Epoch: 2, Path: true, Encrypted: true})
	y.wire("alice", "commit", ct)
	y.schedule(2, y.expand(y.extract(joiner, empty, ""), "epoch", context, 32, "epoch_secret_2"), empty)
	y.step(model.Event{Kind: model.Process, Actor: "alice", Epoch: 2})
	y.step(model.Event{Kind: model.Process, Actor: "bob", Epoch: 2})
}

func (y *toy) expectAll() {
	y.expect(8, Expect{Epoch: epochNo(0)})
	y.expect(9, Expect{Epoch: epochNo(1), Exposed: true})
	y.expect(10, Expect{Epoch: epochNo(1), Secret: model.EpochSecret})
	y.expect(11, Expect{Epoch: epochNo(2), Exposed: true})
	y.expect(12, Expect{Message: 1})
	y.expect(13, Expect{Message: 2, Exposed: true})
}
