package vectors

import (
	"errors"
	"fmt"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/wire"
)

// secretTree: the keys of messages and of their sender data, RFC 9420 §9 and §6.3.2.
type secretTree struct {
	CipherSuite wire.CipherSuite `json:"cipher_suite"`
	SenderData  struct {
		Secret     Hex `json:"sender_data_secret"`
		Ciphertext Hex `json:"ciphertext"`
		Key        Hex `json:"key"`
		Nonce      Hex `json:"nonce"`
	} `json:"sender_data"`
	EncryptionSecret Hex                  `json:"encryption_secret"`
	Leaves           [][]generationVector `json:"leaves"`
}

type generationVector struct {
	Generation       uint32 `json:"generation"`
	HandshakeKey     Hex    `json:"handshake_key"`
	HandshakeNonce   Hex    `json:"handshake_nonce"`
	ApplicationKey   Hex    `json:"application_key"`
	ApplicationNonce Hex    `json:"application_nonce"`
}

var secretTreeKind = newKind("secret-tree", "the secret tree, its ratchets, and the key of the sender data",
	verifySecretTree, generateSecretTree)

// treedem does not show its keys. So each is compared with one that is derived
// here, step by step from the RFC's text, and then treedem must open a message
// that was sealed with the vector's.
func verifySecretTree(c *checker, v *secretTree) {
	s := c.suite
	if !c.secret("sender_data.sender_data_secret", v.SenderData.Secret) || !c.secret("encryption_secret", v.EncryptionSecret) {
		return
	}
	key, nonce := senderDataKey(s, v.SenderData.Secret, v.SenderData.Ciphertext)
	if c.equal("sender_data.key", key, v.SenderData.Key) && c.equal("sender_data.nonce", nonce, v.SenderData.Nonce) {
		m := wire.PrivateMessage{ContentType: wire.ContentApplication, Ciphertext: v.SenderData.Ciphertext}
		if c.ok("sender_data.key", sealSenderData(s, &m, v.SenderData.Key, v.SenderData.Nonce, wire.SenderData{LeafIndex: 0})) {
			// It says that it is from leaf 0, which is read only if it opens.
			_, _, err := treedem.UnprotectPrivate(s, v.SenderData.Secret, treedem.NewRatchets(s, 1, v.EncryptionSecret, treedem.Limits{}), &m, wire.GroupContext{}, 0)
			c.holds("sender_data.key", errors.Is(err, treedem.ErrOwnMessage), fmt.Sprintf("sender data sealed with it does not open: %v", err))
		}
	}
	if n := len(v.Leaves); n == 0 || n&(n-1) != 0 {
		c.fail("leaves", "a tree has 1, 2, 4, … leaves, not %d", n)
		return
	}
	r := treedem.NewRatchets(s, uint32(len(v.Leaves)), v.EncryptionSecret, treedem.Limits{})
	for leaf, generations := range v.Leaves {
		c.holds(fmt.Sprintf("leaves[%d]", leaf), len(generations) > 0, "there is no generation")
		for i, g := range generations {
			field := fmt.Sprintf("leaves[%d][%d].", leaf, i)
			if last := lastGeneration(generations[:i]); i > 0 && g.Generation <= last || g.Generation-last > treedem.DefaultMaxForward {
				c.fail(field+"generation", "got %d, expected one after %d, by at most %d", g.Generation, last, treedem.DefaultMaxForward)
				return
			}
			v.verifyKey(c, r, leaf, g.Generation, wire.ContentProposal, field+"handshake", g.HandshakeKey, g.HandshakeNonce)
			v.verifyKey(c, r, leaf, g.Generation, wire.ContentApplication, field+"application", g.ApplicationKey, g.ApplicationNonce)
		}
	}
}

func lastGeneration(list []generationVector) uint32 {
	if len(list) == 0 {
		return 0
	}
	return list[len(list)-1].Generation
}

func (v *secretTree) verifyKey(c *checker, r *treedem.Ratchets, leaf int, generation uint32, kind wire.ContentType, field string, key, nonce Hex) {
	s := c.suite
	secret := leafSecret(s, v.EncryptionSecret, tree.LeafIndex(leaf), uint32(len(v.Leaves)))
	wantKey, wantNonce := ratchetKey(s, secret, kind, generation)
	if !c.equal(field+"_key", wantKey, key) || !c.equal(field+"_nonce", wantNonce, nonce) {
		return
	}
	m, err := v.seal(s, leaf, generation, kind, key, nonce)
	if !c.ok(field+"_key", err) {
		return
	}
	const nobody = ^tree.LeafIndex(0)
	_, consume, err := treedem.UnprotectPrivate(s, v.SenderData.Secret, r, m, wire.GroupContext{}, nobody)
	if c.ok(field+"_key", err) {
		consume()
	}
}

