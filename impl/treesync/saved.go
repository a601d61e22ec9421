package treesync

import "mlsref/impl/wire"

// SavedState is the public state of an epoch as it is saved: this project's own
// struct, since RFC 9420 has none. Suite and Policy are the client's to give again.
type SavedState struct {
	Context   wire.GroupContext
	Tree      wire.RatchetTree
	Proposals []SavedProposal
}

// SavedProposal is a proposal of the epoch with its ProposalRef.
type SavedProposal struct {
	Reference []byte
	Sender    wire.Sender
	Proposal  wire.Proposal
}

func (s *SavedState) Wire(c *wire.Codec) {
	wire.Struct(c, "group_context", &s.Context)
	wire.Struct(c, "ratchet_tree", &s.Tree)
	wire.Vector(c, "proposals", &s.Proposals)
}

func (p *SavedProposal) Wire(c *wire.Codec) {
	c.Opaque("reference", &p.Reference)
	wire.Struct(c, "sender", &p.Sender)
	wire.Struct(c, "proposal", &p.Proposal)
}

// Save is st without its Suite and Policy.
func (st State) Save() SavedState {
	saved := SavedState{Context: st.Context, Tree: st.Tree.Wire()}
	for _, p := range st.proposals {
		saved.Proposals = append(saved.Proposals, SavedProposal{p.reference, p.from.Sender, p.from.Proposal})
	}
	return saved
}

// Load is the state that was saved, with the Suite and Policy of st. Nothing is
// trusted: the tree and the proposals are validated as when they came in, but for what
// time may have changed since: a credential or a lifetime that has expired shuts nobody
// out of a group (RFC 9420 §5.3.2, §7.3).
func (st State) Load(saved SavedState) (State, error) {
	policy := st.Policy
	st.Policy.Credentials, st.Policy.Now = nil, nil
	t, err := FromWire(st.Suite, saved.Tree)
	if err != nil {
		return st, err
	}
	if err := ValidateTree(st.Suite, t, saved.Context, st.Policy); err != nil {
		return st, err
	}
	st.Context, st.Tree = saved.Context, t
	for _, p := range saved.Proposals {
		if st, err = st.Receive(p.Reference, p.Proposal, p.Sender); err != nil {
			return st, err
		}
	}
	st.Policy = policy
	return st, nil
}
