package group_test

import (
	"fmt"
	"math/rand/v2"

	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/wire"
)

// Alice makes a group, adds Bob, and they talk. Randomness is an argument: here it
// comes from a seed, so that this prints the same each time; take crypto/rand's
// Reader for anything that is to be kept secret.
func Example() {
	rng := rand.NewChaCha8([32]byte{})
	s, err := suite.ByName("MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519")
	check(err)
	alice, err := group.NewClient(s, rng, "alice")
	check(err)
	bob, err := group.NewClient(s, rng, "bob")
	check(err)

	atAlice, err := alice.Create(rng, []byte("room"))
	check(err)
	keyPackage, secrets, err := bob.NewKeyPackage(rng) // Bob publishes the first, keeps the second
	check(err)
	pending, err := atAlice.Commit(rng, group.CommitOptions{Add: []wire.KeyPackage{keyPackage}})
	check(err)
	// The delivery service takes pending.Commit. Only then:
	atAlice, welcome := pending.Accept()
	atBob, err := bob.Join(secrets, welcome, group.JoinOptions{})
	check(err)

	message, err := atBob.Send(rng, []byte("hello"), nil)
	check(err)
	received, err := atAlice.Receive(message)
	check(err)
	fmt.Printf("epoch %d: %s\n", received.Epoch, received.Application)

	// Bob renews his keys; Alice follows him into the next epoch.
	pending, err = atBob.Commit(rng, group.CommitOptions{})
	check(err)
	received, err = atAlice.Receive(pending.Commit)
	check(err)
	atBob, _ = pending.Accept()
	atAlice = received.Next
	fmt.Printf("epoch %d, both agree: %t\n", atAlice.Epoch(), string(atAlice.EpochAuthenticator()) == string(atBob.EpochAuthenticator()))
	// Output:
	// epoch 1: hello
	// epoch 2, both agree: true
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