// seal makes a PrivateMessage with nothing in it (RFC 9420 §6.3).
func (v *secretTree) seal(s suite.Suite, leaf int, generation uint32, kind wire.ContentType, key, nonce []byte) (*wire.PrivateMessage, error) {
	content := wire.PrivateMessageContent{ContentType: kind}
	if kind == wire.ContentProposal {
		content.Proposal = &wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{}}
	}
	plaintext, err := wire.Marshal(&content)
	if err != nil {
		return nil, err
	}
	m := &wire.PrivateMessage{ContentType: kind}
	aad, err := wire.Marshal(&wire.PrivateContentAAD{ContentType: kind})
	if err != nil {
		return nil, err
	}
	if m.Ciphertext, err = s.Seal(key, nonce, aad, plaintext); err != nil { // the reuse guard is zero
		return nil, err
	}
	dataKey, dataNonce := senderDataKey(s, v.SenderData.Secret, m.Ciphertext)
	return m, sealSenderData(s, m, dataKey, dataNonce, wire.SenderData{LeafIndex: tree.LeafIndex(leaf), Generation: generation})
}

func sealSenderData(s suite.Suite, m *wire.PrivateMessage, key, nonce []byte, data wire.SenderData) error {
	plaintext, err := wire.Marshal(&data)
	if err != nil {
		return err
	}
	aad, err := wire.Marshal(&wire.SenderDataAAD{ContentType: m.ContentType})
	if err != nil {
		return err
	}
	m.EncryptedSenderData, err = s.Seal(key, nonce, aad, plaintext)
	return err
}

// senderDataKey is RFC 9420 §6.3.2.
func senderDataKey(s suite.Suite, secret, ciphertext []byte) (key, nonce []byte) {
	sample := ciphertext[:min(len(ciphertext), s.Nh())]
	return s.ExpandWithLabel(secret, "key", sample, s.Nk()), s.ExpandWithLabel(secret, "nonce", sample, s.Nn())
}

// leafSecret goes down from encryption_secret to a leaf (RFC 9420 §9).
func leafSecret(s suite.Suite, secret []byte, leaf tree.LeafIndex, leaves uint32) []byte {
	for half := leaves / 2; half > 0; half /= 2 {
		side := "left"
		if leaf&half != 0 {
			side = "right"
		}
		secret = s.ExpandWithLabel(secret, "tree", []byte(side), s.Nh())
	}
	return secret
}

// ratchetKey goes along one of a leaf's two ratchets (RFC 9420 §9.1).
func ratchetKey(s suite.Suite, leafSecret []byte, kind wire.ContentType, generation uint32) (key, nonce Hex) {
	label := "handshake"
	if kind == wire.ContentApplication {
		label = "application"
	}
	secret := s.ExpandWithLabel(leafSecret, label, nil, s.Nh())
	for n := range generation {
		secret = s.DeriveTreeSecret(secret, "secret", n, s.Nh())
	}
	return s.DeriveTreeSecret(secret, "key", generation, s.Nk()), s.DeriveTreeSecret(secret, "nonce", generation, s.Nn())
}

func generateSecretTree(g *generator) []secretTree {
	s := g.suite
	var list []secretTree
	for _, leaves := range pick(g, []uint32{1, 8, 32}, []uint32{2}) {
		v := secretTree{CipherSuite: s.ID(), EncryptionSecret: g.secret()}
		v.SenderData.Secret, v.SenderData.Ciphertext = g.secret(), g.bytes(100)
		key, nonce := senderDataKey(s, v.SenderData.Secret, v.SenderData.Ciphertext)
		v.SenderData.Key, v.SenderData.Nonce = key, nonce
		for leaf := range leaves {
			secret := leafSecret(s, v.EncryptionSecret, leaf, leaves)
			var of []generationVector
			for _, n := range []uint32{0, 15} {
				x := generationVector{Generation: n}
				x.HandshakeKey, x.HandshakeNonce = ratchetKey(s, secret, wire.ContentProposal, n)
				x.ApplicationKey, x.ApplicationNonce = ratchetKey(s, secret, wire.ContentApplication, n)
				of = append(of, x)
			}
			v.Leaves = append(v.Leaves, of)
		}
		list = append(list, v)
	}
	return list
}
