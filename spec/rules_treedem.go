package spec

// Rules of message protection (layer 3).
var (
	ApplicationPrivate  = rule("6/application-private", "6", "application data is sent as a PrivateMessage only")
	SameGroup           = rule("6/group", "6", "a message belongs to this group")
	SameEpoch           = rule("12.4.2/epoch", "12.4.2", "a message belongs to the current epoch")
	ContentSignature    = rule("6.1/signature", "6.1", "the FramedContent's signature verifies under the sender's key")
	ConfirmationTag     = rule("6.1/confirmation-tag", "6.1", "a Commit's confirmation_tag verifies under the new epoch's confirmation_key")
	MembershipTag       = rule("6.2/membership-tag", "6.2", "a member's PublicMessage has a membership_tag that verifies")
	PrivateSenderMember = rule("6.3.2/sender-member", "6.3.2", "the sender of a PrivateMessage is a member")
	SenderIsMember      = rule("6.3.2/leaf-index", "6.3.2", "the sender's leaf_index names a leaf that is not blank")
	SenderDataOpens     = rule("6.3.2/opens", "6.3.2", "the sender data opens under the epoch's sender_data_secret")
	PrivateOpens        = rule("6.3.1/opens", "6.3.1", "the content opens under the key of the sender's generation")
	PaddingZero         = rule("6.3.1/padding-zero", "6.3.1", "every byte of padding is zero")
	ForwardBound        = rule("9.1/forward-bound", "9.1", "a message skips no more generations than the receiver's bound")
	GenerationOnce      = rule("9.1/generation-once", "9.1", "the key of a generation opens one message only")
)
