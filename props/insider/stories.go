package insider

import (
	"time"

	"mlsref/impl/credential"
	"mlsref/impl/group"
	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// life takes a group through growth, blanks, unmerged leaves and pending proposals.
func life(w *world) {
	w.create()
	w.commit(0, 1, group.CommitOptions{})
	w.say(0)
	w.commit(1, 2, group.CommitOptions{})
	w.commit(2, 1, group.CommitOptions{NoPath: true}) // unmerged
	w.say(3)
	w.update(1)
	w.update(2)
	w.commit(0, 1, group.CommitOptions{})
	w.commit(3, 0, group.CommitOptions{Remove: []tree.LeafIndex{1}})
	w.external(w.client(), group.ExternalOptions{})
	w.commit(0, 0, group.CommitOptions{})
}

// resync has a device that lost its state come back from outside.
func resync(w *world) {
	w.create()
	w.external(w.client(), group.ExternalOptions{})
	w.commit(1, 2, group.CommitOptions{})
	lost := w.members[2]
	w.members = append(w.members[:2], w.members[3])
	w.external(lost.Client(), group.ExternalOptions{Resync: true})
	w.commit(1, 0, group.CommitOptions{})
}

// changes has new extensions, PSKs, a new identity of a member, and the end.
func changes(w *world) {
	w.create()
	w.commit(0, 2, group.CommitOptions{PSKs: w.psk()})
	w.commit(1, 1, group.CommitOptions{Extensions: &[]wire.Extension{w.required()}})
	w.commit(0, 1, group.CommitOptions{NoPath: true, PSKs: w.psk(), TreeBeside: true})
	w.external(w.client(), group.ExternalOptions{JoinOptions: group.JoinOptions{Tree: w.tree(w.members[0])}, PSKs: w.psk()})
	if id, err := group.NewIdentity(w.suite, w.rng, w.members[2].Client().Identity.Name); err == nil && w.config.Policy.Credentials == nil { // a new key for the same name
		w.commit(2, 0, group.CommitOptions{Leaf: group.LeafChange{Identity: &id}})
	}
	w.commit(1, 0, group.CommitOptions{ReInit: &wire.ReInit{GroupID: []byte("next"), Version: wire.ProtocolMLS10, CipherSuite: w.suite.ID()}})
}

// outsiders has an external sender, and a client who asks to be added.
func outsiders(w *world) {
	service := w.client()
	w.create(externalSenders(w, service))
	w.commit(0, 2, group.CommitOptions{})
	remove := wire.Proposal{Type: wire.ProposalRemove, Remove: &wire.Remove{Removed: 2}}
	msg, err := service.ProposeExternally(0, w.groupID, w.members[0].Epoch(), remove)
	w.ok(err)
	w.outside(service, msg)
	guest := w.client()
	kp, secrets, err := guest.NewKeyPackage(w.rng)
	w.ok(err)
	msg, err = guest.ProposeJoin(w.groupID, w.members[0].Epoch(), kp)
	w.ok(err)
	w.outside(guest, msg)
	next, welcome := w.committed(1, group.CommitOptions{})
	w.members = append(w.members, w.joined(next, guest, secrets, group.JoinOptions{}, welcome))
	w.say(0)
}

func externalSenders(w *world, service group.Client) wire.Extension {
	data, err := wire.Marshal(&wire.ExternalSenders{Senders: []wire.ExternalSender{
		{SignatureKey: service.Identity.SignaturePub, Credential: service.Identity.Credential}}})
	w.ok(err)
	return wire.Extension{Type: wire.ExtensionExternalSenders, Data: data}
}

// successors makes a branch of the group, and then its reinitialisation.
func successors(w *world) {
	w.create()
	w.commit(0, 2, group.CommitOptions{})
	w.follow((*group.Group).Client, func(old *group.Group, kps []wire.KeyPackage) (*group.Pending, error) {
		return old.Branch(w.rng, []byte("branch"), kps, group.CommitOptions{})
	})
	const next wire.CipherSuite = 3
	w.commit(1, 0, group.CommitOptions{ReInit: &wire.ReInit{GroupID: []byte("next"), Version: wire.ProtocolMLS10, CipherSuite: next}})
	w.follow(w.under(next), func(old *group.Group, kps []wire.KeyPackage) (*group.Pending, error) {
		return old.Reinitialise(w.rng, w.under(next)(old), kps, group.CommitOptions{})
	})
}

// strict is a group whose application checks credentials and clocks, and whose
// members support, and are required to support, more than they must.
func strict() group.Config {
	now := time.Unix(1_800_000_000, 0)
	return group.Config{
		Policy: treesync.Policy{
			Credentials: credential.Basic{}, Now: func() time.Time { return now },
			ReceivedLifetimes: true, MaxLifetime: time.Hour,
		},
		Lifetime:     wire.Lifetime{NotBefore: uint64(now.Unix()) - 60, NotAfter: uint64(now.Unix()) + 60},
		Capabilities: wire.Capabilities{Extensions: []wire.ExtensionType{0xf100, 0xf101}, Proposals: []wire.ProposalType{0xf102}, Credentials: []wire.CredentialType{wire.CredentialX509}},
		Grease:       true,
		PastEpochs:   2, PastResumption: 1,
	}
}

// listed accepts only clients that it knows.
func listed() group.Config {
	return group.Config{Policy: treesync.Policy{Credentials: credential.Basic{Directory: map[string][]byte{}}}}
}

type story struct {
	name string
	tell func(*world)
}

// stories are told in this order, each under every one of the configs.
var stories = []story{
	{"life", life}, {"changes", changes}, {"outsiders", outsiders}, {"resync", resync}, {"successors", successors},
}

var configs = []struct {
	name string
	make func() group.Config
}{
	{"free", func() group.Config { return group.Config{} }}, {"strict", strict}, {"listed", listed},
}
