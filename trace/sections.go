package trace

import (
	"strings"

	"mlsref/model"
)

// Sections says where RFC 9420 says what a step of a derivation does.
type Sections struct {
	terms []model.Term
	in    map[model.TermID]model.TermID // by plaintext: the ciphertext that it stands in
}

// NewSections reads the terms of a trace, by ID.
func NewSections(terms []model.Term) *Sections {
	s := &Sections{terms: terms, in: map[model.TermID]model.TermID{}}
	for i := range terms {
		switch t := &terms[i]; {
		case t.Op == model.OpEncrypt && len(t.Args) == 4:
			s.in[t.Args[2]] = t.ID
		case t.Op == model.OpSeal && len(t.Args) == 4:
			s.in[t.Args[3]] = t.ID
		}
	}
	return s
}

// Of is the section of a step, "8.3"; "" where the RFC has none, as for a theft.
func (s *Sections) Of(step model.Step) string {
	id := step.Conclusion
	if id < 0 || int(id) >= len(s.terms) {
		return ""
	}
	switch step.Rule {
	case "decrypt":
		return s.container(step, model.OpEncrypt)
	case "open":
		return s.container(step, model.OpSeal)
	case "split":
		if len(step.Premises) == 1 {
			return s.structure(step.Premises[0])
		}
		return ""
	case "decap":
		return "8.3"
	}
	if string(s.terms[id].Op) != step.Rule {
		return "" // a fact: seen, stolen, known, public
	}
	return s.made(id)
}

// container is the section of the ciphertext among a step's premises.
func (s *Sections) container(step model.Step, op model.Op) string {
	for _, p := range step.Premises {
		if s.is(p, op) {
			return s.made(p)
		}
	}
	return ""
}

// structure is the section of what a plaintext is sent in.
func (s *Sections) structure(id model.TermID) string {
	if sealed, ok := s.in[id]; ok {
		return s.made(sealed)
	}
	return ""
}

func (s *Sections) is(id model.TermID, op model.Op) bool {
	return id >= 0 && int(id) < len(s.terms) && s.terms[id].Op == op
}

// made is the section of the operation that made a term.
func (s *Sections) made(id model.TermID) string {
	t := &s.terms[id]
	switch t.Op {
	case model.OpExpand:
		return s.expand(t)
	case model.OpExtract:
		return s.extract(t)
	case model.OpKEMKey:
		return s.keyPair(t)
	case model.OpPublic, model.OpSigKey:
		return "5.1.1"
	case model.OpEncrypt:
		return map[string]string{"UpdatePathNode": "7.6", "Welcome": "12.4.3.1"}[t.Label]
	case model.OpSeal:
		return s.sealed(t)
	case model.OpXOR:
		return "6.3.1"
	case model.OpMAC:
		return s.mac(t)
	case model.OpSign:
		return "5.1.2"
	case model.OpExternalInit:
		return "8.3"
	}
	return ""
}

// ofLabel are the labels that stand in one place of the RFC.
var ofLabel = map[string]string{
	"joiner": "8", "welcome": "8", "epoch": "8", "init": "8", "sender data": "8", "encryption": "8", "exporter": "8",
	"external": "8", "confirm": "8", "membership": "8", "resumption": "8", "authentication": "8",
	"derived psk": "8.4", "exported": "8.5", "path": "7.4", "node": "7.4",
	"tree": "9", "handshake": "9", "application": "9", "secret": "9.1",
}

// expand goes by the label, but that of an exported secret may be any.
func (s *Sections) expand(t *model.Term) string {
	parent := s.arg(t, 0)
	switch {
	case parent == nil:
	case parent.Op == model.OpExpand && parent.Label == "exporter" && t.Label != "exported":
		return "8.5" // any label that the application chose
	case t.Label == "key" || t.Label == "nonce":
		switch parent.Label {
		case "welcome":
			return "12.4.3.1"
		case "sender data":
			return "6.3.2"
		}
		return "9.1"
	}
	return ofLabel[t.Label]
}

func (s *Sections) arg(t *model.Term, i int) *model.Term {
	if i >= len(t.Args) || int(t.Args[i]) >= len(s.terms) {
		return nil
	}
	return &s.terms[t.Args[i]]
}

// extract: of the key schedule, or of the chain of PSKs. That one extracts from
// zeros, or with a salt that is a "derived psk".
func (s *Sections) extract(t *model.Term) string {
	salt := s.arg(t, 0)
	if salt != nil && (salt.Op == model.OpConst || salt.Op == model.OpExpand && salt.Label == "derived psk") {
		return "8.4"
	}
	return "8"
}

func (s *Sections) keyPair(t *model.Term) string {
	switch seed := s.arg(t, 0); {
	case seed != nil && seed.Op == model.OpExpand && seed.Label == "node":
		return "7.4"
	case seed != nil && seed.Op == model.OpExpand && seed.Label == "external":
		return "8"
	case strings.Contains(t.Name, "_init_key"):
		return "10"
	case strings.Contains(t.Name, "_leaf_key"):
		return "7.2"
	}
	return "5.1"
}

// sealed: by the Welcome's key, by sender_data_secret's, or by a ratchet's.
func (s *Sections) sealed(t *model.Term) string {
	key := s.arg(t, 0)
	if key == nil || key.Op != model.OpExpand {
		return ""
	}
	switch secret := s.arg(key, 0); {
	case secret != nil && secret.Label == "welcome":
		return "12.4.3.1"
	case secret != nil && secret.Label == "sender data":
		return "6.3.2"
	}
	return "6.3.1"
}

func (s *Sections) mac(t *model.Term) string {
	if key := s.arg(t, 0); key != nil && key.Label == "membership" {
		return "6.2"
	}
	return "6.1"
}
