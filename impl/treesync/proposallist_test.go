package treesync

import (
	"errors"
	"slices"
	"testing"

	"mlsref/impl/wire"
	"mlsref/spec"
)

func (h *honest) psk(name string) ProposalFrom {
	id := wire.PreSharedKeyID{PSKType: wire.PSKExternal, PSKID: []byte(name), PSKNonce: make([]byte, h.s.Nh())}
	return ProposalFrom{Proposal: wire.Proposal{Type: wire.ProposalPSK, PreSharedKey: &wire.PreSharedKey{PSK: id}}, ByRef: true}
}

func (h *honest) resumption(usage wire.ResumptionPSKUsage) ProposalFrom {
	p := h.psk("")
	psk := &p.Proposal.PreSharedKey.PSK
	psk.PSKType, psk.Usage, psk.PSKGroupID = wire.PSKResumption, usage, h.gc.GroupID
	return p
}

func reInit(version wire.ProtocolVersion) ProposalFrom {
	return ProposalFrom{ByRef: true, Proposal: wire.Proposal{
		Type: wire.ProposalReInit, ReInit: &wire.ReInit{GroupID: []byte("next"), Version: version, CipherSuite: 1}}}
}

func extensions(list ...wire.Extension) ProposalFrom {
	return ProposalFrom{ByRef: true, Proposal: wire.Proposal{
		Type: wire.ProposalGroupContextExtensions, GroupContextExtensions: &wire.GroupContextExtensions{Extensions: list}}}
}

func required(r wire.RequiredCapabilities) wire.Extension {
	return wire.Extension{Type: wire.ExtensionRequiredCapabilities, Data: mustMarshal(&r)}
}

var joiner = wire.Sender{Type: wire.SenderNewMemberCommit}

func externalInit() ProposalFrom {
	return ProposalFrom{Sender: joiner, Proposal: wire.Proposal{
		Type: wire.ProposalExternalInit, ExternalInit: &wire.ExternalInit{KEMOutput: []byte("kem")}}}
}

// supporting is a new client's Add, whose leaf lists an extension type.
func (h *honest) supporting(x wire.ExtensionType) ProposalFrom {
	p := h.add()
	kp := &p.Proposal.Add.KeyPackage
	kp.LeafNode.Capabilities.Extensions = append(slices.Clone(kp.LeafNode.Capabilities.Extensions), x)
	h.signKeyPackage(kp)
	return p
}

// Leaf 0 commits in an honest group of four; each case is a whole list of proposals
// that do not touch the tree.
func TestOtherProposalRules(t *testing.T) {
	h := honestGroup(t, 4)
	nonce := h.psk("a")
	nonce.Proposal.PreSharedKey.PSK.PSKNonce = make([]byte, h.s.Nh()+1)
	other := h.psk("a")
	other.Proposal.PreSharedKey.PSK.PSKNonce = append(make([]byte, h.s.Nh()-1), 1)
	byValue := externalInit()
	byValue.Sender = member(0)
	const unknown = wire.ExtensionType(0xff01)
	for _, v := range []struct {
		what string
		rule *spec.Rule
		list []ProposalFrom
	}{
		{"PSKs", nil, []ProposalFrom{h.psk("a"), h.psk("b"), h.resumption(wire.ResumptionApplication)}},
		{"one PSK twice", spec.PSKsDistinct, []ProposalFrom{h.psk("a"), h.psk("b"), h.psk("a")}},
		{"one PSK under two nonces", nil, []ProposalFrom{h.psk("a"), other}}, // Subtle point 38
		{"a nonce too long", spec.PSKNonce, []ProposalFrom{nonce}},
		{"usage reinit", spec.PSKReInit, []ProposalFrom{h.resumption(wire.ResumptionReInit)}},
		{"usage branch", spec.PSKBranch, []ProposalFrom{h.resumption(wire.ResumptionBranch)}},
		{"no such usage", spec.PSKUsage, []ProposalFrom{h.resumption(4)}},
		{"ReInit", nil, []ProposalFrom{reInit(1)}},
		{"ReInit to a later version", nil, []ProposalFrom{reInit(2)}},
		{"ReInit to an earlier version", spec.ReInitVersion, []ProposalFrom{reInit(0)}},
		{"ReInit and an Add", spec.ReInitAlone, []ProposalFrom{reInit(1), h.add()}},
		{"two ReInits", spec.ReInitAlone, []ProposalFrom{reInit(1), reInit(1)}},
		{"extensions", nil, []ProposalFrom{extensions(), h.add()}},
		{"extensions twice", spec.OneExtensionsChange, []ProposalFrom{extensions(), extensions()}},
		{"an extension nobody supports", spec.GroupExtension, []ProposalFrom{extensions(wire.Extension{Type: unknown})}},
		{"a capability nobody has", spec.GroupSupported, []ProposalFrom{
			extensions(required(wire.RequiredCapabilities{ExtensionTypes: []wire.ExtensionType{unknown}}))}},
		{"a proposal type nobody knows", spec.GroupSupported, []ProposalFrom{
			extensions(required(wire.RequiredCapabilities{ProposalTypes: []wire.ProposalType{0xff01}}))}},
		{"a credential type nobody knows", spec.GroupSupported, []ProposalFrom{
			extensions(required(wire.RequiredCapabilities{CredentialTypes: []wire.CredentialType{wire.CredentialX509}}))}},
		{"defaults required", nil, []ProposalFrom{extensions(required(wire.RequiredCapabilities{
			ExtensionTypes: []wire.ExtensionType{wire.ExtensionApplicationID}, ProposalTypes: []wire.ProposalType{wire.ProposalReInit},
			CredentialTypes: []wire.CredentialType{wire.CredentialBasic}}))}},
		{"an extension in the wrong place", spec.ExtensionPlace, []ProposalFrom{extensions(wire.Extension{Type: wire.ExtensionRatchetTree})}},
		{"ExternalInit by a member", spec.NoExternalInit, []ProposalFrom{byValue}},
	} {
		t.Run(v.what, func(t *testing.T) { brokenRule(t, h.plan(v.list, true), v.rule) })
	}
}

