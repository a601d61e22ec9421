package model

// privateKey of HPKE: stolen, seen while it was drawn, or derived from a path
// secret that is known.
func (k *knowledge) privateKey(n key) finding {
	r := k.history.keys[n]
	f := secret(ClauseKeyNotStolen, "no state that held this key of %s was stolen", r.origin.who)
	if r.stolen != nil {
		clause := ClauseKeyStolen
		if r.stolen.keyPackage {
			clause = ClausePackStolen
		}
		f = known(r.stolen.event, clause, "%s", r.stolen.how)
	}
	switch {
	case r.path != nil:
		if p := k.of[r.path].paths[r.index]; p.since < f.since {
			return known(p.since, p.clause, "set by %s, a path secret of which is known", r.path.commit())
		}
	case r.origin.drawn == byAttacker:
		f = f.or(known(r.origin.event, ClauseAttackerMade, "that the attacker drew, as %s", r.origin.who))
	case r.origin.drawn == weakly:
		f = f.or(known(r.origin.event, ClauseWeak, "that %s drew while the attacker knew its randomness", r.origin.who))
	}
	return f
}

// ofRecipient is the clause of a path secret that was sent to a known key.
func ofRecipient(key finding) string {
	switch key.clause {
	case ClauseKeyStolen:
		return ClausePathKey
	case ClausePackStolen:
		return ClausePackageKey
	default:
		return key.clause
	}
}

// ofJoiner is the clause of what was sent to a known init key.
func ofJoiner(key finding) string {
	if key.clause == ClausePackStolen {
		return ClauseJoinerInit
	}
	return key.clause
}

// messageKey of a state's ratchets: from the epoch_secret, or from a state that
// was stolen before the key was used up. A state in an epoch holds the keys of
// all messages to come, so there is no healing within an epoch.
func (k *knowledge) messageKey(s *state, m ratchetKey) finding {
	f := secret(ClauseNotHeld, "no state that held it was stolen, and the epoch_secret of %s is not known", s.name())
	if epoch := k.of[s].epoch; epoch.known() {
		f = known(epoch.since, ClauseEpochKnown, "the epoch_secret of %s is known: %s", s.name(), epoch.because)
	}
	for _, t := range s.thefts {
		if t.view.held(m, t.event) {
			clause, when := ClauseHeld, "in"
			if t.pending {
				clause, when = ClausePending, "while it waited to enter"
			}
			f = f.or(known(t.event, clause, "the state of %s was stolen %s %s while it held the key, which it %s",
				t.who, when, s.name(), t.view.fate(t.who, m)))
			break
		}
	}
	for _, t := range s.ratchetThefts {
		if t.view.held(m, t.event) {
			f = f.or(known(t.event, ClauseRetained, "the state of %s was stolen after %s while it retained the key, which it %s",
				t.who, s.name(), t.view.fate(t.who, m)))
			break
		}
	}
	return f
}

// fate is what a member did with a message key in the end.
func (r *ratchets) fate(who string, k ratchetKey) string {
	_, used := r.used[k]
	switch {
	case !used:
		return "never used"
	case who == k.sender:
		return "sends with later"
	default:
		return "receives with later"
	}
}

// message: from its key; or the attacker wrote it.
func (k *knowledge) message(m *message) finding {
	if m.origin.drawn == byAttacker {
		return known(m.origin.event, ClauseAttackerMade, "the attacker, as %s, wrote message %d of %s", m.sender, m.number, m.state.name())
	}
	f := k.messageKey(m.state, m.key).notBefore(m.origin.event)
	if !f.known() {
		return secret(ClauseNotHeld, "no state that held the key of message %d was stolen, and the epoch_secret of %s is not known", m.number, m.state.name())
	}
	return f
}
