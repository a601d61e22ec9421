package insider

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// Joiner is who an honest Welcome is for, and what it needs to join by it.
type Joiner struct {
	Client  group.Client
	Secrets group.KeyPackageSecrets
	Options group.JoinOptions
}

// Welcome breaks an honest Welcome (RFC 9420 §12.4.3.1). signer is the committer, with
// the identity that the Commit left it. Every member whom the Commit adds could do so
// as well, but for the GroupInfo's signature.
func Welcome(rng io.Reader, signer group.Client, to Joiner, honest []byte) ([]Broken, error) {
	w, err := openWelcome(rng, signer, to, honest)
	if err != nil {
		return nil, fmt.Errorf("insider: reading the honest Welcome: %w", err)
	}
	w.info.all()
	w.tag()
	for _, x := range w.info.out {
		w.add(x.rule, x.what, func(o *opened) { o.info = x.info })
	}
	w.outside()
	w.groupSecrets()
	w.leaf()
	w.links()
	return w.in.out, w.in.err
}

// welcomeBreaker holds an honest Welcome and all that is encrypted in it.
type welcomeBreaker struct {
	in         *insider
	info       *infoBreaker
	to         Joiner
	honest     []byte
	secrets    wire.GroupSecrets
	entry      int // of the joiner
	key, nonce []byte
}

// opened is a fresh copy of a Welcome and what is in it, to be changed.
type opened struct {
	welcome    *wire.Welcome
	secrets    *wire.GroupSecrets
	info       *wire.GroupInfo
	key, nonce []byte // of the GroupInfo
}

// openWelcome lets the joiner join, and watches what it decrypts.
func openWelcome(rng io.Reader, signer group.Client, to Joiner, honest []byte) (*welcomeBreaker, error) {
	s, err := suite.ByID(to.Client.Suite.ID())
	if err != nil {
		return nil, err
	}
	var seen opens
	c := to.Client
	c.Suite = s.Observed(&seen)
	if _, err := c.Join(to.Secrets, honest, to.Options); err != nil {
		return nil, err
	}
	w := &welcomeBreaker{to: to, honest: honest}
	info := &wire.GroupInfo{}
	for _, v := range seen {
		switch v.op {
		case suite.OpDecrypt:
			err = wire.Unmarshal(v.plaintext, &w.secrets)
		case suite.OpOpen:
			w.key, w.nonce = v.in[0], v.in[1]
			err = wire.Unmarshal(v.plaintext, info)
		}
		if err != nil {
			return nil, err
		}
	}
	if w.info, err = newInfoBreaker(rng, signer, info); err != nil {
		return nil, err
	}
	w.in = w.info.in
	var m wire.MLSMessage
	if err := wire.Unmarshal(honest, &m); err != nil {
		return nil, err
	}
	ref := s.RefHash("MLS 1.0 KeyPackage Reference", w.in.marshal(&to.Secrets.KeyPackage))
	w.entry = slices.IndexFunc(m.Welcome.Secrets, func(e wire.EncryptedGroupSecrets) bool { return bytes.Equal(e.NewMember, ref) })
	return w, w.in.err
}

// opens watches what is decrypted: a joiner decrypts its group secrets, then the
// GroupInfo, and nothing else.
type opens []opening

type opening struct {
	op        suite.Op
	in        [][]byte
	plaintext []byte
}

// Observe keeps copies: the values are the caller's.
func (o *opens) Observe(c suite.Call) {
	if c.Op != suite.OpDecrypt && c.Op != suite.OpOpen {
		return
	}
	x := opening{op: c.Op, plaintext: bytes.Clone(c.Out[0].Bytes)}
	for _, v := range c.In {
		x.in = append(x.in, bytes.Clone(v.Bytes))
	}
	*o = append(*o, x)
}

// add encrypts what bend makes of the Welcome's contents. A GroupInfo that bend
// changes must be signed by it.
func (w *welcomeBreaker) add(rule *spec.Rule, what string, bend func(*opened)) {
	m := &wire.MLSMessage{}
	w.in.check(wire.Unmarshal(w.honest, m))
	o := &opened{
		welcome: m.Welcome, secrets: copied(w.in, &w.secrets), info: copied(w.in, w.info.honest),
		key: w.key, nonce: w.nonce,
	}
	bend(o)
	w.in.addBytes(rule, what, w.encrypted(w.in, o, m))
}

// encrypted is the message with its Welcome's contents encrypted again.
func (w *welcomeBreaker) encrypted(in *insider, o *opened, m *wire.MLSMessage) []byte {
	s := in.suite
	var err error
	o.welcome.EncryptedGroupInfo, err = s.Seal(o.key, o.nonce, nil, in.marshal(o.info))
	in.check(err)
	pk := w.to.Secrets.KeyPackage.InitKey
	o.welcome.Secrets[w.entry].EncryptedGroupSecrets, err = s.EncryptWithLabel(in.rng, pk, "Welcome", o.welcome.EncryptedGroupInfo, in.marshal(o.secrets))
	in.check(err)
	return in.marshal(m)
}

