package wire

import "testing"

// What Describe prints is the RFC's own syntax, but for opaque typedefs.
func TestDescribe(t *testing.T) {
	for _, v := range []struct {
		of   Wirer
		want string
	}{
		{new(Sender), `struct {
    SenderType sender_type;
    select (Sender.sender_type) {
        case member:
            uint32 leaf_index;
        case external:
            uint32 sender_index;
        case new_member_commit:
            struct{};
        case new_member_proposal:
            struct{};
    };
} Sender;
`},
		{new(LeafNodeTBS), `struct {
    opaque encryption_key<V>;
    opaque signature_key<V>;
    Credential credential;
    Capabilities capabilities;
    LeafNodeSource leaf_node_source;
    select (LeafNodeTBS.leaf_node_source) {
        case key_package:
            Lifetime lifetime;
        case update:
            struct{};
        case commit:
            opaque parent_hash<V>;
    };
    Extension extensions<V>;
    select (LeafNodeTBS.leaf_node_source) {
        case key_package:
            struct{};
        case update:
            opaque group_id<V>;
            uint32 leaf_index;
        case commit:
            opaque group_id<V>;
            uint32 leaf_index;
    };
} LeafNodeTBS;
`},
		{new(PreSharedKeyID), `struct {
    PSKType psktype;
    select (PreSharedKeyID.psktype) {
        case external:
            opaque psk_id<V>;
        case resumption:
            ResumptionPSKUsage usage;
            opaque psk_group_id<V>;
            uint64 psk_epoch;
    };
    opaque psk_nonce<V>;
} PreSharedKeyID;
`},
		{new(Commit), `struct {
    ProposalOrRef proposals<V>;
    optional<UpdatePath> path;
} Commit;
`},
		{new(RatchetTree), `struct {
    optional<Node> ratchet_tree<V>;
} RatchetTree;
`},
		{new(FramedContentAuthData).For(ContentCommit), `struct {
    opaque signature<V>;
    select (FramedContentAuthData.content_type) {
        case commit:
            opaque confirmation_tag<V>;
        case application:
            struct{};
        case proposal:
            struct{};
    };
} FramedContentAuthData;
`},
	} {
		if got := Describe(v.of).String(); got != v.want {
			t.Errorf("got\n%s\nwant\n%s", got, v.want)
		}
	}
}