// PSKs of usage reinit and branch are for the one operation each (Subtle point 42).
func TestLinkingPSKs(t *testing.T) {
	h := honestGroup(t, 1)
	for usage, rule := range map[wire.ResumptionPSKUsage]map[Operation]*spec.Rule{
		wire.ResumptionReInit: {Ordinary: spec.PSKReInit, Branching: spec.PSKReInit, Reinitialisation: nil},
		wire.ResumptionBranch: {Ordinary: spec.PSKBranch, Branching: nil, Reinitialisation: spec.PSKBranch},
	} {
		for op, want := range rule {
			p := h.resumption(usage)
			brokenRule(t, h.state().ValidateProposal(p, op), want)
		}
	}
}

// Subtle points 17 and 37: new extensions come first, and all members of the next
// epoch must support them: those added, those updated, not those removed.
func TestNewExtensionsGovern(t *testing.T) {
	h := newHonest(t, 1)
	const x = wire.ExtensionType(0xff01)
	first := h.keyPackage()
	first.LeafNode.Capabilities.Extensions = []wire.ExtensionType{x}
	h.signKeyPackage(&first)
	h.tree = New(first.LeafNode)
	h.commit(0, true, h.supporting(x), h.add())
	change := extensions(wire.Extension{Type: x}, required(wire.RequiredCapabilities{ExtensionTypes: []wire.ExtensionType{x}}))
	for _, v := range []struct {
		what string
		rule *spec.Rule
		list []ProposalFrom
	}{
		{"leaf 2 stays", spec.GroupSupported, []ProposalFrom{change}},
		{"leaf 2 goes", nil, []ProposalFrom{remove(2), change}},
		{"one comes who supports it", nil, []ProposalFrom{h.supporting(x), remove(2), change}},
		{"one comes who does not", spec.LeafRequiredCapabilities, []ProposalFrom{h.add(), remove(2), change}},
		{"an Update of one who does", nil, []ProposalFrom{h.update(1), remove(2), change}},
	} {
		t.Run(v.what, func(t *testing.T) { brokenRule(t, h.plan(v.list, true), v.rule) })
	}
	// What was required goes with the extension.
	h.commit(0, true, remove(2), change)
	brokenRule(t, h.plan([]ProposalFrom{h.add()}, true), spec.LeafRequiredCapabilities)
	brokenRule(t, h.plan([]ProposalFrom{h.add(), extensions()}, true), nil)
}

