package insider

import (
	"errors"
	"io"

	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// InfoSealer signs any GroupInfo with the key of who signed an honest one, and encrypts
// it into the Welcome if it came in one. It is a value that stays as it is.
type InfoSealer struct {
	info    *infoBreaker
	welcome *welcomeBreaker // nil: it came by itself
}

// InfoSealer is that of the Welcome's or the GroupInfo's signer.
func (sit Situation) InfoSealer(rng io.Reader) (*InfoSealer, error) {
	if sit.Joiner == nil {
		return nil, errors.New("insider: nobody joins by this message")
	}
	if sit.Joiner.Secrets.InitKey != nil {
		w, err := openWelcome(rng, sit.Sender, *sit.Joiner, sit.Honest)
		if err != nil {
			return nil, err
		}
		return &InfoSealer{w.info, w}, nil
	}
	var m wire.MLSMessage
	if err := wire.Unmarshal(sit.Honest, &m); err != nil {
		return nil, err
	}
	if m.GroupInfo == nil {
		return nil, errors.New("insider: the message is no GroupInfo")
	}
	b, err := newInfoBreaker(rng, sit.Sender, m.GroupInfo)
	return &InfoSealer{info: b}, err
}

// Opened are fresh copies of the honest GroupInfo and, if it came in a Welcome, of the
// joiner's GroupSecrets; else these are nil.
func (x *InfoSealer) Opened() (*wire.GroupInfo, *wire.GroupSecrets) {
	in := *x.info.in
	info := copied(&in, x.info.honest)
	if x.welcome == nil {
		return info, nil
	}
	return info, copied(&in, &x.welcome.secrets)
}

// Rehash gives the GroupContext the hash of the ratchet_tree in the GroupInfo, after
// signing the signer's leaf in it anew. It does nothing if there is none.
func (x *InfoSealer) Rehash(info *wire.GroupInfo) error {
	in := *x.info.in
	for i, e := range info.Extensions {
		if e.Type != wire.ExtensionRatchetTree {
			continue
		}
		rt := &wire.RatchetTree{}
		if err := wire.Unmarshal(e.Data, rt); err != nil {
			return err
		}
		if n := tree.LeafNode(info.Signer); uint64(n) < uint64(len(rt.Nodes)) && rt.Nodes[n] != nil && rt.Nodes[n].Leaf != nil {
			err := treesync.SignLeaf(in.suite, in.client.Identity.SignatureKey, rt.Nodes[n].Leaf, info.GroupContext.GroupID, info.Signer)
			if err != nil {
				return err
			}
		}
		t, err := treesync.FromWire(in.suite, *rt)
		if err != nil {
			return err
		}
		info.Extensions[i].Data, info.GroupContext.TreeHash = in.marshal(rt), t.TreeHash(in.suite)
		return in.err
	}
	return nil
}

// Seal makes an MLSMessage. confirm: the GroupInfo's key and confirmation_tag follow
// from the GroupSecrets, whose PSKs the joiner holds, or else the honest ones stay.
func (x *InfoSealer) Seal(rng io.Reader, info *wire.GroupInfo, secrets *wire.GroupSecrets, confirm bool) ([]byte, error) {
	in := *x.info.in
	in.rng = rng
	w := x.welcome
	if w == nil {
		in.signInfo(info)
		msg := in.marshal(&wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatGroupInfo, GroupInfo: info})
		return msg, in.err
	}
	m := &wire.MLSMessage{}
	in.check(wire.Unmarshal(w.honest, m))
	o := &opened{welcome: m.Welcome, secrets: secrets, info: info, key: w.key, nonce: w.nonce}
	if psks, ok := pskSecrets(w.to.Client, w.to.Options.From, secrets.PSKs); ok && confirm {
		in.check(o.follow(in.suite, psks))
	}
	in.signInfo(info)
	msg := w.encrypted(&in, o, m)
	return msg, in.err
}
