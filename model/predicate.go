package model

// Verdict says whether a goal's secret is exposed, since when, by which clause,
// and why.
type Verdict struct {
	Goal    Goal   `json:"goal"`
	Exposed bool   `json:"exposed"`
	Since   int    `json:"since"` // the event at which the attacker knew it first; -1 if never
	Claim   string `json:"claim"`
	Clause  string `json:"clause"`  // one of the clauses below
	Because string `json:"because"` // one sentence that names members and epochs
}

// What a verdict claims. The predicate is exact, so that it always claims the one
// or the other; ClaimNone is for judges that are not.
const (
	ClaimSecret  = "must be secret"
	ClaimExposed = "must be exposed"
	ClaimNone    = "not claimed"
)

// The clauses. The number is that of the case of the MLS* theorem which allows
// the exposure (see Predict), or which does not apply.
const (
	ClauseStolenEpoch  = "stolen-epoch"      // exposed, cases 1 and 10: a member's state was stolen in the epoch
	ClausePending      = "pending"           // exposed, case 1: a state was stolen while its Commit waited
	ClauseJoinerInit   = "joiner-init-key"   // exposed, case 2: the init key of a joiner of the Commit was stolen
	ClauseNoPath       = "no-path"           // exposed, case 4: no path, and the previous init_secret is known
	ClausePathKey      = "path-node-key"     // exposed, case 5: a path secret was sent to a known node key
	ClausePackageKey   = "path-key-package"  // exposed, case 7: as 5, to the leaf key of a stolen key package
	ClauseExternalInit = "external-init"     // exposed: an external init was sent to the epoch's external key, which is known
	ClauseWeak         = "weak-randomness"   // exposed: drawn, or encrypted, by someone whose randomness was known
	ClauseAttackerMade = "attacker-made"     // exposed: the attacker drew it, or wrote it
	ClauseKeyStolen    = "key-stolen"        // a private key exposed: it was stolen
	ClausePackStolen   = "package-stolen"    // a private key exposed: its key package was stolen
	ClausePSKStolen    = "psk-stolen"        // an external PSK exposed: it was stolen
	ClauseRetained     = "retained"          // exposed: stolen from a member that retained it after its epoch
	ClauseTreeUnused   = "secret-tree-whole" // encryption_secret exposed: stolen before any key was taken from the secret tree

	ClauseFirstEpoch   = "first-epoch"    // secret: epoch 0 starts from randomness
	ClauseInitNotKnown = "init-not-known" // secret: neither the previous init_secret nor a joiner's init key is known
	ClauseExternalSafe = "external-safe"  // secret: the external init went to an external key that is not known
	ClausePathNotKnown = "path-not-known" // secret: healed, the attacker can open no path secret of the Commit
	ClausePSKNotKnown  = "psk-not-known"  // secret: the Commit takes in a PSK that is not known
	ClauseKeyNotStolen = "key-not-stolen" // a private key secret: no state that held it was stolen

	ClauseEpochKnown = "epoch-secret-known" // message exposed: its epoch_secret is known
	ClauseHeld       = "message-held"       // message exposed: stolen from a state that still held its key
	ClauseNotHeld    = "message-not-held"   // message secret: no stolen state held its key
)

// Predict says of every secret of a run whether the attacker knows it, and since
// when. The attacker sees everything that is sent, a Commit and its Welcome at
// the Commit's event even if it loses; it steals; it knows weak randomness; and
// it makes what the events say that it made. Goals come in order: init keys, PSKs,
// the secrets of each state as the states were made, messages. A history that
// cannot have happened is an error.
//
// It states exactly, for these events, what the theorem of Wallez, Protzenko and
// Bhargavan ("TreeKEM: A Modular Machine-Checked Symbolic Security Analysis of
// Group Key Agreement in Messaging Layer Security", 2025) bounds from above; see
// MayBeExposed for that bound. Its cases, for a member at epoch e:
//
//	 1  the secrets of e were stolen from a member of e    stolenLive
//	 2  the init key of a joiner of e's Commit was stolen  joinerSecret, by Welcome
//	 4  no path; the previous init_secret is known         joinerSecret, commitSecret
//	 5  a path; the previous init_secret is known, and
//	    node keys of a member of e were stolen             joinerSecret, commitSecret, pathSecret
//	 7  as 5, by a stolen key package whose leaf is still
//	    the member's                                       pathSecret, to a key package's leaf key
//	 9  a joiner's case is its inviter's                   nothing to say: all members have the same e
//	10  the creator's own secrets were stolen              stolenLive at epoch 0
//	 2, 4, 5, 7 and all PSKs are known                     epochSecret
//	 3, 6, 8  a stolen signature key was used              origin: what the attacker made, it drew
//
// Not of the theorem: external Commits (previousInit), weak randomness (origin),
// retained states. Nothing is claimed about healing within an epoch. The bounds
// that an implementation puts on skipped message keys are taken to be infinite.
func Predict(events []Event) ([]Verdict, error) {
	h, err := readHistory(events)
	if err != nil {
		return nil, err
	}
	return learnAll(h).verdicts(), nil
}

func (k *knowledge) verdicts() []Verdict {
	var all []Verdict
	for _, p := range k.history.packages {
		all = append(all, k.privateKey(p.init).verdict(Goal{Kind: InitKey, Label: p.id}))
	}
	for _, p := range k.history.psks {
		all = append(all, k.psk(pskRef{external: p}).verdict(Goal{Kind: PSK, Label: p.id}))
	}
	for _, s := range k.history.states {
		all = append(all, k.verdictsOn(s)...)
	}
	for _, m := range k.history.messages {
		goal := m.state.goal(Message)
		goal.Message = m.number
		all = append(all, k.message(m).verdict(goal))
	}
	return all
}

func (s *state) goal(kind GoalKind) Goal {
	return Goal{Kind: kind, Group: s.group, Epoch: s.epoch, State: s.id}
}

// verdictsOn are those on one state's secrets, in the order of the key schedule.
func (k *knowledge) verdictsOn(s *state) []Verdict {
	var all []Verdict
	for i, node := range s.path {
		goal := s.goal(PathSecret)
		goal.Node = node.place.index()
		all = append(all, k.of[s].paths[i].verdict(goal))
		goal.Kind = NodeKey
		all = append(all, k.privateKey(node.key).verdict(goal))
	}
	for _, leaf := range s.newLeaves {
		goal := s.goal(LeafKey)
		goal.Owner = leaf.owner
		all = append(all, k.privateKey(leaf.key).verdict(goal))
	}
	if s.from != nil {
		all = append(all, k.of[s].joiner.verdict(s.goal(JoinerSecret)))
	}
	if len(s.joiners) > 0 {
		all = append(all, k.of[s].epoch.verdict(s.goal(WelcomeSecret)))
	}
	all = append(all,
		k.of[s].epoch.verdict(s.goal(EpochSecret)),
		k.senderData(s).verdict(s.goal(SenderDataSecret)),
		k.encryption(s).verdict(s.goal(EncryptionSecret)),
		k.resumption(s).verdict(s.goal(ResumptionPSK)))
	for _, kind := range []GoalKind{ExporterSecret, ExternalSecret, ConfirmationKey, MembershipKey, EpochAuthenticator, InitSecret} {
		all = append(all, k.live(s, kind).verdict(s.goal(kind)))
	}
	for _, x := range s.exports {
		goal := s.goal(ExportedValue)
		goal.Label = x.label
		all = append(all, k.live(s, ExporterSecret).notBefore(x.event).verdict(goal))
	}
	return all
}
