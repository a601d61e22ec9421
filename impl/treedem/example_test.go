package treedem

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// Example sends one message from leaf 1 to leaf 0. Both planted the same secret
// tree; this layer is told nothing else of the group but its GroupContext and
// the sender's verification key.
func Example() {
	s, _ := suite.ByID(0x0001)
	rng := rand.NewChaCha8([32]byte{})
	sk, pk, _ := s.GenerateSignatureKeyPair(rng)
	encryptionSecret, senderDataSecret := make([]byte, s.Nh()), make([]byte, s.Nh())
	context := wire.GroupContext{Version: wire.ProtocolMLS10, CipherSuite: s.ID(), GroupID: []byte("room"), Epoch: 3}
	bob := NewRatchets(s, 2, encryptionSecret, Limits{})
	alice := NewRatchets(s, 2, encryptionSecret, Limits{})

	// Bob signs, then encrypts under the next key of his ratchet.
	signed, _ := Sign(s, sk, wire.WireFormatPrivateMessage, wire.FramedContent{
		GroupID: context.GroupID, Epoch: context.Epoch, Sender: wire.Sender{Type: wire.SenderMember, LeafIndex: 1},
		ContentType: wire.ContentApplication, ApplicationData: []byte("hello"),
	}, context)
	message, _ := ProtectPrivate(s, rng, senderDataSecret, bob, signed, nil)

	// Alice opens the sender data, finds the same key, and checks the signature.
	// Only then does she let go of the key.
	content, consume, err := UnprotectPrivate(s, senderDataSecret, alice, message, context, 0)
	fmt.Println("opens:", err == nil)
	fmt.Println("verifies:", VerifySignature(s, pk, content, context) == nil)
	consume()
	fmt.Printf("leaf %d says %s\n", content.Content.Sender.LeafIndex, content.Content.ApplicationData)

	_, _, err = UnprotectPrivate(s, senderDataSecret, alice, message, context, 0)
	fmt.Println("again:", errors.Is(err, spec.GenerationOnce))
	// Output:
	// opens: true
	// verifies: true
	// leaf 1 says hello
	// again: true
}

// A client stops and comes back: it still opens what was sent to it, but does not
// send in this epoch, since it cannot know how old its state is.
func ExampleRatchets_Save() {
	s, _ := suite.ByID(0x0001)
	alice := NewRatchets(s, 4, make([]byte, s.Nh()), Limits{MaxSkipped: 100})
	saved, _ := alice.Save(0)
	loaded, err := LoadRatchets(s, saved, Limits{MaxSkipped: 100})
	fmt.Println("loads:", err == nil)
	fmt.Println("before:", alice.CanSend(0), "after:", loaded.CanSend(0))
	// Output:
	// loads: true
	// before: true after: false
}