// Somebody comes into an honest group of four from outside.
func TestExternalCommitRules(t *testing.T) {
	h := honestGroup(t, 4)
	from := func(p ProposalFrom) ProposalFrom { p.Sender, p.ByRef = joiner, false; return p }
	for _, v := range []struct {
		what    string
		rule    *spec.Rule
		list    []ProposalFrom
		hasPath bool
	}{
		{"join", nil, []ProposalFrom{externalInit()}, true},
		{"resync with a PSK", nil, []ProposalFrom{from(h.psk("a")), from(remove(2)), externalInit()}, true},
		{"no path", spec.ExternalPath, []ProposalFrom{externalInit()}, false},
		{"no ExternalInit", spec.ExternalInitOnce, []ProposalFrom{from(h.psk("a"))}, true},
		{"two ExternalInits", spec.ExternalInitOnce, []ProposalFrom{externalInit(), externalInit()}, true},
		{"two Removes", spec.ExternalRemoveOnce, []ProposalFrom{externalInit(), from(remove(1)), from(remove(2))}, true},
		{"an Add", spec.ExternalOthers, []ProposalFrom{externalInit(), from(h.add())}, true},
		{"extensions", spec.ExternalOthers, []ProposalFrom{externalInit(), from(extensions())}, true},
		// Subtle point 39: what is asked of a member's Commit is asked here too.
		{"Remove of a blank leaf", spec.RemovedIsMember, []ProposalFrom{externalInit(), from(remove(9))}, true},
		{"one PSK twice", spec.PSKsDistinct, []ProposalFrom{externalInit(), from(h.psk("a")), from(h.psk("a"))}, true},
		{"a nonce too short", spec.PSKNonce, []ProposalFrom{externalInit(), from(ProposalFrom{Proposal: wire.Proposal{
			Type: wire.ProposalPSK, PreSharedKey: &wire.PreSharedKey{PSK: wire.PreSharedKeyID{PSKType: wire.PSKExternal}}}})}, true},
	} {
		t.Run(v.what, func(t *testing.T) {
			_, err := h.state().Plan(v.list, joiner, v.hasPath, Ordinary)
			brokenRule(t, err, v.rule)
		})
	}
	commit := &wire.Commit{Proposals: []wire.ProposalOrRef{{Type: wire.ProposalOrRefReference, Reference: []byte("ref")}}}
	_, err := h.state().Resolve(commit, joiner)
	brokenRule(t, err, spec.ExternalByValue)
	_, err = h.state().SenderKey(&wire.FramedContent{Sender: joiner, Commit: commit})
	brokenRule(t, err, spec.ExternalPath)
}

// A resync is for the same client only: here leaf 2 comes back, or somebody who is
// somebody else.
func TestExternalSuccessorRule(t *testing.T) {
	h := honestGroup(t, 4)
	gone := remove(2)
	gone.Sender, gone.ByRef = joiner, false
	ch, err := h.state().Plan([]ProposalFrom{externalInit(), gone}, joiner, true, Ordinary)
	h.check(err)
	old, stranger := *h.tree.Leaf(2), h.keyPackage().LeafNode
	for _, v := range []struct {
		what string
		rule *spec.Rule
		leaf wire.LeafNode
		bend func(*wire.UpdatePath)
		as   CredentialCheck
	}{
		{"the same client", nil, old, nil, nil},
		{"a stranger", spec.ExternalSuccessor, stranger, nil, nil},
		{"a stranger whom the application takes for it", nil, stranger, nil, anyone{}},
		{"whom the application does not take for it", spec.ExternalSuccessor, old, nil, nobody{}},
		{"the same leaf key", spec.PathLeafKeyFresh, old, func(p *wire.UpdatePath) { p.LeafNode.EncryptionKey = old.EncryptionKey }, nil},
	} {
		t.Run(v.what, func(t *testing.T) {
			path, _ := h.path(ch, v.leaf)
			if v.bend != nil {
				v.bend(&path)
				h.sign(&path.LeafNode, ch.Committer)
			}
			judged := ch
			judged.Policy.Credentials = v.as
			_, err := judged.Merge(&path)
			brokenRule(t, err, v.rule)
		})
	}
}

// anyone and nobody are applications of little judgement.
type anyone struct{}

func (anyone) Accept(wire.Credential, []byte) error             { return nil }
func (anyone) Successor(wire.Credential, wire.Credential) error { return nil }
func (anyone) SameClient(wire.Credential, wire.Credential) bool { return true }

type nobody struct{ anyone }

func (nobody) Successor(wire.Credential, wire.Credential) error { return errors.New("someone else") }
func (nobody) SameClient(wire.Credential, wire.Credential) bool { return false }

