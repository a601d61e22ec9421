package model

import (
	"fmt"
	"slices"
)

// Verdict says whether a goal's secret is exposed, by which clause, and why.
type Verdict struct {
	Goal    Goal   `json:"goal"`
	Exposed bool   `json:"exposed"`
	Clause  string `json:"clause"`  // one of the clauses below
	Because string `json:"because"` // one sentence that names members and epochs
}

// The clauses. The number is that of the case of the MLS* theorem which allows
// the exposure (see Predict), or which does not apply.
const (
	ClauseStolenEpoch = "stolen-epoch"     // exposed, cases 1 and 10: a member's state was stolen in the epoch
	ClauseJoinerInit  = "joiner-init-key"  // exposed, case 2: the init key of a joiner of the Commit was stolen
	ClauseNoPath      = "no-path"          // exposed, case 4: no path, and the previous init_secret is known
	ClausePathKey     = "path-node-key"    // exposed, case 5: a path secret was sent to a known node key
	ClausePackageKey  = "path-key-package" // exposed, case 7: as 5, to the leaf key of a stolen key package

	ClauseFirstEpoch   = "first-epoch"    // secret: epoch 0 starts from randomness
	ClauseInitNotKnown = "init-not-known" // secret: neither the previous init_secret nor a joiner's init key is known
	ClausePathNotKnown = "path-not-known" // secret: healed, the attacker can open no path secret of the Commit

	ClauseEpochKnown = "epoch-secret-known" // message exposed: its epoch_secret is known
	ClauseHeld       = "message-held"       // message exposed: stolen from a state that still held its key
	ClauseNotHeld    = "message-not-held"   // message secret: no stolen state held its key
)

// Predict says of every epoch_secret, init_secret and message whether a passive
// attacker knows it. The attacker sees everything that is sent and steals live
// states at the moments of the Compromise events, from a whole device at a time.
// Goals come in order: by group, its epochs (epoch_secret, init_secret), then
// its messages. A history that cannot have happened is an error.
//
// It states exactly, for these events, what the theorem of Wallez, Protzenko and
// Bhargavan ("TreeKEM: A Modular Machine-Checked Symbolic Security Analysis of
// Group Key Agreement in Messaging Layer Security", 2025) bounds from above; see
// MayBeExposed for that bound. Its cases, for a member at epoch e:
//
//	 1  the secrets of e were stolen from a member of e    initSecret, first clause
//	 2  the init key of a joiner of e's Commit was stolen  joinerSecret, first clause
//	 4  no path; the previous init_secret is known         joinerSecret with commitSecret, first clause
//	 5  a path; the previous init_secret is known, and
//	    node keys of a member of e were stolen             joinerSecret with commitSecret, pathSecret
//	 7  as 5, by a stolen key package whose leaf is still
//	    the member's                                       pathSecret, to a key package's leaf key
//	 9  a joiner's case is its inviter's                   nothing to say: all members have the same e
//	10  the creator's own secrets were stolen              initSecret at epoch 0
//
// Cases 3, 6 and 8 are about stolen signature keys.
//
// Not covered: attackers that inject, drop or alter messages; PSKs; external
// joins; stolen signature keys; failures of randomness; members that keep past
// epochs' secrets. Nothing is claimed about healing within an epoch.
func Predict(events []Event) ([]Verdict, error) {
	h, err := readHistory(events)
	if err != nil {
		return nil, err
	}
	var verdicts []Verdict
	for _, g := range h.groups {
		k := &knowledge{group: g, keys: stolenKeys(h)}
		for e := range g.epochs {
			k.learn(e)
			verdicts = append(verdicts,
				k.epochs[e].epoch.verdict(Goal{Kind: EpochSecret, Group: g.name, Epoch: uint64(e)}),
				k.epochs[e].init.verdict(Goal{Kind: InitSecret, Group: g.name, Epoch: uint64(e)}))
		}
		for _, m := range g.messages {
			verdicts = append(verdicts,
				k.message(m).verdict(Goal{Kind: Message, Group: g.name, Epoch: m.epoch, Message: m.number}))
		}
	}
	return verdicts, nil
}

// finding is what the attacker knows about one secret, and why.
type finding struct {
	known   bool
	clause  string
	because string
}

func known(clause, format string, args ...any) finding {
	return finding{true, clause, fmt.Sprintf(format, args...)}
}

func secret(clause, format string, args ...any) finding {
	return finding{false, clause, fmt.Sprintf(format, args...)}
}

func (f finding) verdict(goal Goal) Verdict {
	return Verdict{Goal: goal, Exposed: f.known, Clause: f.clause, Because: f.because}
}

// knowledge is what the attacker has of one group, at the end of time: a theft
// counts for earlier Commits too. Epoch by epoch, each secret is a finding that
// rests on those of the epoch before.
type knowledge struct {
	group  *groupHistory
	keys   map[key]finding // private keys, stolen or derived
	epochs []epochKnowledge
}

type epochKnowledge struct {
	paths []finding // path secrets, lowest first
	epoch finding   // epoch_secret
	init  finding   // init_secret, of this epoch for the next
}

func stolenKeys(h *history) map[key]finding {
	keys := map[key]finding{}
	for k, l := range h.stolen {
		clause := ClausePathKey
		if l.keyPackage {
			clause = ClausePackageKey
		}
		keys[k] = known(clause, "%s", l.how)
	}
	return keys
}