// outside is what can be done to the Welcome on its way.
func (w *welcomeBreaker) outside() {
	for _, v := range []struct {
		rule *spec.Rule
		what string
		bend func(*wire.Welcome)
	}{
		{spec.JoinSuite, "a Welcome with another cipher suite", func(m *wire.Welcome) { m.CipherSuite = otherSuite(w.in.suite) }},
		{spec.WelcomeDecrypts, "group secrets with one bit changed", func(m *wire.Welcome) {
			ct := &m.Secrets[w.entry].EncryptedGroupSecrets
			ct.Ciphertext = flipped(ct.Ciphertext)
		}},
		{spec.WelcomeDecrypts, "another kem_output", func(m *wire.Welcome) { m.Secrets[w.entry].EncryptedGroupSecrets.KEMOutput = w.in.key() }},
		{spec.WelcomeDecrypts, "an encrypted GroupInfo with one bit changed", func(m *wire.Welcome) { m.EncryptedGroupInfo = flipped(m.EncryptedGroupInfo) }},
	} {
		m := &wire.MLSMessage{}
		w.in.check(wire.Unmarshal(w.honest, m))
		v.bend(m.Welcome)
		w.in.addBytes(v.rule, v.what, w.in.marshal(m))
	}
}

// groupSecrets are wrong, if well encrypted.
func (w *welcomeBreaker) groupSecrets() {
	nh := w.in.suite.Nh()
	psk := wire.PreSharedKeyID{PSKType: wire.PSKExternal, PSKID: w.in.random(16), PSKNonce: w.in.random(nh)}
	link := wire.PreSharedKeyID{PSKType: wire.PSKResumption, Usage: wire.ResumptionBranch, PSKGroupID: []byte("another"), PSKNonce: w.in.random(nh)}
	other := link
	other.Usage = wire.ResumptionReInit
	w.add(spec.WelcomeDecrypts, "another joiner_secret", func(o *opened) { o.secrets.JoinerSecret = flipped(o.secrets.JoinerSecret) })
	w.add(spec.WelcomeDecrypts, "no joiner_secret", func(o *opened) { o.secrets.JoinerSecret = nil })
	if len(w.secrets.PSKs) > 0 {
		w.add(spec.WelcomeDecrypts, "the Commit's PSKs left out", func(o *opened) { o.secrets.PSKs = nil })
	}
	w.add(spec.PSKsHeld, "a PSK that nobody else holds", func(o *opened) { o.secrets.PSKs = append(o.secrets.PSKs, psk) })
	w.add(spec.LinkAlone, "links to two other groups", func(o *opened) { o.secrets.PSKs = append(o.secrets.PSKs, link, other) })
	sizes, keys := []int{5, nh + 1}, w.in.random(nh)
	if w.secrets.PathSecret == nil {
		w.add(spec.PathSecretSize, "a path_secret of the wrong size, without a path", func(o *opened) { o.secrets.PathSecret = &wire.PathSecret{} })
		return
	}
	for _, n := range sizes {
		w.add(spec.PathSecretSize, "a path_secret of the wrong size", func(o *opened) { o.secrets.PathSecret.PathSecret = w.in.random(n) })
	}
	w.add(spec.PathKeysMatch, "another path_secret", func(o *opened) { o.secrets.PathSecret.PathSecret = keys })
	w.add(spec.JoinComplete, "no path_secret", func(o *opened) { o.secrets.PathSecret = nil })
}

// tag breaks what only a joiner by Welcome can see: the confirmation_tag, and all that
// it vouches for (RFC 9420 §12.4.3.1).
func (w *welcomeBreaker) tag() {
	b := w.info
	for _, v := range wrongTags(b.honest.ConfirmationTag) {
		b.add(spec.ConfirmationTag, "confirmation_tag: "+v.what, func(i *wire.GroupInfo) { i.ConfirmationTag = v.tag })
	}
	b.add(spec.ConfirmationTag, "another epoch", func(i *wire.GroupInfo) { i.GroupContext.Epoch++ })
	b.add(spec.ConfirmationTag, "another confirmed_transcript_hash", func(i *wire.GroupInfo) {
		i.GroupContext.ConfirmedTranscriptHash = flipped(i.GroupContext.ConfirmedTranscriptHash)
	})
}

// leaf puts a stranger where the joiner should be.
func (w *welcomeBreaker) leaf() {
	if !w.info.inside {
		return
	}
	kp := w.stranger()
	if kp == nil {
		return
	}
	for i, leaf := range w.info.tree.All() {
		if bytes.Equal(leaf.EncryptionKey, w.to.Secrets.KeyPackage.LeafNode.EncryptionKey) {
			w.add(spec.JoinLeaf, "a stranger in the joiner's leaf", func(o *opened) {
				w.plant(o, func(t treesync.Tree) treesync.Tree { return t.SetLeaf(i, kp.LeafNode) })
				w.info.sign(o.info)
			})
		}
	}
}

// stranger is the KeyPackage of an invented client that could be in the group, or nil.
func (w *welcomeBreaker) stranger() *wire.KeyPackage {
	who := w.in.invented("mallory")
	if !w.in.welcomes(who) {
		return nil
	}
	kp := w.in.keyPackage(who)
	kp.LeafNode.Capabilities, kp.LeafNode.Extensions = copied(w.in, w.info.tree.Leaf(w.info.honest.Signer)).Capabilities, nil
	w.in.signPackage(who, kp)
	return kp
}
