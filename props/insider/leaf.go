package insider

import (
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/tree"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// place is where a leaf appears, and what it is checked against there.
type place struct {
	source  wire.LeafNodeSource // that it must have; 0: any, in a ratchet tree
	index   tree.LeafIndex      // of update and commit
	current *wire.LeafNode      // that it replaces, or nil
	context wire.GroupContext
	sk      []byte // signs it
	// bound: something signed with the leaf's key is verified before the leaf is
	// looked at, so that the key must stay.
	bound bool
}

// brokenLeaf is a leaf, signed, that breaks one rule.
type brokenLeaf struct {
	rule *spec.Rule
	what string
	leaf *wire.LeafNode
}

// leaves breaks each rule of RFC 9420 §7.3 that can be broken in this place.
func (in *insider) leaves(honest *wire.LeafNode, at place) []brokenLeaf {
	l := &leafBreaker{in: in, honest: honest, place: at}
	l.credential()
	l.keys()
	l.capabilities()
	l.required()
	l.lifetime()
	l.extensions()
	l.sources()
	l.signature()
	return l.out
}

type leafBreaker struct {
	in     *insider
	honest *wire.LeafNode
	place
	out []brokenLeaf
}

// add signs what bend makes of the honest leaf.
func (l *leafBreaker) add(rule *spec.Rule, what string, bend func(*wire.LeafNode)) {
	leaf := copied(l.in, l.honest)
	bend(leaf)
	l.in.check(treesync.SignLeaf(l.in.suite, l.sk, leaf, l.context.GroupID, l.index))
	l.out = append(l.out, brokenLeaf{rule, what, leaf})
}

// credential is the application's to refuse.
func (l *leafBreaker) credential() {
	check := l.in.public.Policy.Credentials
	if check == nil {
		return
	}
	key := l.honest.SignatureKey
	for _, strange := range []wire.Credential{strangeX509, {Type: wire.CredentialBasic, Identity: []byte("a stranger")}} {
		bend := func(leaf *wire.LeafNode) {
			leaf.Credential = strange
			leaf.Capabilities.Credentials = with(leaf.Capabilities.Credentials, strange.Type)
		}
		if check.Accept(strange, key) != nil {
			l.add(spec.LeafCredential, "a credential that is not accepted", bend)
		} else if l.current != nil && check.Successor(l.current.Credential, strange) != nil {
			l.add(spec.CredentialSuccessor, "a credential that may not follow the one before", bend)
		}
	}
}

var strangeX509 = wire.Credential{Type: wire.CredentialX509, Certificates: []wire.Certificate{{CertData: []byte("no certificate")}}}

func (l *leafBreaker) keys() {
	if !l.bound && l.in.public.Policy.Credentials == nil { // which would be asked about a new key first
		l.add(spec.SignatureKeyValid, "a signature_key one byte short", func(leaf *wire.LeafNode) { leaf.SignatureKey = leaf.SignatureKey[1:] })
		l.add(spec.SignatureKeyValid, "no signature_key", func(leaf *wire.LeafNode) { leaf.SignatureKey = nil })
	}
	l.add(spec.LeafKeyValid, "an encryption_key one byte short", func(leaf *wire.LeafNode) { leaf.EncryptionKey = leaf.EncryptionKey[1:] })
	l.add(spec.LeafKeyValid, "no encryption_key", func(leaf *wire.LeafNode) { leaf.EncryptionKey = nil })
	if l.source == wire.LeafSourceUpdate {
		l.add(spec.LeafKeyReplaced, "the encryption_key of before", func(leaf *wire.LeafNode) { leaf.EncryptionKey = l.current.EncryptionKey })
	}
}

// capabilities are those that every leaf must have.
func (l *leafBreaker) capabilities() {
	l.add(spec.LeafVersion, "capabilities without the version", func(leaf *wire.LeafNode) {
		leaf.Capabilities.Versions = without(leaf.Capabilities.Versions, l.context.Version)
	})
	l.add(spec.LeafVersion, "capabilities with other versions only", func(leaf *wire.LeafNode) { leaf.Capabilities.Versions = []wire.ProtocolVersion{0, 2} })
	l.add(spec.LeafCipherSuite, "capabilities without the cipher suite", func(leaf *wire.LeafNode) {
		leaf.Capabilities.CipherSuites = with(without(leaf.Capabilities.CipherSuites, l.context.CipherSuite), 0x0a0a)
	})
	own := l.honest.Credential.Type
	if r := l.requires(); !slices.Contains(r.CredentialTypes, own) {
		l.add(spec.LeafOwnCredential, "capabilities without the leaf's own credential type", func(leaf *wire.LeafNode) {
			leaf.Capabilities.Credentials = without(leaf.Capabilities.Credentials, own)
		})
	}
}

func (l *leafBreaker) requires() wire.RequiredCapabilities {
	r, err := treesync.RequiredCapabilities(l.context)
	l.in.check(err)
	if r == nil {
		return wire.RequiredCapabilities{}
	}
	return *r
}

// required leaves out what the group asks for (RFC 9420 §11.1, §13.4).
func (l *leafBreaker) required() {
	r := l.requires()
	for _, x := range r.ExtensionTypes {
		if !isDefaultExtension(x) {
			l.add(spec.LeafRequiredCapabilities, "capabilities without a required extension", func(leaf *wire.LeafNode) {
				leaf.Capabilities.Extensions = without(leaf.Capabilities.Extensions, x)
			})
		}
	}
	for _, p := range r.ProposalTypes {
		if p > wire.ProposalGroupContextExtensions {
			l.add(spec.LeafRequiredCapabilities, "capabilities without a required proposal type", func(leaf *wire.LeafNode) {
				leaf.Capabilities.Proposals = without(leaf.Capabilities.Proposals, p)
			})
		}
	}
	for _, d := range r.CredentialTypes {
		if d != l.honest.Credential.Type {
			l.add(spec.LeafRequiredCapabilities, "capabilities without a required credential type", func(leaf *wire.LeafNode) {
				leaf.Capabilities.Credentials = without(leaf.Capabilities.Credentials, d)
			})
		}
	}
	for _, e := range l.context.Extensions {
		if !isDefaultExtension(e.Type) && !slices.Contains(r.ExtensionTypes, e.Type) {
			l.add(spec.LeafGroupExtensions, "capabilities without an extension of the GroupContext", func(leaf *wire.LeafNode) {
				leaf.Capabilities.Extensions = without(leaf.Capabilities.Extensions, e.Type)
			})
		}
	}
}

// lifetime: only a leaf from a KeyPackage has one, and only an application with a
// clock, or a maximum, looks at it.
func (l *leafBreaker) lifetime() {
	p := l.in.public.Policy
	if l.honest.Source != wire.LeafSourceKeyPackage {
		return
	}
	now := uint64(1) << 31
	if p.Now != nil {
		now = uint64(max(2, p.Now().Unix()))
	}
	set := func(from, to uint64) func(*wire.LeafNode) {
		return func(leaf *wire.LeafNode) { leaf.Lifetime = wire.Lifetime{NotBefore: from, NotAfter: to} }
	}
	if p.Now != nil && p.ReceivedLifetimes {
		l.add(spec.LeafLifetime, "a lifetime that ended a second ago", set(now-2, now-1))
		l.add(spec.LeafLifetime, "a lifetime that begins in a second", set(now+1, now+2))
	}
	if p.MaxLifetime > 0 {
		l.add(spec.LeafMaxLifetime, "a lifetime a second too long", set(now, now+uint64(p.MaxLifetime.Seconds())+1))
		l.add(spec.LeafMaxLifetime, "a lifetime without end", set(0, 1<<64-1))
	}
}

func (l *leafBreaker) extensions() {
	var unknown wire.ExtensionType = 0xf0f1 // for private use (RFC 9420 §17.3)
	for slices.Contains(l.honest.Capabilities.Extensions, unknown) {
		unknown++
	}
	l.add(spec.ExtensionsDistinct, "two extensions of one type", func(leaf *wire.LeafNode) {
		leaf.Capabilities.Extensions = with(leaf.Capabilities.Extensions, unknown)
		leaf.Extensions = append(leaf.Extensions, wire.Extension{Type: unknown}, wire.Extension{Type: unknown, Data: []byte("b")})
	})
	l.add(spec.LeafExtensionsSupported, "an extension that its capabilities do not list", func(leaf *wire.LeafNode) {
		leaf.Extensions = append(leaf.Extensions, wire.Extension{Type: unknown})
	})
	for _, x := range []wire.ExtensionType{wire.ExtensionRatchetTree, wire.ExtensionRequiredCapabilities, wire.ExtensionExternalSenders} {
		l.add(spec.ExtensionPlace, "the extension "+x.String()+", which has no place in a leaf", func(leaf *wire.LeafNode) {
			leaf.Extensions = append(leaf.Extensions, wire.Extension{Type: x, Data: []byte{0}})
		})
	}
}

func (l *leafBreaker) sources() {
	for _, source := range []wire.LeafNodeSource{wire.LeafSourceKeyPackage, wire.LeafSourceUpdate, wire.LeafSourceCommit} {
		if l.source != 0 && source != l.source {
			l.add(spec.LeafSource, "leaf_node_source "+source.String(), func(leaf *wire.LeafNode) {
				leaf.Source, leaf.Lifetime, leaf.ParentHash = source, wire.Lifetime{}, nil
				if source == wire.LeafSourceKeyPackage {
					leaf.Lifetime = in2000(l.in.public.Policy)
				}
			})
		}
	}
}

// in2000 is a lifetime that every policy accepts.
func in2000(p treesync.Policy) wire.Lifetime {
	if p.Now == nil {
		return wire.Lifetime{NotBefore: 1 << 30, NotAfter: 1<<30 + 1}
	}
	now := uint64(max(0, p.Now().Unix()))
	return wire.Lifetime{NotBefore: now, NotAfter: now + 1}
}

// signature: the leaf is signed for another leaf, group or use, or not at all.
func (l *leafBreaker) signature() {
	s, groupID := l.in.suite, l.context.GroupID
	other := l.in.identity("mallory").SignatureKey
	for _, v := range []struct {
		what string
		sign func(leaf *wire.LeafNode) error
	}{
		{"a signature with one bit changed", func(leaf *wire.LeafNode) error { leaf.Signature = flipped(leaf.Signature); return nil }},
		{"no signature", func(leaf *wire.LeafNode) error { leaf.Signature = nil; return nil }},
		{"a signature by another key", func(leaf *wire.LeafNode) error { return treesync.SignLeaf(s, other, leaf, groupID, l.index) }},
		{"a signature for another leaf", func(leaf *wire.LeafNode) error { return treesync.SignLeaf(s, l.sk, leaf, groupID, l.index+1) }},
		{"a signature for another group", func(leaf *wire.LeafNode) error { return treesync.SignLeaf(s, l.sk, leaf, flipped(groupID), l.index) }},
		{"a signature under another label", func(leaf *wire.LeafNode) error { return signAs(s, l, leaf) }},
	} {
		if l.honest.Source == wire.LeafSourceKeyPackage && (v.what == "a signature for another leaf" || v.what == "a signature for another group") {
			continue // it is for any
		}
		l.add(spec.LeafSignature, v.what, func(*wire.LeafNode) {})
		l.in.check(v.sign(l.out[len(l.out)-1].leaf))
	}
}

func signAs(s suite.Suite, l *leafBreaker, leaf *wire.LeafNode) (err error) {
	b := l.in.marshal(&wire.LeafNodeTBS{LeafNode: leaf, GroupID: l.context.GroupID, LeafIndex: l.index})
	leaf.Signature, err = s.SignWithLabel(l.sk, "FramedContentTBS", b)
	return err
}

func isDefaultExtension(x wire.ExtensionType) bool {
	return wire.ExtensionApplicationID <= x && x <= wire.ExtensionExternalSenders
}

func with[T comparable](list []T, v T) []T {
	if slices.Contains(list, v) {
		return list
	}
	return append(slices.Clone(list), v)
}

func without[T comparable](list []T, v T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(x T) bool { return x == v })
}