// An application may tell clients apart by their credentials, with other keys.
func TestSameClient(t *testing.T) {
	h := honestGroup(t, 2)
	for _, v := range []struct {
		rule *spec.Rule
		list []ProposalFrom
		as   CredentialCheck
	}{
		{nil, []ProposalFrom{h.add(), h.add()}, nobody{}},
		{spec.AddsDistinctClients, []ProposalFrom{h.add(), h.add()}, anyone{}},
		{spec.AddsNewClient, []ProposalFrom{h.add()}, anyone{}},
	} {
		st := h.state()
		st.Policy.Credentials = v.as
		_, err := st.Plan(v.list, member(0), true, Ordinary)
		brokenRule(t, err, v.rule)
	}
}

// Whose key must have signed (valn1301): each kind of sender has its own.
func TestSenderKey(t *testing.T) {
	h := honestGroup(t, 3)
	external := wire.ExternalSender{SignatureKey: h.tree.Leaf(1).SignatureKey, Credential: h.tree.Leaf(1).Credential}
	h.gc.Extensions = []wire.Extension{{Type: wire.ExtensionExternalSenders,
		Data: mustMarshal(&wire.ExternalSenders{Senders: []wire.ExternalSender{external}})}}
	kp := h.keyPackage()
	add := &wire.Proposal{Type: wire.ProposalAdd, Add: &wire.Add{KeyPackage: kp}}
	commit := &wire.Commit{Path: &wire.UpdatePath{LeafNode: kp.LeafNode}}
	for _, v := range []struct {
		what    string
		content wire.FramedContent
		want    []byte
		rule    *spec.Rule
	}{
		{"member", wire.FramedContent{Sender: member(2)}, h.tree.Leaf(2).SignatureKey, nil},
		{"blank leaf", wire.FramedContent{Sender: member(3)}, nil, spec.SenderIsMember}, // Subtle point 29
		{"no such leaf", wire.FramedContent{Sender: member(1 << 31)}, nil, spec.SenderIsMember},
		{"external", wire.FramedContent{Sender: wire.Sender{Type: wire.SenderExternal}}, external.SignatureKey, nil},
		{"external, not listed", wire.FramedContent{Sender: wire.Sender{Type: wire.SenderExternal, SenderIndex: 1}}, nil, spec.ExternalSenderListed},
		{"new member's proposal", wire.FramedContent{Sender: wire.Sender{Type: wire.SenderNewMemberProposal}, Proposal: add}, kp.LeafNode.SignatureKey, nil},
		{"new member's proposal of something else", wire.FramedContent{Sender: wire.Sender{Type: wire.SenderNewMemberProposal}, Proposal: &wire.Proposal{}}, nil, spec.ContentSignature},
		{"new member's Commit", wire.FramedContent{Sender: joiner, Commit: commit}, kp.LeafNode.SignatureKey, nil},
	} {
		t.Run(v.what, func(t *testing.T) {
			key, err := h.state().SenderKey(&v.content)
			brokenRule(t, err, v.rule)
			if string(key) != string(v.want) {
				t.Errorf("key is %x, want %x", key, v.want)
			}
		})
	}
	without := h.state()
	without.Context.Extensions = nil
	_, err := without.SenderKey(&wire.FramedContent{Sender: wire.Sender{Type: wire.SenderExternal}})
	brokenRule(t, err, spec.ExternalSenderListed)
}

// Subtle point 40: a reference to what was not received is refused; by value the
// committer counts as sender.
func TestResolve(t *testing.T) {
	h := honestGroup(t, 3)
	update := h.update(1)
	st, err := h.state().Receive([]byte("ref"), update.Proposal, update.Sender)
	h.check(err)
	commit := func(p ...wire.ProposalOrRef) *wire.Commit { return &wire.Commit{Proposals: p} }
	seen := wire.ProposalOrRef{Type: wire.ProposalOrRefReference, Reference: []byte("ref")}
	value := wire.ProposalOrRef{Type: wire.ProposalOrRefProposal, Proposal: &update.Proposal}
	list, err := st.Resolve(commit(seen, value), member(2))
	h.check(err)
	if list[0].Sender != member(1) || !list[0].ByRef || list[1].Sender != member(2) || list[1].ByRef {
		t.Errorf("the senders are %v and %v", list[0].Sender, list[1].Sender)
	}
	_, err = st.Resolve(commit(wire.ProposalOrRef{Type: wire.ProposalOrRefReference, Reference: []byte("other")}), member(2))
	brokenRule(t, err, spec.ProposalKnown)
	_, err = st.Receive([]byte("x"), remove(7).Proposal, member(1))
	brokenRule(t, err, spec.RemovedIsMember)
	_, err = st.Receive([]byte("x"), externalInit().Proposal, member(1))
	brokenRule(t, err, spec.ExternalInit)
}
