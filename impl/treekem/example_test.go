package treekem_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treekem"
)

// Example lets leaf 0 of a tree of four agree on a fresh secret with leaf 3, and
// both derive the epoch's keys from it. This layer sees public keys only.
func Example() {
	s, _ := suite.ByID(0x0001)
	rng := rand.NewChaCha8([32]byte{})
	public := keys{leaves: 4, public: map[tree.Index][]byte{}}
	var private []treekem.Private
	for leaf := range public.leaves {
		sk, pk, _ := s.GenerateKeyPair(rng)
		public.public[tree.LeafNode(leaf)] = pk
		private = append(private, treekem.NewPrivate(leaf, sk))
	}

	// Leaf 0 draws a path secret, climbs to the root, and encrypts each secret on
	// its way to the other side.
	steps := treekem.Steps(public, 0, nil)
	for _, step := range steps {
		fmt.Printf("node %d is new, its secret goes to %d nodes\n", step.Node, len(step.Recipients))
	}
	path, _ := treekem.Generate(s, rng, steps)
	provisional := []byte("the GroupContext with the new tree")
	update, _ := path.Encrypt(s, rng, steps, provisional)

	// Leaf 3 enters at the root, and checks that the keys are those in the path.
	p, commitSecret, err := private[3].Process(s, public, 0, steps, update, provisional)
	fmt.Println("leaf 3 holds nodes", p.Holds(), err)
	fmt.Println("one commit_secret:", bytes.Equal(commitSecret, path.CommitSecret))

	// init_secret → joiner_secret → epoch_secret → all keys of the epoch.
	init, context := treekem.InitSecret(treekem.Zero(s)), []byte("the new GroupContext")
	epoch := init.Joiner(s, commitSecret, context).Member(s, treekem.Zero(s)).Epoch(s, context)
	fmt.Println("bytes of encryption_secret:", len(epoch.Secrets(s).Encryption))
	// Output:
	// node 1 is new, its secret goes to 1 nodes
	// node 3 is new, its secret goes to 2 nodes
	// leaf 3 holds nodes [6 3] <nil>
	// one commit_secret: true
	// bytes of encryption_secret: 32
}
