package trace

import "mlsref/model"

// Version is the version of the trace format that this code writes and reads.
const Version = 2

// Header is the first line of a trace: what is needed to play it again.
type Header struct {
	Format   string `json:"format"` // "mlsref-trace"
	Version  int    `json:"version"`
	Suite    string `json:"suite"` // the RFC's name
	Seed     uint64 `json:"seed"`
	File     string `json:"file"`     // the scenario's name, for messages
	Scenario string `json:"scenario"` // the scenario's text
}

// Kinds of event. A protocol step's kind is "step" and its Step says which.
const (
	KindStep       = "step"       // Step
	KindPrimitive  = "primitive"  // Op, Out, Define: a call whose output is new
	KindRepeated   = "repeated"   // Calls: of the step, that gave nothing but terms defined before
	KindWire       = "wire"       // Wire, Terms
	KindCompromise = "compromise" // Terms: what the walk of the live state found
	KindGoal       = "goal"       // Goal, Term
	KindSnapshot   = "snapshot"   // Members: who holds what at this epoch
	KindExpect     = "expect"     // Expect
	KindKnown      = "known"      // Terms: what the actor drew while the attacker knew its randomness
	KindReject     = "reject"     // Reject: a client refused a message
	KindLeftover   = "leftover"   // Leftover, Terms: a value that should have been erased
	KindAttack     = "attack"     // Attack: a step of the attacker, and what came of it
	KindEnd        = "end"        // Count; the last line of a file, never in Trace.Events
)

// Event is one line of a trace after the header.
type Event struct {
	Seq    int            `json:"seq"`
	Kind   string         `json:"kind"`
	Actor  string         `json:"actor,omitempty"`
	Layer  string         `json:"layer,omitempty"` // treesync, treekem, treedem or group
	Line   int            `json:"line,omitempty"`  // of the scenario
	Step   *model.Event   `json:"step,omitempty"`
	Op     string         `json:"op,omitempty"`
	Out    []model.TermID `json:"out,omitempty"`
	Define []Definition   `json:"define,omitempty"`
	Wire   *Wire          `json:"wire,omitempty"`
	Terms  []model.TermID `json:"terms,omitempty"`
	Goal   *model.Goal    `json:"goal,omitempty"`
	Term   model.TermID   `json:"term,omitempty"`
	Tree   *Snapshot      `json:"tree,omitempty"`
	Expect *Expect        `json:"expect,omitempty"`
	Reject *Reject        `json:"reject,omitempty"`
	Attack *Attack        `json:"attack,omitempty"`

	Leftover *Leftover      `json:"leftover,omitempty"`
	Calls    map[string]int `json:"calls,omitempty"` // by layer and operation: "treekem expand"

	Count int `json:"count,omitempty"` // end: how many events came before
}

// Definition is a new term with its real bytes. A constant's bytes are public
// data; a concat's are the whole structure; its Gaps say where its parts lie.
type Definition struct {
	model.Term
	Value  string `json:"value"`            // hex
	Parts  []int  `json:"parts,omitempty"`  // concat: offset of each argument in Value, bytes
	Extra  string `json:"extra,omitempty"`  // encrypt, external_init: the KEM output, hex
	Length int    `json:"length,omitempty"` // expand: the length asked for, bytes
	Suite  uint16 `json:"suite,omitempty"`  // the cipher suite, if it is not the header's
}

// Wire is one message given to the delivery service.
type Wire struct {
	Kind  string `json:"kind"`  // key_package, proposal, commit, welcome, application
	Size  int    `json:"size"`  // bytes
	Bytes string `json:"bytes"` // hex
}

// Reject is a message that a client refused; nothing changed by it.
type Reject struct {
	Kind string `json:"kind"`           // as Wire's
	From string `json:"from"`           // its sender, or whom the attacker pretended to be
	Rule string `json:"rule,omitempty"` // the ID of the broken rule, if it is one
	Why  string `json:"why"`
}

// Attack is a step of the attacker: what it tried with what it had stolen.
type Attack struct {
	Number   int      `json:"number"`
	What     string   `json:"what"`         // sends, commits, removes, updates, joins, alters
	As       string   `json:"as,omitempty"` // always there, but where a message was altered and not signed again
	Group    string   `json:"group"`
	State    string   `json:"state,omitempty"`
	Failed   string   `json:"failed,omitempty"` // why the attacker could not even make the message
	Accepted []string `json:"accepted,omitempty"`
	Rejected []string `json:"rejected,omitempty"`
	Altered  *Altered `json:"altered,omitempty"` // alters
}

// Altered is a message of the wire that the attacker changed a part of.
type Altered struct {
	Wire       int      `json:"wire"` // its number, from 1
	Kind       string   `json:"kind"` // as Wire's
	At         string   `json:"at"`   // the path of the part
	How        string   `json:"how"`  // with, without, twice
	With       int      `json:"with,omitempty"`
	Encrypted  bool     `json:"encrypted,omitempty"`  // signed again: sent as a PrivateMessage
	Generation uint32   `json:"generation,omitempty"` // and with which key of the sender's ratchet
	Removed    []string `json:"removed,omitempty"`    // who accepted a Commit that removes it: it cannot check the confirmation_tag
	Same       []string `json:"same,omitempty"`       // who read in it what was there before: a Welcome's part for somebody else was changed
}

// Snapshot is a group's public tree at an epoch, and who holds which node key.
type Snapshot struct {
	Group  string         `json:"group"`
	State  string         `json:"state"`
	Epoch  uint64         `json:"epoch"`
	Leaves uint32         `json:"leaves"`
	Nodes  []SnapshotNode `json:"nodes"` // by array index, RFC 9420 Appendix C
}

// SnapshotNode is one node of the tree; a blank one has no Holders and no Name.
type SnapshotNode struct {
	Index    uint32   `json:"index"`
	Blank    bool     `json:"blank,omitempty"`
	Member   string   `json:"member,omitempty"`   // leaves
	Unmerged []string `json:"unmerged,omitempty"` // parents
	Holders  []string `json:"holders,omitempty"`  // whose live state holds the private key
	Stolen   bool     `json:"stolen,omitempty"`   // a compromise found the private key before this snapshot
}

// Trace is a whole recorded run.
type Trace struct {
	Header Header
	Events []Event
}
