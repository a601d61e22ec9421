package model

import "strings"

// knowledge is what the attacker has, each secret with the event since which it
// has it. A theft counts for earlier Commits too. State by state, in the order in
// which they were made, each secret is a finding that rests on those of earlier
// states: the key schedule of RFC 9420 §8, one small function per secret.
type knowledge struct {
	history *history
	of      map[*state]*stateKnowledge
}

type stateKnowledge struct {
	paths  []finding // path secrets, lowest first
	joiner finding   // joiner_secret
	epoch  finding   // epoch_secret; welcome_secret falls with it, from the same member_secret
}

func learnAll(h *history) *knowledge {
	k := &knowledge{history: h, of: make(map[*state]*stateKnowledge, len(h.states))}
	for _, s := range h.states {
		now := &stateKnowledge{}
		k.of[s] = now
		for i := range s.path {
			now.paths = append(now.paths, k.pathSecret(s, i))
		}
		if s.from == nil {
			now.epoch = s.coins.finding("the epoch_secret of " + s.name())
			continue
		}
		now.joiner = k.joinerSecret(s)
		now.epoch = k.epochSecret(s)
	}
	return k
}

// pathSecret i of a Commit: drawn by the committer; derived from the one below; in
// a Welcome to a joiner whose init key is known; or in the Commit, encrypted to a
// key that is known.
func (k *knowledge) pathSecret(s *state, i int) finding {
	f := secret(ClausePathNotKnown, "%s has a path, and the attacker has no key that opens this path secret or one below", s.commit())
	if i > 0 {
		f = f.or(k.of[s].paths[i-1])
	} else if s.coins.drawn != inSecret {
		f = f.or(s.coins.finding("the path secrets of " + s.commit()))
	}
	for _, j := range s.joiners {
		if init := k.privateKey(j.pack.init); j.pathIndex == i && init.known() {
			f = f.or(known(max(s.event, init.since), ofJoiner(init), "%s sent a path secret to the init key of %s, %s",
				s.commit(), j.name, init.because))
		}
	}
	visible := k.visible(s)
	for _, recipient := range s.path[i].recipients {
		if key := k.privateKey(recipient); visible != never && key.known() {
			f = f.or(known(max(visible, key.since), ofRecipient(key), "%s sent a path secret to a key %s", s.commit(), key.because))
		}
	}
	return f
}

// visible is since when the attacker can read a Commit. An encrypted one is a
// message of the epoch before, and opens as one.
func (k *knowledge) visible(s *state) int {
	if !s.encrypted {
		return s.event
	}
	return max(s.event, k.messageKey(s.from, s.handshake).since)
}

// commitSecret: public without a path (case 4), else derived from the last path
// secret (cases 5, 7).
func (k *knowledge) commitSecret(s *state) finding {
	if !s.hasPath {
		return known(s.event, ClauseNoPath, "%s has no path", s.commit())
	}
	f := secret(ClausePathNotKnown, "%s has a path, and the attacker has no key that opens one of its path secrets", s.commit())
	if n := len(s.path); n > 0 {
		return f.or(k.of[s].paths[n-1])
	}
	if s.coins.drawn != inSecret { // a path of no nodes: one secret, sent to nobody
		return s.coins.finding("the path secret of " + s.commit())
	}
	return f
}

// previousInit is the init_secret that a Commit starts from: that of the epoch
// before; of an external Commit the one that it sent to the epoch's external key,
// which whoever has external_secret knows, and whoever knows the sender's coins.
func (k *knowledge) previousInit(s *state) finding {
	if !s.external {
		if f := k.live(s.from, InitSecret); f.known() {
			return f
		}
		return secret(ClauseInitNotKnown, "the init_secret of %s is not known, nor is the init key of a member who joins in %s", s.from.name(), s.name())
	}
	f := secret(ClauseExternalSafe, "%s sent its init secret to the external key of %s, which is not known", s.commit(), s.from.name())
	if s.coins.drawn != inSecret {
		f = s.coins.finding("the coins of the external init of " + s.commit())
	}
	if ext := k.live(s.from, ExternalSecret); ext.known() {
		why := ext.because
		if k.of[s.from].epoch.known() { // a reason of its own, which is told there
			why = "its epoch_secret is known"
		}
		f = f.or(known(max(s.event, ext.since), ClauseExternalInit, "%s sent its init secret to the external key of %s, and %s",
			s.commit(), s.from.name(), why))
	}
	return f
}

