package treesync

import (
	"bytes"

	"mlsref/impl/tree"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// proposalList is the input of the rules of RFC 9420 §12.2.
type proposalList struct {
	state   State
	sender  wire.Sender
	list    []ProposalFrom
	hasPath bool
}

// count is how many proposals of a type there are.
func (l proposalList) count(kind wire.ProposalType) (n int) {
	for _, p := range l.list {
		if p.Proposal.Type == kind {
			n++
		}
	}
	return n
}

// The list of a member's Commit is invalid if one of these is broken.
var regularRules = []func(proposalList) error{
	committerUpdates,
	committerRemoved,
	oneChangePerLeaf,
	addsDistinctClients,
	addsNewClient,
	psksDistinct,
	oneExtensionsChange,
	reInitAlone,
	noExternalInit,
	pathRequired,
}

// An external Commit's is valid if these hold. The RFC leaves it at a list of
// what may be there; that PSKs are distinct must hold for it too, as must all that
// Plan asks of each proposal and of the tree (subtle point 39).
var externalRules = []func(proposalList) error{
	externalInitOnce,
	externalRemoveOnce,
	externalOthers,
	externalPath,
	psksDistinct,
}

// Plan validates the proposals of a Commit (RFC 9420 §12.2), and whether they
// need a path (§12.4), and applies them (§12.3). The tree that results is checked
// too, but for the committer's leaf if a path is to replace it: that is Merge's.
// The last two hold for external Commits as well (subtle point 39).
func (st State) Plan(list []ProposalFrom, sender wire.Sender, hasPath bool, op Operation) (Change, error) {
	l := proposalList{st, sender, list, hasPath}
	rules := regularRules
	if sender.Type == wire.SenderNewMemberCommit {
		rules = externalRules
	}
	for _, rule := range rules { // before the first bullet: it has the signatures
		if err := rule(l); err != nil {
			return Change{}, err
		}
	}
	// The new extensions are in force for the rest of the list (§12.3, subtle point 37).
	judged := st
	for _, p := range list {
		if p.Proposal.Type == wire.ProposalGroupContextExtensions {
			judged.Context.Extensions = p.Proposal.GroupContextExtensions.Extensions
		}
	}
	for _, p := range list {
		if err := judged.ValidateProposal(p, op); err != nil {
			return Change{}, err
		}
	}
	ch, err := st.applied(list)
	if err != nil {
		return Change{}, err
	}
	ch.Committer, ch.external = sender.LeafIndex, sender.Type == wire.SenderNewMemberCommit
	if ch.external {
		ch.After, ch.Committer = ch.After.roomForOne()
		if len(ch.Removed) > 0 {
			ch.Resync = st.Tree.Leaf(ch.Removed[0])
		}
	}
	return ch, ch.validateResult(hasPath)
}

// roomForOne finds the leaf that an external committer takes: the leftmost blank
// one in the tree after the Remove, extended if there is none (RFC 9420 §12.4.2;
// subtle point 44).
func (t Tree) roomForOne() (Tree, tree.LeafIndex) {
	i := t.leftmostBlank()
	if i == t.Leaves() {
		t.nodes = t.nodes.Extend()
	}
	return t, i
}

// validateResult checks the members of the next epoch against each other and
// against new extensions (RFC 9420 §12.2, last item, and §12.1.7).
func (ch Change) validateResult(hasPath bool) error {
	next := ch.After
	if hasPath && next.Leaf(ch.Committer) != nil {
		next = next.withoutLeaf(ch.Committer)
	}
	if err := validateMembers(next); err != nil {
		return err
	}
	if SameExtensions(ch.Extensions, ch.State.Context.Extensions) {
		return nil
	}
	if err := groupCapabilities(next, ch.Extensions); err != nil {
		return err
	}
	return groupExtensions(next, ch.Extensions)
}

// SameExtensions compares two lists of extensions in their order.
func SameExtensions(a, b []wire.Extension) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Type != b[i].Type || !bytes.Equal(a[i].Data, b[i].Data) {
			return false
		}
	}
	return true
}

func groupCapabilities(t Tree, extensions []wire.Extension) error {
	required, err := RequiredCapabilities(wire.GroupContext{Extensions: extensions})
	if err != nil || required == nil {
		return err
	}
	for _, x := range required.ExtensionTypes {
		if leaf, ok := t.AllSupportExtension(x); !ok {
			return spec.GroupSupported.Broken("leaf %d does not support extension type %v", leaf, x)
		}
	}
	for _, x := range required.ProposalTypes {
		if leaf, ok := t.AllSupportProposal(x); !ok {
			return spec.GroupSupported.Broken("leaf %d does not support proposal type %v", leaf, x)
		}
	}
	for _, x := range required.CredentialTypes {
		if leaf, ok := t.AllSupportCredential(x); !ok {
			return spec.GroupSupported.Broken("leaf %d does not support credential type %v", leaf, x)
		}
	}
	return nil
}

// groupExtensions takes the Note of §13.4 for a rule: §12.1.7 alone would let in an
// extension that some member cannot honour (subtle point 17).
func groupExtensions(t Tree, extensions []wire.Extension) error {
	for _, e := range extensions {
		if leaf, ok := t.AllSupportExtension(e.Type); !ok {
			return spec.GroupExtension.Broken("leaf %d does not support extension type %v", leaf, e.Type)
		}
	}
	return nil
}

func committerUpdates(l proposalList) error {
	for _, p := range l.list {
		if p.Proposal.Type == wire.ProposalUpdate && (p.Sender.LeafIndex == l.sender.LeafIndex || !p.ByRef) {
			return spec.CommitterUpdates.Broken("leaf %d commits its own Update", l.sender.LeafIndex)
		}
	}
	return nil
}

