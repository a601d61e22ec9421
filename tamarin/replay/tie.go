package replay

import "strings"

// Tie says what names of a model, of rules and of events alike, stand for in a trace.
type Tie struct {
	Names []string
	As    []string // a model.EventKind, or layer and operation of a primitive: "treekem expand"
	Why   string   // if nothing in a trace is it: why
}

func is(names string, as ...string) Tie { return Tie{Names: strings.Fields(names), As: as} }
func no(names string, why string) Tie   { return Tie{Names: strings.Fields(names), Why: why} }

const (
	attackers = "the attacker's own computation, which leaves nothing in a trace: the closure makes it"
	weakened  = "of a variant only: no implementation that keeps to the RFC does it"
	statement = "restates the step beside it, for a lemma to speak of"
)

// Ties are the names of each model.
var Ties = map[string][]Tie{
	"keyschedule_epochs.spthy": {
		is("Create", "create"),
		is("CommitHealing CommitKnown Commit", "commit"),
		is("Delete", "process", "leave"), // of the last member that drops the state
		is("Compromise", "compromise"),
		no("Enter Healing", statement),
		no("Derive Derived", attackers),
		no("CommitReuse CompromiseKept", weakened),
	},
	"keyschedule_tree.spthy": {
		is("KeyPackage", "treekem derive_key_pair", "group derive_key_pair"),
		is("Create", "create"),
		is("CommitPath CommitNoPath", "commit"),
		is("Delete DeleteLeaf", "process", "leave"),
		is("Compromise CompromiseLeaf", "compromise"),
		no("Enter", statement),
		no("Derive", attackers),
		no("CompromiseKeptLeaf", weakened),
	},
	"keyschedule_inputs.spthy": {
		is("Epoch Commit", "commit", "treekem extract", "treekem expand"),
		is("CommitExternal", "commit", "group external_init"),
		is("Publish", "create", "treekem derive_key_pair"),
		is("StealInit StealPSK StealOtherPSK StealExternal Steal", "compromise"),
		no("StealCommitSecret StealJoiner StealPath", "no live state holds it: it stands for what was sent to a stolen key"),
		no("Welcome Inputs", statement),
		no("EpochSkipsPSK", weakened),
	},
	"keyschedule_binding.spthy": {
		is("Process", "process"),
		is("Move", "process", "treedem hash"),
		is("Authenticator", "treekem expand"),
		is("Tag", "treedem mac"),
	},
	"keyschedule_welcome.spthy": {
		is("KeyPackage", "key_package"),
		is("Welcome", "commit"), // one with Adds
		is("Join", "join"),
		is("Compromise CompromiseLastResort StealPSK", "compromise"),
		no("Secrets", statement),
	},
	"treekem_two.spthy": {
		is("KeyPackage", "key_package", "create"),
		is("Commit", "commit"),
		is("Process", "process"),
		is("Delete", "process"),
		is("Compromise CompromiseRoot", "compromise"),
		no("Held", statement),
		no("CommitReuse CompromiseKept", weakened),
	},
	"treekem_three.spthy": {
		is("KeyPackage", "key_package", "create"),
		is("CommitInner CommitOuter CommitOuterBlank CommitBlank CommitRemove Remove", "commit"),
		is("Delete DeleteParent", "process", "leave"),
		is("Compromise CompromiseParent", "compromise"),
		no("Held", statement),
		no("CompromiseKept", weakened),
	},
	"treekem_four.spthy": {
		is("KeyPackage", "key_package", "create"),
		is("CommitFirst Commit", "commit"),
		is("Delete DeleteParent", "process", "leave"),
		is("Compromise CompromiseParent", "compromise"),
		no("Held HeldParent", statement),
	},
	"treekem_unmerged.spthy": {
		is("KeyPackage", "key_package", "create"),
		is("CommitInside Add CommitOutside CommitMerge", "commit"),
		is("Delete DeleteParent", "process", "leave"),
		is("Compromise CompromiseParent CompromiseLowerParent", "compromise"),
		no("Held", statement),
	},
	"groupops_agreement.spthy": {
		is("Identity", "identity"),
		is("CompromiseSignature", "compromise"),
		is("Propose", "propose", "treedem sign"),
		is("Commit", "commit", "treedem sign"),
		is("Process Enter", "process", "treedem verify", "treedem mac"),
		is("Apply", "process"),
	},
	"groupops_joiner.spthy": {
		is("Identity", "identity"),
		is("CompromiseSignature", "compromise"),
		is("KeyPackage", "key_package", "treesync sign"),
		is("Commit", "commit", "treesync sign", "treesync hash"),
		is("Welcome", "commit", "group sign"),
		is("Join LeafA LeafB", "join", "treesync verify", "treesync hash"),
	},
	"groupops_labels.pv": {
		is("Sign", "treesync sign", "treedem sign", "group sign"),
		is("Accept", "treesync verify", "treedem verify"),
		is("CompromiseSignature", "compromise"),
	},
	"keyschedule_labels.pv": {
		is("Epoch", "create", "commit"),
		is("Key", "treekem expand"),
		is("Exported", "export"),
		no("Others", "says which secrets the attacker is given: the model's choice"),
	},
	"message_ratchet.spthy": {
		is("Start Generation Step", "treedem expand"),
		is("Advance Delete", "send", "receive"),
		is("Receive", "send", "receive"),
		is("Compromise CompromiseKey", "compromise"),
		no("Derive", attackers),
		no("CompromiseKeptKey CompromiseKeptSecret", weakened),
	},
	"message_replay.spthy": {
		is("Start", "treedem expand"),
		is("Send", "send"),
		is("Join Advance", "receive"), // the first of a ratchet; up to its generation
		is("Receive", "receive"),
		is("Compromise", "compromise"),
		no("Keep", weakened),
	},
	"message_secrettree.spthy": {
		is("Epoch", "create", "commit"),
		is("ExpandRoot ExpandParent ExpandLeaf Expand", "treedem expand"),
		is("Use Delete", "send", "receive"),
		is("CompromiseRoot CompromiseParent CompromiseLeaf CompromiseRatchet Compromise", "compromise"),
		no("CompromiseKept", weakened),
	},
	"message_auth.pv": {
		is("Send", "send"),
		is("Receive", "receive"),
		is("SendPublic", "commit", "propose"),
		is("ReceivePublic", "process"),
		is("CompromiseEpoch CompromiseSignature", "compromise"),
		no("Secret", statement),
	},
	"message_senderdata.pv": {
		is("Sent", "send", "treedem seal"),
		is("SentStolen", "send"),
		is("Opened", "receive", "treedem open"),
	},
}