// joinerSecret: by Welcome (case 2); or from the previous init_secret and the
// commit_secret (cases 4, 5, 7).
func (k *knowledge) joinerSecret(s *state) finding {
	f := k.withoutWelcome(s).notBefore(s.event)
	for _, j := range s.joiners {
		if s.coins.drawn != inSecret {
			f = f.or(s.coins.finding("the coins of the Welcome to " + s.name()))
		}
		if key := k.privateKey(j.pack.init); key.known() {
			f = f.or(known(max(s.event, key.since), ofJoiner(key), "%s sent joiner_secret to the init key of %s, %s",
				s.commit(), j.name, key.because))
		}
	}
	return f
}

func (k *knowledge) withoutWelcome(s *state) finding {
	commit, init := k.commitSecret(s), k.previousInit(s)
	switch {
	case !init.known():
		return init
	case s.external: // the external init is what needs the telling
		return init.and(commit, "so is its commit_secret: %s", commit.because)
	default:
		return commit.and(init, "the init_secret of %s is known", s.from.name())
	}
}

// epochSecret: from joiner_secret and all PSKs. No state holds it, so no theft
// takes it.
func (k *knowledge) epochSecret(s *state) finding {
	f := k.of[s].joiner
	var names []string
	for _, p := range s.psks {
		if !f.known() {
			return f
		}
		psk := k.psk(p)
		if !psk.known() {
			return secret(ClausePSKNotKnown, "%s takes in %s, which is not known", s.commit(), p)
		}
		f.since = max(f.since, psk.since)
		names = append(names, p.String())
	}
	if f.known() && len(names) > 0 {
		f.because += ", and the attacker knows " + strings.Join(names, " and ")
	}
	return f
}

// live is any secret that a member holds for as long as it is in a state: derived
// from the epoch_secret, or stolen from a member in it (case 1; at epoch 0, case 10).
func (k *knowledge) live(s *state, kind GoalKind) finding {
	return k.of[s].epoch.or(stolenLive(s, string(kind)))
}

func stolenLive(s *state, what string) finding {
	if len(s.thefts) == 0 {
		return secret(ClauseKeyNotStolen, "")
	}
	t := s.thefts[0]
	if t.pending {
		return known(t.event, ClausePending, "the state of %s was stolen while it waited to enter %s, and held its %s", t.who, s.name(), what)
	}
	return known(t.event, ClauseStolenEpoch, "the state of %s was stolen in %s, and held its %s", t.who, s.name(), what)
}

// senderData: a live secret that is retained with the message ratchets.
func (k *knowledge) senderData(s *state) finding {
	f := k.live(s, SenderDataSecret)
	if len(s.ratchetThefts) > 0 {
		f = f.or(retained(s.ratchetThefts[0], s, "sender_data_secret"))
	}
	return f
}

// resumption: a live secret that is retained for as long as the client wants.
func (k *knowledge) resumption(s *state) finding {
	f := k.live(s, ResumptionPSK)
	if len(s.resumptionThefts) > 0 {
		f = f.or(retained(s.resumptionThefts[0], s, "resumption_psk"))
	}
	return f
}

func retained(t theft, s *state, what string) finding {
	return known(t.event, ClauseRetained, "the state of %s was stolen after %s, and retained its %s", t.who, s.name(), what)
}

// encryption: encryption_secret is the root of the secret tree, and gone once any
// key was taken from the tree (RFC 9420 §9.2).
func (k *knowledge) encryption(s *state) finding {
	f := k.of[s].epoch
	for _, thefts := range [][]theft{s.thefts, s.ratchetThefts} {
		for _, t := range thefts {
			if t.event < t.view.firstUsed {
				f = f.or(known(t.event, ClauseTreeUnused, "the state of %s was stolen with the secret tree of %s while no key had been taken from it", t.who, s.name()))
				break
			}
		}
	}
	return f
}

// psk: an external one is stolen from a holder; a resumption_psk is a secret of
// its state.
func (k *knowledge) psk(p pskRef) finding {
	switch {
	case p.state != nil:
		return k.resumption(p.state)
	case p.external.stolen != nil:
		return known(p.external.stolen.event, ClausePSKStolen, "%s was %s", p, p.external.stolen.how)
	default:
		return secret(ClausePSKNotKnown, "%s was stolen from none of its holders: %s", p, strings.Join(p.external.holders, ", "))
	}
}
