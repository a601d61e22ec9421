package insider

import (
	"mlsref/impl/group"
	"mlsref/impl/suite"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// brokenProposal is one that is invalid by itself, whoever commits it.
type brokenProposal struct {
	rule     *spec.Rule
	what     string
	proposal *wire.Proposal
}

// proposalMessage puts others in the honest proposal's place (RFC 9420 §12.1).
func (in *insider) proposalMessage() {
	list := in.proposals()
	list = append(list, in.updates()...)
	list = append(list, brokenProposal{spec.ExternalInit, "an ExternalInit that is no external Commit's",
		&wire.Proposal{Type: wire.ProposalExternalInit, ExternalInit: &wire.ExternalInit{KEMOutput: in.key()}}})
	for _, b := range list {
		in.add(b.rule, b.what, func(c *wire.AuthenticatedContent) { in.propose(c, b.proposal) })
	}
}

// updates breaks the rules of RFC 9420 §12.1.2 and §7.3 in an Update of the insider's
// own leaf.
func (in *insider) updates() []brokenProposal {
	current := in.public.Tree.Leaf(in.sender.LeafIndex)
	honest := copied(in, current)
	honest.Source, honest.EncryptionKey = wire.LeafSourceUpdate, in.key()
	honest.Lifetime, honest.ParentHash = wire.Lifetime{}, nil
	at := place{
		source: wire.LeafSourceUpdate, index: in.sender.LeafIndex, current: current,
		context: in.public.Context, sk: in.client.Identity.SignatureKey,
	}
	var list []brokenProposal
	for _, b := range in.leaves(honest, at) {
		list = append(list, brokenProposal{b.rule, "an Update with " + b.what,
			&wire.Proposal{Type: wire.ProposalUpdate, Update: &wire.Update{LeafNode: *b.leaf}}})
	}
	return list
}

// proposals are invalid ones of all types but Update and ExternalInit.
func (in *insider) proposals() []brokenProposal {
	var list []brokenProposal
	if who := in.invented("mallory"); in.welcomes(who) {
		list = in.adds(who, false)
	}
	list = append(list, in.removes()...)
	list = append(list, in.psks()...)
	list = append(list, in.extensions()...)
	return append(list, brokenProposal{spec.ReInitVersion, "a ReInit with version 0",
		&wire.Proposal{Type: wire.ProposalReInit, ReInit: &wire.ReInit{GroupID: []byte("next"), CipherSuite: in.suite.ID()}}})
}

// adds breaks the rules of RFC 9420 §10.1, and those of the leaf inside, in an Add of
// who. bound: see place.
func (in *insider) adds(who group.Client, bound bool) []brokenProposal {
	var list []brokenProposal
	add := func(rule *spec.Rule, what string, bend func(*wire.KeyPackage)) {
		kp := in.keyPackage(who)
		bend(kp)
		in.check(treesync.SignKeyPackage(in.suite, who.Identity.SignatureKey, kp))
		list = append(list, brokenProposal{rule, "a KeyPackage with " + what, addOf(kp)})
	}
	add(spec.KeyPackageVersion, "version 2", func(kp *wire.KeyPackage) { kp.Version = 2 })
	add(spec.KeyPackageCipherSuite, "another cipher suite", func(kp *wire.KeyPackage) { kp.CipherSuite = otherSuite(in.suite) })
	add(spec.InitKeyValid, "an init_key one byte short", func(kp *wire.KeyPackage) { kp.InitKey = kp.InitKey[1:] })
	add(spec.KeyPackageInitKey, "the leaf's key as its init_key", func(kp *wire.KeyPackage) { kp.InitKey = kp.LeafNode.EncryptionKey })
	add(spec.ExtensionsDistinct, "two extensions of one type", func(kp *wire.KeyPackage) {
		kp.Extensions = append(kp.Extensions, wire.Extension{Type: 0xf0f1}, wire.Extension{Type: 0xf0f1})
	})
	for x := wire.ExtensionApplicationID; x <= wire.ExtensionExternalSenders; x++ {
		add(spec.ExtensionPlace, "the extension "+x.String(), func(kp *wire.KeyPackage) {
			kp.Extensions = append(kp.Extensions, wire.Extension{Type: x, Data: []byte{0}})
		})
	}
	for _, b := range in.leaves(&in.keyPackage(who).LeafNode, place{
		source: wire.LeafSourceKeyPackage, context: in.public.Context, sk: who.Identity.SignatureKey, bound: bound,
	}) {
		add(b.rule, b.what, func(kp *wire.KeyPackage) { kp.LeafNode = *b.leaf })
	}
	for _, v := range []struct {
		what string
		bend func(*wire.KeyPackage)
	}{
		{"a signature with one bit changed", func(kp *wire.KeyPackage) { kp.Signature = flipped(kp.Signature) }},
		{"no signature", func(kp *wire.KeyPackage) { kp.Signature = nil }},
		{"another init_key after signing", func(kp *wire.KeyPackage) { kp.InitKey = in.key() }},
		{"its leaf's signature", func(kp *wire.KeyPackage) { kp.Signature = kp.LeafNode.Signature }},
	} {
		kp := in.keyPackage(who)
		v.bend(kp)
		list = append(list, brokenProposal{spec.KeyPackageSignature, "a KeyPackage with " + v.what, addOf(kp)})
	}
	return list
}

// otherSuite is one of the RFC that is not s.
func otherSuite(s suite.Suite) wire.CipherSuite { return s.ID()%7 + 1 }

func (in *insider) removes() []brokenProposal {
	list := []brokenProposal{
		{spec.RemovedIsMember, "a Remove of a leaf out of the tree", removeOf(in.public.Tree.Leaves())},
		{spec.RemovedIsMember, "a Remove of leaf 2^32-1", removeOf(1<<32 - 1)},
	}
	if blank, ok := in.blankLeaf(); ok {
		list = append(list, brokenProposal{spec.RemovedIsMember, "a Remove of a blank leaf", removeOf(blank)})
	}
	return list
}

// psks breaks the rules of RFC 9420 §8.4 and §12.1.4.
func (in *insider) psks() []brokenProposal {
	nh := in.suite.Nh()
	external := func(nonce int) wire.PreSharedKeyID {
		return wire.PreSharedKeyID{PSKType: wire.PSKExternal, PSKID: []byte("a psk"), PSKNonce: in.random(nonce)}
	}
	resumption := func(usage wire.ResumptionPSKUsage) wire.PreSharedKeyID {
		return wire.PreSharedKeyID{PSKType: wire.PSKResumption, Usage: usage,
			PSKGroupID: in.public.Context.GroupID, PSKEpoch: in.public.Context.Epoch, PSKNonce: in.random(nh)}
	}
	var list []brokenProposal
	for _, v := range []struct {
		rule *spec.Rule
		what string
		id   wire.PreSharedKeyID
	}{
		{spec.PSKNonce, "a psk_nonce one byte short", external(nh - 1)},
		{spec.PSKNonce, "a psk_nonce one byte long", external(nh + 1)},
		{spec.PSKNonce, "no psk_nonce", external(0)},
		{spec.PSKReInit, "usage reinit", resumption(wire.ResumptionReInit)},
		{spec.PSKBranch, "usage branch", resumption(wire.ResumptionBranch)},
		{spec.PSKUsage, "usage 0", resumption(0)},
		{spec.PSKUsage, "usage 4", resumption(4)},
	} {
		list = append(list, brokenProposal{v.rule, "a PSK with " + v.what, pskOf(v.id)})
	}
	return list
}

func pskOf(id wire.PreSharedKeyID) *wire.Proposal {
	return &wire.Proposal{Type: wire.ProposalPSK, PreSharedKey: &wire.PreSharedKey{PSK: id}}
}

// extensions breaks what holds for a GroupContext's extensions by themselves.
func (in *insider) extensions() []brokenProposal {
	var list []brokenProposal
	for _, b := range in.contextExtensions() {
		list = append(list, brokenProposal{b.rule, "GroupContextExtensions with " + b.what, extensionsOf(b.list...)})
	}
	return list
}

// brokenList is a list of extensions.
type brokenList struct {
	rule *spec.Rule
	what string
	list []wire.Extension
}

// contextExtensions are lists that no GroupContext may have (RFC 9420 §13.4, §17.3,
// §12.1.8.1).
func (in *insider) contextExtensions() []brokenList {
	senders := func(list ...wire.ExternalSender) []wire.Extension {
		return []wire.Extension{{Type: wire.ExtensionExternalSenders, Data: in.marshal(&wire.ExternalSenders{Senders: list})}}
	}
	required := wire.Extension{Type: wire.ExtensionRequiredCapabilities, Data: in.marshal(&wire.RequiredCapabilities{})}
	id := in.identity("a service")
	list := []brokenList{
		{spec.ExtensionsDistinct, "two of one type", []wire.Extension{required, required}},
		{spec.ExtensionPlace, "application_id", []wire.Extension{{Type: wire.ExtensionApplicationID, Data: []byte{0}}}},
		{spec.ExtensionPlace, "ratchet_tree", []wire.Extension{{Type: wire.ExtensionRatchetTree, Data: []byte{0}}}},
		{spec.ExtensionPlace, "external_pub", []wire.Extension{{Type: wire.ExtensionExternalPub, Data: []byte{0}}}},
	}
	check := in.public.Policy.Credentials
	if check == nil || check.Accept(id.Credential, id.SignaturePub) == nil {
		list = append(list, brokenList{spec.SignatureKeyValid, "an external sender whose signature_key is one byte short", senders(
			wire.ExternalSender{SignatureKey: id.SignaturePub, Credential: id.Credential},
			wire.ExternalSender{SignatureKey: id.SignaturePub[1:], Credential: id.Credential})})
	}
	if check != nil && check.Accept(strangeX509, id.SignaturePub) != nil {
		list = append(list, brokenList{spec.ExternalSenderCredential, "an external sender whose credential is not accepted",
			senders(wire.ExternalSender{SignatureKey: id.SignaturePub, Credential: strangeX509})})
	}
	return list
}