// NotModelled are the kinds of step, and each layer's operations, that no rule and no
// event of a model stands for, with the reason.
var NotModelled = map[string]string{
	"deal":       "PSKs are there from the beginning in keyschedule_inputs and keyschedule_welcome",
	"discard":    "a Commit that lost a race is a state that nobody enters: the models let a run end there",
	"handle":     "whoever handles a message without moving changes no state that a model has, but for a handshake ratchet, which is as the application ratchet",
	"retention":  "says how long later deletions wait: the models let any time pass before one",
	"randomness": "CommitKnown is a commit whose secret the attacker has; the other models' randomness is good",

	"treekem hash":            "the transcript and PSK labels enter the key schedule as public context",
	"treekem random":          "Fr of the rules",
	"treekem encrypt":         "aenc of the rules' conclusions",
	"treekem decrypt":         "matching aenc in a premise",
	"treedem random":          "the reuse guard, which is fresh in message_senderdata",
	"treedem xor":             "the reuse guard only varies the nonce, and the models' AEAD has none",
	"group random":            "Fr of the rules",
	"group signature_keypair": "the step identity is modelled",
	"group nonce":             "public; §8.4's PSK nonce, fresh by Fr in the models",
	"group hash":              "references to key packages and proposals, which the models write out as terms",
	"group encrypt":           "aenc of keyschedule_welcome's rule Welcome",
	"group decrypt":           "matching aenc in keyschedule_welcome's rule Join",
	"group seal":              "the GroupInfo sealed in a Welcome: groupops_joiner gives it to the attacker",
	"group open":              "as group seal",
	"group open_external_init": "the members' side of an external commit: they derive what the committer sent, " +
		"as keyschedule_inputs assumes",
}
