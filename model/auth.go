package model

import "fmt"

// AuthVerdict says who could have made an application message or a Commit: the
// one whose name it bears always, and perhaps the attacker.
type AuthVerdict struct {
	Event    int    `json:"event"`             // of the send or commit
	Message  int    `json:"message,omitempty"` // 0: a Commit
	State    string `json:"state"`             // of the message; or that the Commit makes
	Sender   string `json:"sender"`            // whose name it bears
	Maker    string `json:"maker"`             // who really made it: Sender or "attacker"
	Moment   int    `json:"moment"`            // when it was first accepted; the end of the run if never
	Attacker bool   `json:"attacker"`          // it could have been forged by then
	Since    int    `json:"since"`             // the event from which on it could have been; -1 if never in the run
	Clause   string `json:"clause"`
	Because  string `json:"because"`
}

// The clauses of authentication. What the attacker lacks first is named.
const (
	ClauseCanForge       = "can-forge"           // it had all that it takes
	ClauseSignatureSafe  = "signature-key-safe"  // it had not the sender's signature key
	ClauseRatchetSafe    = "ratchet-safe"        // it had not the message key
	ClauseSenderDataSafe = "sender-data-safe"    // it had not sender_data_secret
	ClauseMembershipSafe = "membership-key-safe" // it had not membership_key
	ClauseInitSafe       = "init-secret-safe"    // it had not the init_secret that the confirmation_tag comes from
	ClausePSKSafe        = "psk-safe"            // it had not a PSK that the confirmation_tag comes from
)

// CouldHaveMade says of each application message and each Commit whether the
// attacker could have made one in its place, by the time when it was first
// accepted: what it takes are the sender's signature key and
//
//   - for a message, its key and sender_data_secret (RFC 9420 §6.3);
//   - for a Commit, membership_key if it is public, the handshake key and
//     sender_data_secret if it is not; and the previous init_secret and the PSKs,
//     since the path is the forger's own (§6.1, §8.1);
//   - for an external Commit nothing but its PSKs: it makes its own init secret
//     from the public external key (§8.3). The signature key is that of the
//     identity.
//
// Messages come in the order of sending, after the Commits in that of making.
func CouldHaveMade(events []Event) ([]AuthVerdict, error) {
	h, err := readHistory(events)
	if err != nil {
		return nil, err
	}
	k, end := learnAll(h), len(events)
	var all []AuthVerdict
	for _, s := range h.states {
		if s.from != nil {
			v := AuthVerdict{Event: s.event, State: s.id, Sender: s.committer, Maker: maker(s.coins), Moment: s.first.moment(end)}
			all = append(all, v.judge(k.forgeCommit(s)))
		}
	}
	for _, m := range h.messages {
		v := AuthVerdict{Event: m.origin.event, Message: m.number, State: m.state.id, Sender: m.sender,
			Maker: maker(m.origin), Moment: m.first.moment(end)}
		all = append(all, v.judge(k.forgeMessage(m)))
	}
	return all, nil
}

func maker(o origin) string {
	if o.drawn == byAttacker {
		return Attacker
	}
	return o.who
}

func (u *use) moment(end int) int {
	if u == nil {
		return end
	}
	return u.event
}

// need is one thing that a forgery takes.
type need struct {
	finding
	lacking string // the clause if it is not known
	what    string
}

func (v AuthVerdict) judge(needs []need) AuthVerdict {
	since, what := 0, ""
	for i, n := range needs {
		since = max(since, n.since)
		if n.since >= v.Moment && v.Clause == "" {
			v.Clause = n.lacking
			v.Because = fmt.Sprintf("the attacker did not have %s then", n.what)
		}
		if i > 0 {
			what += "; "
		}
		what += n.what + ": " + n.because
	}
	v.Since = since
	if since == never {
		v.Since = -1
	}
	if v.Clause == "" {
		v.Attacker, v.Clause, v.Because = true, ClauseCanForge, what
	}
	return v
}

func (k *knowledge) forgeMessage(m *message) []need {
	s := m.state
	leaf := s.tree.rows[0][s.tree.leafOf(m.sender)]
	return append([]need{k.signs(m.sender, leaf.verify)}, k.encrypts(s, m.key, fmt.Sprintf("the key of message %d of %s", m.number, s.name()))...)
}

// signs is what a signature in somebody's name takes (RFC 9420 §6.1).
func (k *knowledge) signs(who string, verify sigKey) need {
	return need{k.signatureKey(verify), ClauseSignatureSafe, "the signature key of " + who}
}

// tags is what a PublicMessage of a member takes (RFC 9420 §6.2).
func (k *knowledge) tags(s *state) need {
	return need{k.live(s, MembershipKey), ClauseMembershipSafe, "the membership_key of " + s.name()}
}

// encrypts is what a PrivateMessage takes (RFC 9420 §6.3).
func (k *knowledge) encrypts(s *state, key ratchetKey, what string) []need {
	return []need{
		{k.messageKey(s, key), ClauseRatchetSafe, what},
		{k.senderData(s), ClauseSenderDataSafe, "the sender_data_secret of " + s.name()},
	}
}

func (k *knowledge) forgeCommit(s *state) []need {
	signer := s.from.tree
	if s.external {
		signer = s.tree
	}
	leaf := signer.rows[0][signer.leafOf(s.committer)]
	needs := []need{k.signs(s.committer, leaf.verify)}
	switch {
	case s.external:
	case s.encrypted:
		needs = append(needs, k.encrypts(s.from, s.handshake, "the handshake key of "+s.commit())...)
	default:
		needs = append(needs, k.tags(s.from))
	}
	if !s.external {
		needs = append(needs, need{k.live(s.from, InitSecret), ClauseInitSafe, "the init_secret of " + s.from.name()})
	}
	for _, p := range s.psks {
		needs = append(needs, need{k.psk(p), ClausePSKSafe, p.String()})
	}
	return needs
}

// signatureKey: stolen, or seen while it was drawn.
func (k *knowledge) signatureKey(n sigKey) finding {
	r := k.history.sigs[n]
	f := secret(ClauseKeyNotStolen, "it was not stolen from %s", r.origin.who)
	if r.stolen != nil {
		f = known(r.stolen.event, ClauseKeyStolen, "%s", r.stolen.how)
	}
	if r.origin.drawn == weakly {
		f = f.or(r.origin.finding("it"))
	}
	return f
}
