package trace

import (
	"fmt"
	"strings"

	"mlsref/model"
)

// namer gives every term a name that is unique in the trace. Names are for
// readers; nothing is judged by them.
type namer struct {
	terms []known
	names map[model.TermID]string
	used  map[string]bool

	suffix map[string]string // what a state's names end in
}

// suffixes are the epoch numbers, with the group's name where there are several,
// and a letter for what forked off.
func suffixes(states []*state) map[string]string {
	groups := map[string]bool{}
	for _, s := range states {
		groups[s.group] = true
	}
	out := map[string]string{}
	for _, s := range states {
		_, number, _ := strings.Cut(s.id, "/")
		if len(groups) > 1 {
			number = s.group + "_" + number
		}
		out[s.id] = number
	}
	return out
}

// name names all terms: from the epochs and messages that the player announced,
// downwards and upwards along the RFC's derivations.
func (r *Recorder) name() {
	n := &namer{terms: r.terms, names: map[model.TermID]string{}, used: map[string]bool{}}
	n.suffix = suffixes(r.states)
	for _, e := range r.states {
		n.epoch(e)
	}
	for id := range r.terms {
		n.keyPair(model.TermID(id), r.hints)
	}
	numbers := map[model.TermID]int{}
	for number, m := range r.messages {
		numbers[m.term] = number
	}
	for id := range r.terms {
		n.message(model.TermID(id), numbers)
	}
	for id := range r.terms {
		n.child(model.TermID(id))
	}
	for id, t := range r.terms {
		n.give(model.TermID(id), fallback(t.Term))
		r.terms[id].Name = n.names[model.TermID(id)]
		r.events[t.event].Define[t.define].Name = r.terms[id].Name
	}
}

// give names a term that has no name yet; a name that is taken gets the ID.
func (n *namer) give(id model.TermID, name string) {
	if n.names[id] != "" || name == "" {
		return
	}
	if n.used[name] {
		name = fmt.Sprintf("%s_%d", name, id)
	}
	n.names[id], n.used[name] = name, true
}

// arg is the i-th argument of a term, if the term was made by op (and label).
func (n *namer) arg(id model.TermID, op model.Op, label string, i int) (model.TermID, bool) {
	t := n.terms[id]
	if t.Op != op || t.Label != label {
		return 0, false
	}
	return t.Args[i], true
}

// epoch names the key schedule of an epoch, upwards from its epoch_secret
// (RFC 9420 §8, Figure 22).
func (n *namer) epoch(e *state) {
	give := func(id model.TermID, what string) {
		if n.terms[id].Op != model.OpConst || what == "group_context" {
			n.give(id, what+"_"+n.suffix[e.id])
		}
	}
	give(e.epochSecret, "epoch_secret")
	give(e.initSecret, "init_secret")
	member, ok := n.arg(e.epochSecret, model.OpExpand, "epoch", 0)
	if !ok {
		return // epoch 0 begins with a random epoch_secret
	}
	give(member, "member_secret")
	give(n.terms[e.epochSecret].Args[1], "group_context")
	joiner, ok := n.arg(member, model.OpExtract, "", 0)
	if !ok {
		return
	}
	give(joiner, "joiner_secret")
	input, ok := n.arg(joiner, model.OpExpand, "joiner", 0)
	if !ok {
		return
	}
	give(input, "joiner_input")
	if commit, ok := n.arg(input, model.OpExtract, "", 1); ok {
		give(commit, "commit_secret")
	}
}

// keyPair names a private key as the player did, and what it was made from:
// bob_leaf_key_2, bob_leaf_seed_2; node_3_key_2, node_3_secret_2, node_3_path_secret_2.
func (n *namer) keyPair(id model.TermID, hints map[model.TermID]string) {
	name := hints[id]
	if name == "" {
		return
	}
	n.give(id, name)
	if len(n.terms[id].Args) == 0 {
		return // a PSK, or an Ed25519 key, which is its own seed
	}
	seed := n.terms[id].Args[0]
	path, ok := n.arg(seed, model.OpExpand, "node", 0)
	if !ok {
		n.give(seed, strings.Replace(name, "_key", "_seed", 1))
		return
	}
	n.give(seed, strings.Replace(name, "_key", "_secret", 1))
	n.give(path, strings.Replace(name, "_key", "_path_secret", 1))
}

// message names a message, and the key, nonce and ciphertext that it went out with.
func (n *namer) message(id model.TermID, numbers map[model.TermID]int) {
	t := n.terms[id]
	if t.Op != model.OpSeal {
		return
	}
	content := n.terms[t.Args[3]]
	if content.Op != model.OpConcat || n.terms[content.Args[0]].Op != model.OpMessage {
		return
	}
	prefix := fmt.Sprintf("message_%d", numbers[content.Args[0]])
	n.give(content.Args[0], prefix)
	n.give(content.ID, prefix+"_content")
	n.give(id, prefix+"_ciphertext")
	n.give(t.Args[0], prefix+"_key")
	n.give(t.Args[1], prefix+"_guarded_nonce")
	if nonce, ok := n.arg(t.Args[1], model.OpXOR, "", 0); ok {
		n.give(nonce, prefix+"_nonce")
	}
}

// derived are the RFC's names of what hangs below a secret (RFC 9420 §8,
// Table 4, and §12.4.3.1), by the parent's name and the label.
var derived = map[string]map[string]string{
	"epoch_secret": {
		"sender data": "sender_data_secret", "encryption": "encryption_secret",
		"exporter": "exporter_secret", "external": "external_secret",
		"confirm": "confirmation_key", "membership": "membership_key",
		"resumption": "resumption_psk", "authentication": "epoch_authenticator",
	},
	"member_secret":  {"welcome": "welcome_secret"},
	"welcome_secret": {"key": "welcome_key", "nonce": "welcome_nonce"},
}

// child names a term after the secret that it was derived from.
func (n *namer) child(id model.TermID) {
	t := n.terms[id]
	if len(t.Args) == 0 {
		return
	}
	parent := n.names[t.Args[0]]
	switch t.Op {
	case model.OpPublic:
		if parent != "" {
			n.give(id, parent+"_public")
		}
	case model.OpExpand:
		for of, names := range derived {
			if rest, ok := strings.CutPrefix(parent, of+"_"); ok && names[t.Label] != "" {
				n.give(id, names[t.Label]+"_"+rest)
			}
		}
	}
}

// fallback is a name for anything: the label or the operation, and the ID.
func fallback(t model.Term) string {
	base := string(t.Op)
	switch {
	case t.Name == "zero" || t.Name == "empty":
		return t.Name
	case t.Name != "":
		base = t.Name
	case t.Label != "":
		base = strings.ReplaceAll(t.Label, " ", "_")
	}
	return fmt.Sprintf("%s_%d", base, t.ID)
}
