package model

import "fmt"

// Forgery is a message that an attacker signed, and tagged or encrypted, in the name of a
// member of a state.
type Forgery struct {
	State, As  string
	Moment     int // the event before which it was accepted
	Encrypted  bool
	Handshake  bool
	Generation int // Encrypted: which key of As's ratchet it takes, from 0
}

// CouldForge says whether the attacker had the keys for a forgery: the signature key, and
// membership_key, or the message key and sender_data_secret (RFC 9420 §6).
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
		k := learnAll(h)
		needs := []need{k.signs(f.As, s.tree.rows[0][leaf].verify)}
		if f.Encrypted {
			key := ratchetKey{f.As, f.Handshake, f.Generation}
			needs = append(needs, k.encrypts(s, key, fmt.Sprintf("key %d of %s in %s", f.Generation, f.As, s.name()))...)
		} else {
			needs = append(needs, k.tags(s))
		}
		v := AuthVerdict{Event: f.Moment, State: s.id, Sender: f.As, Maker: Attacker, Moment: f.Moment}
		return v.judge(needs), nil
	}
	return AuthVerdict{}, fmt.Errorf("model: there is no state %s", f.State)
}
