package model

// EventKind names an abstract step of a run.
type EventKind string

// The abstract events. A state is one epoch of one group as some Commit made it;
// its ID is unique over the run: "room/3", and "room/3b" for another Commit to
// the same epoch (a fork, or a Commit that lost a race).
const (
	Create     EventKind = "create"      // Actor makes State, epoch 0 of Group
	KeyPackage EventKind = "key_package" // Actor makes Package, kept until it joins with it (What LastResort: for ever)
	Deal       EventKind = "deal"        // the external PSK goes to Names, who keep it
	Identity   EventKind = "identity"    // Actor makes its signature key (What NewKey: a fresh one, for leaves made from now on)
	Propose    EventKind = "propose"     // Actor in State makes a proposal; an update makes a leaf key, kept until Actor leaves State
	Commit     EventKind = "commit"      // Actor in From makes State, and waits with both in hand; External: it holds State only. Commit and Welcome are seen on the wire
	Process    EventKind = "process"     // Actor moves From -> State (the committer too), and drops From
	Discard    EventKind = "discard"     // Actor drops its pending State: its Commit lost
	Join       EventKind = "join"        // Actor enters State by a Welcome to Package, and drops the package
	Leave      EventKind = "leave"       // Actor drops all of its seat in Group
	Send       EventKind = "send"        // Actor in State sends application message Message
	Receive    EventKind = "receive"     // Actor opens Message, of State: its current one or one that it retains
	Handle     EventKind = "handle"      // Actor opened the encrypted Commit to State and did not move; or, in State, the encrypted Proposal
	Retention  EventKind = "retention"   // Actor keeps message ratchets (and sender_data_secret) of the last Message states, resumption_psks of the last Epoch states, in each group
	Export     EventKind = "export"      // Actor in State exports a value with the label What
	Compromise EventKind = "compromise"  // Actor is robbed: of all (What ""), or of what What says
	Randomness EventKind = "randomness"  // from now on the attacker knows what Actor draws (What Known), or no longer does (Good)
)

// What an event's What says.
const (
	LastResort   = "last resort"   // KeyPackage: may be used again and again
	NewKey       = "new"           // Identity: a fresh key
	SignatureKey = "signature key" // Compromise: only that
	KeyPackages  = "key package"   // Compromise: only the packages not yet used
	Known        = "known"         // Randomness
	Good         = "good"          // Randomness
	Attacker     = "attacker"      // Event.By
)

// Add is a member that a Commit adds, and by which of its packages.
type Add struct {
	Name    string `json:"name"`
	Package string `json:"package"`
}

// Update is a member whose Update proposal a Commit applies, and which one.
type Update struct {
	Name     string `json:"name"`
	Proposal string `json:"proposal"`
}

// PSKRef names a pre-shared key: an external one by its ID, or the
// resumption_psk of a state.
type PSKRef struct {
	External string `json:"external,omitempty"`
	State    string `json:"state,omitempty"`
}

// Event is one abstract step. It names clients, states, packages, proposals and
// PSKs; no keys, no terms. A client sits at most once in a group.
type Event struct {
	Kind      EventKind `json:"kind"`
	Actor     string    `json:"actor,omitempty"`
	Group     string    `json:"group,omitempty"`
	Epoch     uint64    `json:"epoch,omitempty"` // of State
	State     string    `json:"state,omitempty"`
	From      string    `json:"from,omitempty"`
	Package   string    `json:"package,omitempty"`
	Proposal  string    `json:"proposal,omitempty"`
	PSK       string    `json:"psk,omitempty"`
	Adds      []Add     `json:"adds,omitempty"` // in the Commit's order
	Updates   []Update  `json:"updates,omitempty"`
	Removes   []string  `json:"removes,omitempty"`
	PSKs      []PSKRef  `json:"psks,omitempty"`      // in the Commit's order
	Path      bool      `json:"path,omitempty"`      // the Commit has an UpdatePath
	Encrypted bool      `json:"encrypted,omitempty"` // the Commit or proposal is a PrivateMessage
	External  bool      `json:"external,omitempty"`  // Actor takes a new leaf from outside; a resync also removes Actor
	Message   int       `json:"message,omitempty"`   // numbers are unique over the run, from 1
	Proposes  string    `json:"proposes,omitempty"`  // update, add, remove, psk, reinit, extensions
	Names     []string  `json:"names,omitempty"`
	What      string    `json:"what,omitempty"`
	By        string    `json:"by,omitempty"` // Attacker: it does this as Actor, with randomness that it knows
	// Generation is, By Attacker, which key of Actor's ratchet in the state it
	// uses, from 0: it may be one that Actor uses too. Honest senders count.
	Generation int `json:"generation,omitempty"`
}

// GoalKind says what kind of secret a goal is.
type GoalKind string

// The secrets that are judged. Those of a state carry Group, Epoch and State.
const (
	EpochSecret        GoalKind = "epoch_secret"
	InitSecret         GoalKind = "init_secret"
	JoinerSecret       GoalKind = "joiner_secret"
	WelcomeSecret      GoalKind = "welcome_secret" // of a Commit with Adds
	SenderDataSecret   GoalKind = "sender_data_secret"
	EncryptionSecret   GoalKind = "encryption_secret"
	ExporterSecret     GoalKind = "exporter_secret"
	ExternalSecret     GoalKind = "external_secret"
	ConfirmationKey    GoalKind = "confirmation_key"
	MembershipKey      GoalKind = "membership_key"
	ResumptionPSK      GoalKind = "resumption_psk"
	EpochAuthenticator GoalKind = "epoch_authenticator"
	PathSecret         GoalKind = "path_secret" // Node: array index of RFC 9420 App. C
	NodeKey            GoalKind = "node_key"    // Node
	LeafKey            GoalKind = "leaf_key"    // Owner: of the leaf that is new in the state
	Message            GoalKind = "message"     // Message
	ExportedValue      GoalKind = "export"      // Label
	PSK                GoalKind = "psk"         // Label: the ID of an external PSK
	InitKey            GoalKind = "init_key"    // Label: the ID of a package
)

// Goal is one secret whose fate is judged.
type Goal struct {
	Kind    GoalKind `json:"kind"`
	Group   string   `json:"group,omitempty"`
	Epoch   uint64   `json:"epoch,omitempty"`
	State   string   `json:"state,omitempty"`
	Label   string   `json:"label,omitempty"`
	Node    uint32   `json:"node,omitempty"`
	Owner   string   `json:"owner,omitempty"`
	Message int      `json:"message,omitempty"`
}
