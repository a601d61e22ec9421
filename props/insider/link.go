package insider

import (
	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// links breaks what a group that follows another must meet (RFC 9420 §11.2, §11.3,
// §12.4.3.1). It is checked last, so the confirmation_tag must be right: whoever was in
// the old group has the PSK that it takes.
func (w *welcomeBreaker) links() {
	from := w.to.Options.From
	if from == nil || len(w.secrets.PSKs) != 1 || !w.info.inside {
		return
	}
	id := w.secrets.PSKs[0]
	psk := from.ResumptionPSK(id.PSKEpoch)
	if psk == nil || id.Usage == wire.ResumptionApplication {
		return
	}
	w.linked(spec.LinkEpoch, "a group that follows another at epoch 2", psk, func(o *opened) { o.info.GroupContext.Epoch = 2 })
	if id.Usage == wire.ResumptionBranch {
		if from.ReInit() == nil { // else it may be the one that the ReInit announced
			w.linked(spec.ReInitMatches, "a branch that calls itself a reinitialisation", psk, func(o *opened) { o.secrets.PSKs[0].Usage = wire.ResumptionReInit })
		}
		w.addedToBranch(psk)
		return
	}
	w.linked(spec.ReInitMatches, "a reinitialised group with other extensions", psk, func(o *opened) {
		if c := &o.info.GroupContext; len(c.Extensions) > 0 {
			c.Extensions = nil
		} else {
			c.Extensions = []wire.Extension{{Type: wire.ExtensionRequiredCapabilities, Data: w.in.marshal(&wire.RequiredCapabilities{})}}
		}
	})
	w.leftBehind(psk)
	w.linked(spec.ReInitLinked, "no PSK of the group that was reinitialised", nil, func(o *opened) { o.secrets.PSKs = nil })
	if before := from.ResumptionPSK(id.PSKEpoch - 1); id.PSKEpoch > 0 && before != nil {
		w.linked(spec.ReInitEpoch, "the PSK of the epoch before the ReInit", before, func(o *opened) { o.secrets.PSKs[0].PSKEpoch-- })
	}
	if from.Context().CipherSuite != w.in.suite.ID() {
		w.linked(spec.BranchMatches, "a branch with another cipher suite", psk, func(o *opened) { o.secrets.PSKs[0].Usage = wire.ResumptionBranch })
	}
}

// addedToBranch adds somebody who was not in the old group.
func (w *welcomeBreaker) addedToBranch(psk []byte) {
	kp := w.stranger()
	if kp == nil {
		return
	}
	w.linked(spec.BranchMembers, "a branch with somebody new", psk, func(o *opened) {
		w.plant(o, func(t treesync.Tree) treesync.Tree {
			next, _ := t.Add(kp.LeafNode)
			return next
		})
	})
}

// leftBehind removes a member of the old group.
func (w *welcomeBreaker) leftBehind(psk []byte) {
	for i, leaf := range w.info.tree.All() {
		if i != w.info.honest.Signer && string(leaf.EncryptionKey) != string(w.to.Secrets.KeyPackage.LeafNode.EncryptionKey) {
			w.linked(spec.ReInitMembers, "a reinitialised group without a member", psk, func(o *opened) {
				w.plant(o, func(t treesync.Tree) treesync.Tree { return t.Remove(i) })
			})
			return
		}
	}
}

// plant puts a tree into the GroupInfo that has the honest one's leaves only, and what
// bend makes of them: without parents there are no parent hashes and no path_secret.
func (w *welcomeBreaker) plant(o *opened, bend func(treesync.Tree) treesync.Tree) {
	rt := w.info.ratchetTree()
	for i := range rt.Nodes {
		if !tree.Index(i).IsLeaf() {
			rt.Nodes[i] = nil
		}
	}
	t, err := treesync.FromWire(w.in.suite, *rt)
	w.in.check(err)
	t = bend(t)
	planted := t.Wire()
	for k, e := range o.info.Extensions {
		if e.Type == wire.ExtensionRatchetTree {
			o.info.Extensions[k].Data = w.in.marshal(&planted)
		}
	}
	o.info.GroupContext.TreeHash = t.TreeHash(w.in.suite)
	o.secrets.PathSecret = nil
}

// linked signs, tags and encrypts a Welcome of which bend has changed GroupContext or
// PSK ID.
func (w *welcomeBreaker) linked(rule *spec.Rule, what string, psk []byte, bend func(*opened)) {
	w.add(rule, what, func(o *opened) {
		bend(o)
		var psks []treekem.PSK
		if len(o.secrets.PSKs) > 0 {
			psks = []treekem.PSK{{ID: o.secrets.PSKs[0], Secret: psk}}
		}
		w.in.check(o.follow(w.in.suite, psks))
		w.info.sign(o.info)
	})
}

// follow gives the GroupInfo the key and the confirmation_tag that follow from what the
// Welcome says (RFC 9420 §8, §12.4.3.1).
func (o *opened) follow(s suite.Suite, psks []treekem.PSK) error {
	secret, err := treekem.PSKSecret(s, psks)
	if err != nil {
		return err
	}
	context, err := wire.Marshal(&o.info.GroupContext)
	if err != nil {
		return err
	}
	member := treekem.JoinerSecret(o.secrets.JoinerSecret).Member(s, secret)
	o.key, o.nonce = treekem.WelcomeKey(s, member.Welcome(s))
	epoch := member.Epoch(s, context).Secrets(s)
	o.info.ConfirmationTag = treedem.ConfirmationTag(s, epoch.Confirmation, o.info.GroupContext.ConfirmedTranscriptHash)
	return nil
}