func committerRemoved(l proposalList) error {
	for _, p := range l.list {
		if p.Proposal.Type == wire.ProposalRemove && p.Proposal.Remove.Removed == l.sender.LeafIndex {
			return spec.CommitterRemoved.Broken("leaf %d commits its own Remove", l.sender.LeafIndex)
		}
	}
	return nil
}

func oneChangePerLeaf(l proposalList) error {
	changed := map[tree.LeafIndex]bool{}
	for _, p := range l.list {
		leaf := p.Sender.LeafIndex
		switch p.Proposal.Type {
		case wire.ProposalUpdate:
		case wire.ProposalRemove:
			leaf = p.Proposal.Remove.Removed
		default:
			continue
		}
		if changed[leaf] {
			return spec.OneChangePerLeaf.Broken("leaf %d is updated or removed twice", leaf)
		}
		changed[leaf] = true
	}
	return nil
}

// adds lists the leaves of the list's Adds.
func (l proposalList) adds() []*wire.LeafNode {
	var leaves []*wire.LeafNode
	for _, p := range l.list {
		if p.Proposal.Type == wire.ProposalAdd {
			leaves = append(leaves, &p.Proposal.Add.KeyPackage.LeafNode)
		}
	}
	return leaves
}

func addsDistinctClients(l proposalList) error {
	adds := l.adds()
	seen := map[string]bool{}
	for i, leaf := range adds {
		if seen[string(leaf.SignatureKey)] {
			return spec.AddsDistinctClients.Broken("two Adds have the signature_key %x", leaf.SignatureKey)
		}
		seen[string(leaf.SignatureKey)] = true
		for _, other := range adds[:i] {
			if l.state.Policy.Credentials == nil {
				break
			}
			if l.state.Policy.sameClient(leaf, other) {
				return spec.AddsDistinctClients.Broken("two Adds have credentials of one client")
			}
		}
	}
	return nil
}

// addsNewClient looks a signature key up; only an application that tells clients
// apart by their credentials makes it go through all members.
func addsNewClient(l proposalList) error {
	removed := map[tree.LeafIndex]bool{}
	for _, p := range l.list {
		if p.Proposal.Type == wire.ProposalRemove {
			removed[p.Proposal.Remove.Removed] = true
		}
	}
	t := l.state.Tree
	for _, leaf := range l.adds() {
		if i, in := t.bySignatureKey(leaf.SignatureKey); in && !removed[i] {
			return spec.AddsNewClient.Broken("an Add has the signature_key of leaf %d", i)
		}
		if l.state.Policy.Credentials == nil {
			continue
		}
		for _, i := range t.Members() {
			if !removed[i] && l.state.Policy.sameClient(leaf, t.Leaf(i)) {
				return spec.AddsNewClient.Broken("an Add is for the client at leaf %d", i)
			}
		}
	}
	return nil
}

// psksDistinct compares whole PreSharedKeyIDs: one PSK under two nonces is allowed
// (subtle point 38).
func psksDistinct(l proposalList) error {
	seen := map[string]bool{}
	for _, p := range l.list {
		if p.Proposal.Type != wire.ProposalPSK {
			continue
		}
		id := string(mustMarshal(&p.Proposal.PreSharedKey.PSK))
		if seen[id] {
			return spec.PSKsDistinct.Broken("the PreSharedKeyID %x appears twice", id)
		}
		seen[id] = true
	}
	return nil
}

func oneExtensionsChange(l proposalList) error {
	if n := l.count(wire.ProposalGroupContextExtensions); n > 1 {
		return spec.OneExtensionsChange.Broken("there are %d", n)
	}
	return nil
}

func reInitAlone(l proposalList) error {
	if l.count(wire.ProposalReInit) > 0 && len(l.list) > 1 {
		return spec.ReInitAlone.Broken("it is one of %d proposals", len(l.list))
	}
	return nil
}

func noExternalInit(l proposalList) error {
	if l.count(wire.ProposalExternalInit) > 0 {
		return spec.NoExternalInit.Broken("leaf %d commits one", l.sender.LeafIndex)
	}
	return nil
}

// pathRequired follows the pseudocode of §12.4, which names more types than the
// prose of §12.4.2 (subtle point 35). A type that is not of the RFC would need a
// path too, unless it said otherwise (subtle point 36).
func pathRequired(l proposalList) error {
	if l.hasPath {
		return nil
	}
	if len(l.list) == 0 {
		return spec.PathRequired.Broken("a Commit without proposals has no path")
	}
	for _, p := range l.list {
		switch p.Proposal.Type {
		case wire.ProposalAdd, wire.ProposalPSK, wire.ProposalReInit: // these do without
		default:
			return spec.PathRequired.Broken("a Commit with a proposal of type %v has no path", p.Proposal.Type)
		}
	}
	return nil
}

func externalInitOnce(l proposalList) error {
	if n := l.count(wire.ProposalExternalInit); n != 1 {
		return spec.ExternalInitOnce.Broken("there are %d", n)
	}
	return nil
}

func externalRemoveOnce(l proposalList) error {
	if n := l.count(wire.ProposalRemove); n > 1 {
		return spec.ExternalRemoveOnce.Broken("there are %d", n)
	}
	return nil
}

func externalOthers(l proposalList) error {
	for _, p := range l.list {
		switch p.Proposal.Type {
		case wire.ProposalExternalInit, wire.ProposalRemove, wire.ProposalPSK:
		default:
			return spec.ExternalOthers.Broken("there is one of type %v", p.Proposal.Type)
		}
	}
	return nil
}

func externalPath(l proposalList) error {
	if !l.hasPath {
		return spec.ExternalPath.Broken("there is none")
	}
	return nil
}
