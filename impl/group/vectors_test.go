package group

import (
	"bytes"
	"crypto/rand"
	"testing"

	"mlsref/impl/internal/vectors"
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// suiteOf skips the vector if its suite is not supported.
func suiteOf(t *testing.T, id wire.CipherSuite) suite.Suite {
	s, err := suite.ByID(id)
	if err != nil {
		t.Skipf("not checked: %v", err)
	}
	return s
}

func equal(t *testing.T, field string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s is %x, want %x", field, got, want)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type welcomeVector struct {
	CipherSuite wire.CipherSuite `json:"cipher_suite"`
	InitPriv    vectors.Hex      `json:"init_priv"`
	SignerPub   vectors.Hex      `json:"signer_pub"`
	KeyPackage  vectors.Hex      `json:"key_package"`
	Welcome     vectors.Hex      `json:"welcome"`
}

func TestWelcomeVectors(t *testing.T) {
	vectors.Run(t, "welcome.json", func(t *testing.T, v welcomeVector) {
		s := suiteOf(t, v.CipherSuite)
		var kp, w wire.MLSMessage
		check(t, wire.Unmarshal(v.KeyPackage, &kp))
		check(t, wire.Unmarshal(v.Welcome, &w))
		secrets, err := openGroupSecrets(s, KeyPackageSecrets{KeyPackage: *kp.KeyPackage, InitKey: v.InitPriv}, w.Welcome)
		check(t, err)
		member := treekem.JoinerSecret(secrets.JoinerSecret).Member(s, treekem.Zero(s))
		info, err := openGroupInfo(s, member, w.Welcome)
		check(t, err)
		tbs, err := wire.Marshal(&wire.GroupInfoTBS{GroupInfo: info})
		check(t, err)
		if !s.VerifyWithLabel(v.SignerPub, "GroupInfoTBS", tbs, info.Signature) {
			t.Error("the GroupInfo's signature does not verify")
		}
		context, err := wire.Marshal(&info.GroupContext)
		check(t, err)
		keys := member.Epoch(s, context).Secrets(s)
		check(t, treedem.VerifyConfirmation(s, keys.Confirmation, info.GroupContext.ConfirmedTranscriptHash, info.ConfirmationTag))
	})
}

type treekemVector struct {
	CipherSuite wire.CipherSuite `json:"cipher_suite"`
	GroupID     vectors.Hex      `json:"group_id"`
	Epoch       uint64           `json:"epoch"`
	Confirmed   vectors.Hex      `json:"confirmed_transcript_hash"`
	RatchetTree vectors.Hex      `json:"ratchet_tree"`
	Leaves      []leafVector     `json:"leaves_private"`
	Updates     []updateVector   `json:"update_paths"`
}

type leafVector struct {
	Index          uint32             `json:"index"`
	EncryptionPriv vectors.Hex        `json:"encryption_priv"`
	SignaturePriv  vectors.Hex        `json:"signature_priv"`
	PathSecrets    []pathSecretVector `json:"path_secrets"`
}

type pathSecretVector struct {
	Node       tree.Index  `json:"node"`
	PathSecret vectors.Hex `json:"path_secret"`
}

type updateVector struct {
	Sender       uint32        `json:"sender"`
	Path         vectors.Hex   `json:"update_path"`
	PathSecrets  []vectors.Hex `json:"path_secrets"`
	CommitSecret vectors.Hex   `json:"commit_secret"`
	HashAfter    vectors.Hex   `json:"tree_hash_after"`
}

func TestTreeKEMVectors(t *testing.T) {
	vectors.Run(t, "treekem.json", func(t *testing.T, v treekemVector) {
		s := suiteOf(t, v.CipherSuite)
		var rt wire.RatchetTree
		check(t, wire.Unmarshal(v.RatchetTree, &rt))
		public, err := treesync.FromWire(s, rt)
		check(t, err)
		private := map[uint32]*Group{}
		for i := range v.Leaves {
			private[v.Leaves[i].Index] = v.member(t, s, public, i)
		}
		for i := range v.Updates {
			v.checkUpdate(t, s, public, private, i)
		}
	})
}

// member is leaf i's half of the vector's group: enough of a Group to work on paths.
func (v treekemVector) member(t *testing.T, s suite.Suite, public treesync.Tree, i int) *Group {
	leaf := v.Leaves[i]
	var keys []treekem.NodeKey
	for _, node := range leaf.PathSecrets {
		sk, pk, err := s.DeriveKeyPair(s.DeriveSecret(node.PathSecret, "node"))
		check(t, err)
		equal(t, "node key", pk, public.EncryptionKey(node.Node))
		keys = append(keys, treekem.NodeKey{Node: node.Node, PrivateKey: sk, PublicKey: pk})
	}
	p := treekem.NewPrivate(leaf.Index, leaf.EncryptionPriv, keys...)
	pk, err := s.PublicKey(leaf.EncryptionPriv)
	check(t, err)
	equal(t, "encryption key", pk, public.EncryptionKey(tree.LeafNode(leaf.Index)))
	return &Group{
		suite: s, tree: public, private: p,
		identity: Identity{SignatureKey: leaf.SignaturePriv},
		// provisional adds one to the epoch; the vector gives the context's own.
		context: wire.GroupContext{Version: wire.ProtocolMLS10, CipherSuite: v.CipherSuite, GroupID: v.GroupID,
			Epoch: v.Epoch - 1, ConfirmedTranscriptHash: v.Confirmed},
	}
}

func (v treekemVector) checkUpdate(t *testing.T, s suite.Suite, public treesync.Tree, private map[uint32]*Group, i int) {
	u := v.Updates[i]
	var path wire.UpdatePath
	check(t, wire.Unmarshal(u.Path, &path))
	v.processAll(t, public, private, u.Sender, &path, u.PathSecrets, u.CommitSecret, u.HashAfter)

	own, err := private[u.Sender].newPath(rand.Reader, public, nil)
	check(t, err)
	v.processAll(t, public, private, u.Sender, &own.update, nil, own.commitSecret, own.tree.TreeHash(s))
}

func (v treekemVector) processAll(t *testing.T, public treesync.Tree, private map[uint32]*Group, sender uint32,
	path *wire.UpdatePath, pathSecrets []vectors.Hex, commitSecret, hashAfter []byte) {
	// Not processPath: these vectors are about layer 2, and some of their leaves
	// do not list the cipher suite that they use (§7.2).
	for leaf, g := range private {
		if leaf == sender {
			continue
		}
		p, err := g.mergePath(sender, path, public, nil, g.private)
		check(t, err)
		equal(t, "commit_secret", p.commitSecret, commitSecret)
		equal(t, "tree_hash_after", p.tree.TreeHash(g.suite), hashAfter)
		if pathSecrets == nil {
			continue
		}
		provisional, err := g.provisional(g.suite, p.tree)
		check(t, err)
		steps := treekem.Steps(public, sender, nil)
		_, pathSecret, err := g.private.Open(g.suite, steps, path.Nodes, provisional)
		check(t, err)
		equal(t, "path_secret", pathSecret, pathSecrets[leaf])
	}
}