// learn works out epoch e from the epochs before it.
func (k *knowledge) learn(e int) {
	k.epochs = append(k.epochs, epochKnowledge{})
	now := &k.epochs[e]
	for i, node := range k.group.epochs[e].path {
		now.paths = append(now.paths, k.pathSecret(e, i))
		if _, stolen := k.keys[node.key]; now.paths[i].known && !stolen {
			k.keys[node.key] = known(now.paths[i].clause, "set by %s, a path secret of which is known", k.commitTo(e))
		}
	}
	now.epoch = k.epochSecret(e)
	now.init = k.initSecret(e)
}

// initSecret of e: stolen from a member in e (case 1; at epoch 0, case 10), or
// derived from e's epoch_secret.
func (k *knowledge) initSecret(e int) finding {
	if thefts := k.group.epochs[e].thefts; len(thefts) > 0 {
		return known(ClauseStolenEpoch, "the state of %s was stolen in epoch %d, and held its init_secret", thefts[0].who, e)
	}
	return k.epochs[e].epoch
}

// epochSecret of e: derived from e's joiner_secret. No state holds it, so no
// theft takes it. The first one is random.
func (k *knowledge) epochSecret(e int) finding {
	if e == 0 {
		return secret(ClauseFirstEpoch, "%s drew the epoch_secret of epoch 0 at random and kept no copy", k.group.epochs[0].committer)
	}
	return k.joinerSecret(e)
}

// joinerSecret of e: by Welcome (case 2); or from the init_secret of e-1 and the
// commit_secret of e (cases 4, 5, 7).
func (k *knowledge) joinerSecret(e int) finding {
	for _, j := range k.group.epochs[e].joiners {
		if theft, stolen := k.keys[j.initKey]; stolen {
			return known(ClauseJoinerInit, "%s sent joiner_secret to the init key of %s, %s",
				k.commitTo(e), j.name, theft.because)
		}
	}
	if !k.epochs[e-1].init.known {
		return secret(ClauseInitNotKnown, "the init_secret of epoch %d is not known, nor is the init key of a member who joins in epoch %d", e-1, e)
	}
	commit := k.commitSecret(e)
	if commit.known {
		commit.because += fmt.Sprintf(", and the init_secret of epoch %d is known", e-1)
	}
	return commit
}

// commitSecret of e: public without a path (case 4), else derived from the last
// path secret (cases 5, 7).
func (k *knowledge) commitSecret(e int) finding {
	if !k.group.epochs[e].hasPath {
		return known(ClauseNoPath, "%s has no path", k.commitTo(e))
	}
	paths := k.epochs[e].paths
	if len(paths) > 0 && paths[len(paths)-1].known {
		return paths[len(paths)-1]
	}
	return secret(ClausePathNotKnown, "%s has a path, and the attacker has no key that opens one of its path secrets", k.commitTo(e))
}

// pathSecret i of e: derived from the one below; in a Welcome to a joiner whose
// init key is known; or in the Commit, encrypted to a key that is known.
func (k *knowledge) pathSecret(e, i int) finding {
	epoch := k.group.epochs[e]
	if i > 0 && k.epochs[e].paths[i-1].known {
		return k.epochs[e].paths[i-1]
	}
	for _, j := range epoch.joiners {
		if theft, stolen := k.keys[j.initKey]; stolen && j.pathIndex == i {
			return known(ClauseJoinerInit, "%s sent a path secret to the init key of %s, %s", k.commitTo(e), j.name, theft.because)
		}
	}
	if k.visible(e) {
		for _, recipient := range epoch.path[i].recipients {
			if key, has := k.keys[recipient]; has {
				return known(key.clause, "%s sent a path secret to a key %s", k.commitTo(e), key.because)
			}
		}
	}
	return secret(ClausePathNotKnown, "")
}

// visible: the attacker can read the Commit to e. An encrypted one is a message
// of epoch e-1, and opens as one: from the epoch's secrets, or from a state that
// was stolen in e-1 before it handled the Commit.
func (k *knowledge) visible(e int) bool {
	epoch, before := k.group.epochs[e], k.group.epochs[e-1]
	return !epoch.encrypted || k.epochs[e-1].epoch.known ||
		slices.ContainsFunc(before.thefts, func(t theft) bool { return !t.sentCommit })
}

// message m: from its epoch_secret, or from a state that was stolen in its epoch
// before its key was used up. A state in an epoch holds the keys of all messages
// to come, so there is no healing within an epoch.
func (k *knowledge) message(m *messageHistory) finding {
	if epoch := k.epochs[m.epoch].epoch; epoch.known {
		return known(ClauseEpochKnown, "the epoch_secret of epoch %d is known: %s", m.epoch, epoch.because)
	}
	for _, t := range k.group.epochs[m.epoch].thefts {
		handled := "receives"
		if t.who == m.sender {
			handled = "sends"
		}
		if used, did := m.done[t.who]; !did || t.event < used {
			return known(ClauseHeld, "the state of %s was stolen in epoch %d while it held the key of message %d, which it %s later or never",
				t.who, m.epoch, m.number, handled)
		}
	}
	return secret(ClauseNotHeld, "no state that held the key of message %d was stolen, and the epoch_secret of epoch %d is not known", m.number, m.epoch)
}

// commitTo names the Commit that made epoch e.
func (k *knowledge) commitTo(e int) string {
	return fmt.Sprintf("the Commit of %s to epoch %d", k.group.epochs[e].committer, e)
}
