package insider

import (
	"errors"
	"io"

	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

var errNoCommit = errors.New("insider: the content is no Commit whose epoch the insider could begin")

// Confirm makes a Commit good from its proposals on, as far as these allow: a fresh
// path of the insider's own in place of the one that it has, a fresh ExternalInit if it
// comes from outside, and the confirmation_tag that follows. The proposals stay as they
// are; if they cannot be applied the error says why, and the content is as it was but
// for the ExternalInit.
func (x *Sealer) Confirm(rng io.Reader, c *wire.AuthenticatedContent) error {
	in := x.with(rng)
	commit := c.Content.Commit
	if commit == nil || c.Content.Sender != in.sender {
		return errNoCommit
	}
	init, err := x.initSecret(in, commit)
	if err != nil {
		return err
	}
	list, err := in.public.Resolve(commit, in.sender)
	if err != nil {
		return err
	}
	ch, err := in.public.Plan(list, in.sender, commit.Path != nil, treesync.Ordinary)
	if err != nil {
		return err
	}
	psks, held := pskSecrets(x.in.client, x.from, ch.PSKs)
	if !held {
		return errors.New("insider: a PSK that is not held")
	}
	pskSecret, err := treekem.PSKSecret(x.in.suite, psks)
	if err != nil {
		return err
	}
	t, commitSecret := ch.After, treekem.Zero(in.suite)
	if commit.Path != nil {
		commit.Path, t, commitSecret = in.freshPath(ch, pathBend{})
	}
	in.sign(c, in.client.Identity.SignatureKey)
	if in.err != nil {
		return in.err
	}
	confirmed, err := treedem.ConfirmedTranscript(in.suite, x.interim, c)
	if err != nil {
		return err
	}
	next := ch.Context(t, confirmed)
	context := in.marshal(&next)
	epoch := init.Joiner(in.suite, commitSecret, context).Member(in.suite, pskSecret).Epoch(in.suite, context)
	c.Auth.ConfirmationTag = treedem.ConfirmationTag(in.suite, epoch.Secrets(in.suite).Confirmation, confirmed)
	return in.err
}

// initSecret is the epoch's, or what an external Commit brings in its place.
func (x *Sealer) initSecret(in *insider, commit *wire.Commit) (treekem.InitSecret, error) {
	if in.keys.Secrets != nil {
		return in.keys.Secrets.Init, nil
	}
	if x.externalPub == nil {
		return nil, errNoCommit
	}
	output, secret, err := in.suite.ExternalInit(in.rng, x.externalPub)
	if err != nil {
		return nil, err
	}
	for _, p := range commit.Proposals {
		if p.Proposal != nil && p.Proposal.ExternalInit != nil {
			p.Proposal.ExternalInit.KEMOutput = output
			return secret, nil
		}
	}
	return nil, errNoCommit
}
