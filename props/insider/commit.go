package insider

import (
	"slices"

	"mlsref/impl/group"
	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// honestCommit is the Commit, and what its proposals make of the group.
func (in *insider) honestCommit() (*wire.Commit, treesync.Change) {
	commit := in.content().Content.Commit
	return commit, in.plan(commit)
}

// plan applies a Commit's proposals, which are valid, whatever its path.
func (in *insider) plan(commit *wire.Commit) treesync.Change {
	list, err := in.public.Resolve(commit, in.sender)
	in.check(err)
	ch, err := in.public.Plan(list, in.sender, commit.Path != nil, treesync.Ordinary)
	in.check(err)
	return ch
}

// commit breaks what is the same for Commits of members and from outside: the path and
// the confirmation_tag. What a Commit says is found out before its tag, which is left
// as it was. Members that it removes read no further than its proposals.
func (in *insider) commit() {
	honest, ch := in.honestCommit()
	if in.err != nil {
		return
	}
	for _, v := range wrongTags(in.content().Auth.ConfirmationTag) {
		in.add(spec.ConfirmationTag, "confirmation_tag: "+v.what, func(c *wire.AuthenticatedContent) { c.Auth.ConfirmationTag = v.tag }, ch.Removed...)
	}
	in.add(spec.ConfirmationTag, "authenticated_data that the tag does not know of", func(c *wire.AuthenticatedContent) {
		c.Content.AuthenticatedData = append([]byte("x"), c.Content.AuthenticatedData...)
	}, ch.Removed...)
	if !in.aloneIn(honest) {
		in.addCommit(spec.PSKsHeld, "a PSK that nobody else holds", ch.Removed,
			func(c *wire.Commit) { c.Proposals = append(c.Proposals, byValue(in.unheld())) })
	}
	if honest.Path != nil {
		in.path(ch)
	}
}

// addCommit makes a message of the honest Commit with a change.
func (in *insider) addCommit(rule *spec.Rule, what string, except []tree.LeafIndex, bend func(*wire.Commit)) {
	in.add(rule, what, func(c *wire.AuthenticatedContent) { bend(c.Content.Commit) }, except...)
}

func byValue(p *wire.Proposal) wire.ProposalOrRef {
	return wire.ProposalOrRef{Type: wire.ProposalOrRefProposal, Proposal: p}
}

// unheld is a valid PSK proposal for an external PSK that is new.
func (in *insider) unheld() *wire.Proposal {
	return pskOf(wire.PreSharedKeyID{PSKType: wire.PSKExternal, PSKID: in.random(16), PSKNonce: in.random(in.suite.Nh())})
}

// aloneIn says whether the Commit has a ReInit, beside which nothing may stand.
func (in *insider) aloneIn(c *wire.Commit) bool {
	list, err := in.public.Resolve(c, in.sender)
	in.check(err)
	return slices.ContainsFunc(list, func(p treesync.ProposalFrom) bool { return p.Proposal.Type == wire.ProposalReInit })
}

// memberCommit breaks the list of a member's Commit (RFC 9420 §12.2, §12.4).
func (in *insider) memberCommit() {
	honest, ch := in.honestCommit()
	if in.err != nil {
		return
	}
	in.references(honest)
	in.paths(honest)
	in.lists(ch)
	for _, b := range in.proposals() {
		// New extensions stand alone: everything else would be judged by them.
		alone := b.proposal.Type == wire.ProposalGroupContextExtensions || b.proposal.Type == wire.ProposalReInit
		in.with(b.rule, b.what, alone, b.proposal)
	}
	in.newExtensions()
}

// with commits proposals by value beside the honest ones, or alone. The path is the
// honest one, or one that fits if there is none: the list is judged before the path.
func (in *insider) with(rule *spec.Rule, what string, alone bool, proposals ...*wire.Proposal) {
	in.addCommit(rule, what, nil, func(c *wire.Commit) {
		if alone || in.aloneIn(c) {
			c.Proposals = nil
		}
		for _, p := range proposals {
			c.Proposals = append(c.Proposals, byValue(p))
		}
		in.needPath(c)
	})
}

func (in *insider) needPath(c *wire.Commit) {
	if c.Path == nil {
		c.Path = in.ownPath(in.plan(&wire.Commit{Path: &wire.UpdatePath{}}), pathBend{})
	}
}

func (in *insider) references(honest *wire.Commit) {
	unknown := wire.ProposalOrRef{Type: wire.ProposalOrRefReference, Reference: in.random(in.suite.Nh())}
	in.addCommit(spec.ProposalKnown, "a reference to nothing", nil, func(c *wire.Commit) { c.Proposals = append(c.Proposals, unknown) })
	for i, p := range honest.Proposals {
		if p.Type == wire.ProposalOrRefReference {
			in.addCommit(spec.ProposalKnown, "a reference with one bit changed", nil,
				func(c *wire.Commit) { c.Proposals[i].Reference = flipped(c.Proposals[i].Reference) })
			break
		}
	}
}

// paths leaves the path out where it must be (RFC 9420 §12.4).
func (in *insider) paths(honest *wire.Commit) {
	if len(in.others()) > 0 {
		in.addCommit(spec.PathRequired, "a Remove and no path", nil, func(c *wire.Commit) {
			c.Path, c.Proposals = nil, []wire.ProposalOrRef{byValue(removeOf(in.others()[0]))}
		})
	}
	in.addCommit(spec.PathRequired, "nothing at all", nil, func(c *wire.Commit) { c.Path, c.Proposals = nil, nil })
	in.addCommit(spec.PathRequired, "new extensions and no path", nil, func(c *wire.Commit) {
		c.Path, c.Proposals = nil, []wire.ProposalOrRef{byValue(extensionsOf(in.public.Context.Extensions...))}
	})
}

// others are the members but for the sender.
func (in *insider) others() []tree.LeafIndex {
	return without(in.public.Tree.Members(), in.sender.LeafIndex)
}

// lists breaks what RFC 9420 §12.2 says of proposals beside each other.
func (in *insider) lists(ch treesync.Change) {
	in.with(spec.CommitterUpdates, "an Update of the committer's own", false, in.ownUpdate())
	in.with(spec.CommitterRemoved, "a Remove of the committer", false, removeOf(in.sender.LeafIndex))
	in.with(spec.NoExternalInit, "an ExternalInit", false,
		&wire.Proposal{Type: wire.ProposalExternalInit, ExternalInit: &wire.ExternalInit{KEMOutput: in.key()}})
	psk := in.unheld()
	in.with(spec.PSKsDistinct, "one PreSharedKeyID twice", false, psk, psk)
	same := extensionsOf(in.public.Context.Extensions...)
	in.with(spec.OneExtensionsChange, "two GroupContextExtensions", true, same, same)
	reinit := in.reinit()
	in.with(spec.ReInitAlone, "two ReInits", true, reinit, reinit)
	in.with(spec.ReInitAlone, "a ReInit beside a PSK", true, reinit, psk)
	in.changesOfOneLeaf()
	in.with(spec.AddsNewClient, "an Add of the committer", false, addOf(in.keyPackage(in.client)))
	who := in.invented("mallory")
	in.with(spec.AddsDistinctClients, "two Adds of one client", false, addOf(in.keyPackage(who)), addOf(in.keyPackage(who)))
	kp := addOf(in.keyPackage(who))
	in.with(spec.AddsDistinctClients, "one KeyPackage twice", false, kp, kp)
	in.sameNames(who)
	if in.welcomes(who) {
		in.clashes(who, ch)
	}
}

// sameNames adds clients that only the application can tell to be the same: they have
// one credential, and two keys.
func (in *insider) sameNames(who group.Client) {
	check := in.public.Policy.Credentials
	again := func(c group.Client) group.Client {
		credential := c.Identity.Credential
		c.Identity = in.identity(c.Identity.Name)
		c.Identity.Credential = credential
		return c
	}
	if mine := in.client.Identity.Credential; check != nil && check.SameClient(mine, mine) {
		in.with(spec.AddsNewClient, "an Add of the committer with another key", false, addOf(in.keyPackage(again(in.client))))
	}
	if its := who.Identity.Credential; check != nil && check.SameClient(its, its) {
		in.with(spec.AddsDistinctClients, "two Adds of one client with two keys", false, addOf(in.keyPackage(who)), addOf(in.keyPackage(again(who))))
	}
}

func (in *insider) ownUpdate() *wire.Proposal {
	leaf := copied(in, in.public.Tree.Leaf(in.sender.LeafIndex))
	leaf.Source, leaf.EncryptionKey, leaf.Lifetime, leaf.ParentHash = wire.LeafSourceUpdate, in.key(), wire.Lifetime{}, nil
	in.check(treesync.SignLeaf(in.suite, in.client.Identity.SignatureKey, leaf, in.public.Context.GroupID, in.sender.LeafIndex))
	return &wire.Proposal{Type: wire.ProposalUpdate, Update: &wire.Update{LeafNode: *leaf}}
}

// changesOfOneLeaf removes a member twice, and one that updates.
func (in *insider) changesOfOneLeaf() {
	others := in.others()
	if len(others) == 0 {
		return
	}
	in.with(spec.OneChangePerLeaf, "two Removes of one leaf", true, removeOf(others[0]), removeOf(others[0]))
	list, references := in.public.Proposals()
	for i, p := range list {
		who := p.Sender.LeafIndex
		if p.Proposal.Type != wire.ProposalUpdate || who == in.sender.LeafIndex {
			continue
		}
		in.addCommit(spec.OneChangePerLeaf, "an Update and a Remove of one leaf", nil, func(c *wire.Commit) {
			c.Proposals = []wire.ProposalOrRef{{Type: wire.ProposalOrRefReference, Reference: references[i]}, byValue(removeOf(who))}
			in.needPath(c)
		})
		return
	}
}

// clashes adds a client whose leaf, valid by itself, cannot be beside the others
// (RFC 9420 §7.3, §12.2 last item).
func (in *insider) clashes(who group.Client, ch treesync.Change) {
	add := func(rule *spec.Rule, what string, bend func(*wire.LeafNode)) {
		kp := in.keyPackage(who)
		bend(&kp.LeafNode)
		in.signPackage(who, kp)
		in.with(rule, what, false, addOf(kp))
	}
	for i, leaf := range ch.After.All() {
		if i != in.sender.LeafIndex {
			add(spec.EncryptionKeysUnique, "an Add with another member's encryption_key", func(l *wire.LeafNode) { l.EncryptionKey = leaf.EncryptionKey })
			break
		}
	}
	for i := range ch.After.Wire().Nodes {
		if p := ch.After.Parent(tree.Index(i)); p != nil {
			add(spec.ParentKeysUnique, "an Add with a parent's encryption_key", func(l *wire.LeafNode) { l.EncryptionKey = p.EncryptionKey })
			break
		}
	}
	// The committer's leaf is about to go: who is removed does not see the next one, and
	// so another member's leaf must not fit.
	others := func(fit func(*wire.LeafNode) bool) bool {
		for i, leaf := range ch.After.All() {
			if i != in.sender.LeafIndex && !fit(leaf) {
				return false
			}
		}
		return true
	}
	if !others(func(l *wire.LeafNode) bool { return slices.Contains(l.Capabilities.Credentials, wire.CredentialX509) }) && in.public.Policy.Credentials == nil {
		add(spec.CredentialsSupported, "an Add with a credential type that not all support", func(l *wire.LeafNode) {
			l.Credential, l.Capabilities.Credentials = strangeX509, with(l.Capabilities.Credentials, wire.CredentialX509)
		})
	}
	types := in.public.Tree.Leaf(in.sender.LeafIndex).Credential.Type
	if types != wire.CredentialBasic && !others(func(l *wire.LeafNode) bool { return l.Credential.Type != types }) {
		add(spec.CredentialsSupported, "an Add that does not support the members' credential type", func(l *wire.LeafNode) {
			l.Capabilities.Credentials = without(l.Capabilities.Credentials, types)
		})
	}
}

// newExtensions are those that some member does not support (RFC 9420 §12.1.7, §13.4).
func (in *insider) newExtensions() {
	if len(in.others()) == 0 {
		return
	}
	var unknown wire.ExtensionType = 0xf0f1
	required := func(r wire.RequiredCapabilities) wire.Extension {
		return wire.Extension{Type: wire.ExtensionRequiredCapabilities, Data: in.marshal(&r)}
	}
	for _, v := range []struct {
		rule *spec.Rule
		what string
		e    wire.Extension
	}{
		{spec.GroupExtension, "an extension that nobody supports", wire.Extension{Type: unknown}},
		{spec.GroupSupported, "a required extension that nobody supports", required(wire.RequiredCapabilities{ExtensionTypes: []wire.ExtensionType{unknown}})},
		{spec.GroupSupported, "a required proposal type that nobody supports", required(wire.RequiredCapabilities{ProposalTypes: []wire.ProposalType{0xf0f1}})},
		{spec.GroupSupported, "a required credential type that nobody supports", required(wire.RequiredCapabilities{CredentialTypes: []wire.CredentialType{0xf0f1}})},
	} {
		in.with(v.rule, "new extensions: "+v.what, true, extensionsOf(v.e))
	}
}
