package model

import (
	"fmt"
	"slices"
)

// MayBeExposed is the MLS* theorem (Wallez, Protzenko, Bhargavan 2025) as an
// upper bound: the init_secrets that an attacker may know, each with the case
// that allows it. What is not in the map must be secret. The theorem knows leaves
// and thefts; not which ciphertext went to which node, nor which Commit was
// encrypted. So it may allow an exposure that did not happen. Its cases of stolen
// signature keys (3, 6, 8) count where the events carry what the attacker made
// with them; CouldHaveMade says where it could have.
//
// The cases are its ten, and three that it has not: weak randomness, external
// Commits, retained resumption_psks. A joiner's case 9 is its inviter's case.
func MayBeExposed(events []Event) (map[Goal]string, error) {
	h, err := readHistory(events)
	if err != nil {
		return nil, err
	}
	b := &bound{h, map[*state]string{}}
	exposed := map[Goal]string{}
	for _, s := range h.states {
		if b.of[s] = b.mayKnowInit(s); b.of[s] != "" {
			exposed[s.goal(InitSecret)] = b.of[s]
		}
	}
	return exposed, nil
}

// bound is the theorem's recursion: for each state the case that allows its
// exposure; "" for none.
type bound struct {
	history *history
	of      map[*state]string
}

func (b *bound) mayKnowInit(s *state) string {
	if len(s.thefts) > 0 {
		number := 1
		if s.from == nil {
			number = 10
		}
		return fmt.Sprintf("case %d: the secrets of %s were stolen from %s", number, s.name(), s.thefts[0].who)
	}
	if s.from == nil {
		return s.coins.allows("the epoch_secret of " + s.name())
	}
	if s.coins.drawn == byAttacker && len(s.joiners) > 0 {
		return fmt.Sprintf("case 8: the attacker, with the signature key of %s, invited into %s", s.committer, s.name())
	}
	if !b.mayKnowPSKs(s) {
		return ""
	}
	if welcome := b.mayOpenWelcome(s); welcome != "" {
		return welcome
	}
	if b.of[s.from] == "" && !(s.external && s.coins.drawn != inSecret) {
		return ""
	}
	if !s.hasPath {
		return fmt.Sprintf("case 4: %s has no path, and %s may be exposed", s.commit(), s.from.name())
	}
	if s.coins.drawn == byAttacker {
		return fmt.Sprintf("case 6: %s was made with a stolen signature key, and %s may be exposed", s.commit(), s.from.name())
	}
	if s.coins.drawn != inSecret {
		return s.coins.allows("the path of " + s.commit())
	}
	return b.stolenUnderLeaf(s)
}

// allows is the case for what was drawn in sight of the attacker; "" in secret.
func (o origin) allows(what string) string {
	if o.drawn == inSecret {
		return ""
	}
	return fmt.Sprintf("randomness: the attacker saw %s draw %s, or drew it", o.who, what)
}

// mayKnowPSKs: the proviso of cases 2 to 7.
func (b *bound) mayKnowPSKs(s *state) bool {
	return !slices.ContainsFunc(s.psks, func(p pskRef) bool {
		if p.external != nil {
			return p.external.stolen == nil
		}
		return b.of[p.state] == "" && len(p.state.resumptionThefts) == 0
	})
}

// mayOpenWelcome are cases 2 and 3.
func (b *bound) mayOpenWelcome(s *state) string {
	for _, j := range s.joiners {
		switch {
		case b.history.keys[j.pack.init].stolen != nil:
			return fmt.Sprintf("case 2: the init key of %s, who joins in %s, was stolen", j.name, s.name())
		case j.pack.origin.drawn == byAttacker:
			return fmt.Sprintf("case 3: the attacker, with the signature key of %s, made the package that was added in %s", j.name, s.name())
		case j.pack.origin.drawn != inSecret:
			return j.pack.origin.allows("the init key of " + j.name)
		case s.coins.drawn != inSecret:
			return s.coins.allows("the coins of the Welcome to " + s.name())
		}
	}
	return ""
}

// stolenUnderLeaf are cases 5, 6 and 7: whoever stole a member's node keys, at
// any time, stole the key of the leaf that it then had. Only leaves of the new
// tree count: a member that has a new leaf is healed.
func (b *bound) stolenUnderLeaf(s *state) string {
	for _, leaf := range s.tree.rows[0] {
		if leaf.key == noKey {
			continue
		}
		switch r := b.history.keys[leaf.key]; {
		case r.stolen != nil && r.stolen.keyPackage:
			return under(7, "node keys under the leaf that %s has in %s were stolen", leaf, s)
		case r.stolen != nil:
			return under(5, "node keys under the leaf that %s has in %s were stolen", leaf, s)
		case r.origin.drawn == byAttacker:
			return under(6, "the attacker made the leaf that %s has in %s", leaf, s)
		case r.origin.drawn != inSecret:
			return r.origin.allows("the leaf key of " + leaf.member)
		}
	}
	return ""
}

func under(number int, what string, leaf dumbNode, s *state) string {
	what = fmt.Sprintf(what, leaf.member, s.name())
	return fmt.Sprintf("case %d: %s, and %s may be exposed", number, what, s.from.name())
}
