package model

import "fmt"

// Forgery is a message that an attacker signed and framed in the name of a member of a
// state.
type Forgery struct {
	State, As  string
	Moment     int // the event before which it was accepted
	Encrypted  bool
	Handshake  bool
	Generation int // Encrypted: which key of As's ratchet it takes, from 0
}

// CouldForge says of a forgery whether the attacker had the keys for it: the signature
// key, and membership_key, or the message key and sender_data_secret (RFC 9420 §6).
func CouldForge(events []Event, f Forgery) (AuthVerdict, error) {
	h, err := readHistory(events)
	if err != nil {
		return AuthVerdict{}, err
	}
	for _, s := range h.states {
		if s.id != f.State {
			continue
		}
		leaf := s.tree.leafOf(f.As)
		if leaf < 0 {
			return AuthVerdict{}, fmt.Errorf("model: %s is not in %s", f.As, f.State)
		}
		v := AuthVerdict{Event: f.Moment, State: s.id, Sender: f.As, Maker: Attacker, Moment: f.Moment}
		return v.judge(learnAll(h).forge(s, s.tree.rows[0][leaf].verify, f)), nil
	}
	return AuthVerdict{}, fmt.Errorf("model: there is no state %s", f.State)
}

func (k *knowledge) forge(s *state, verify sigKey, f Forgery) []need {
	needs := []need{{k.signatureKey(verify), ClauseSignatureSafe, "the signature key of " + f.As}}
	if !f.Encrypted {
		return append(needs, need{k.live(s, MembershipKey), ClauseMembershipSafe, "the membership_key of " + s.name()})
	}
	key := ratchetKey{f.As, f.Handshake, f.Generation}
	return append(needs,
		need{k.messageKey(s, key), ClauseRatchetSafe, fmt.Sprintf("key %d of %s in %s", f.Generation, f.As, s.name())},
		need{k.senderData(s), ClauseSenderDataSafe, "the sender_data_secret of " + s.name()})
}
