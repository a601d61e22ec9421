package model

// EventKind names an abstract step of a group's history.
type EventKind string

// The abstract events. Epoch is the group's epoch after a create, commit,
// process or join, and the current one elsewhere.
const (
	Create     EventKind = "create"      // Actor creates Group, at epoch 0
	KeyPackage EventKind = "key_package" // Actor makes an init key and a leaf key, kept until it joins
	Propose    EventKind = "propose"     // Actor makes a new leaf key for an Update, kept until the epoch ends
	Commit     EventKind = "commit"      // Actor commits Adds, Removes, Updates; Epoch is the new epoch
	Process    EventKind = "process"     // Actor moves to Epoch (the committer too)
	Join       EventKind = "join"        // Actor enters at Epoch by a Welcome and drops its init key
	Leave      EventKind = "leave"       // Actor processed its removal and dropped the group's state
	Send       EventKind = "send"        // Actor sends application message number Message
	Receive    EventKind = "receive"     // Actor opened Message
	Compromise EventKind = "compromise"  // Actor's live state is stolen
)

// Event is one abstract step. It names members and epochs, no keys, no terms.
type Event struct {
	Kind      EventKind `json:"kind"`
	Actor     string    `json:"actor"`
	Group     string    `json:"group,omitempty"`
	Epoch     uint64    `json:"epoch"`
	Adds      []string  `json:"adds,omitempty"`      // in the Commit's order
	Removes   []string  `json:"removes,omitempty"`   // names
	Updates   []string  `json:"updates,omitempty"`   // names whose Update proposal the Commit applies
	Path      bool      `json:"path,omitempty"`      // the Commit has an UpdatePath
	Encrypted bool      `json:"encrypted,omitempty"` // the Commit was sent as a PrivateMessage
	Message   int       `json:"message,omitempty"`   // 1 for the first application message
	Proposes  string    `json:"proposes,omitempty"`  // update, add or remove (Propose only)
}

// GoalKind says what kind of secret a goal is.
type GoalKind string

// The secrets that are judged.
const (
	EpochSecret GoalKind = "epoch_secret"
	InitSecret  GoalKind = "init_secret"
	Message     GoalKind = "message"
)

// Goal is one secret whose fate is judged.
type Goal struct {
	Kind    GoalKind `json:"kind"`
	Group   string   `json:"group"`
	Epoch   uint64   `json:"epoch"`
	Message int      `json:"message,omitempty"`
}
