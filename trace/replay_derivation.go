package trace

import (
	"bytes"
	"errors"
	"fmt"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
	"mlsref/model"
)

// ReplayDerivation carries out a derivation of the closure with the real
// cryptography. It starts from the bytes that the attacker saw and from public
// constants only; every other value is computed from those before it, and must
// be the recorded one. The error names the first step that fails.
func ReplayDerivation(s suite.Suite, t *Trace, steps []model.Step) error {
	defs, err := definitionsOf(t)
	if err != nil {
		return err
	}
	if len(steps) == 0 {
		return errors.New("the derivation has no steps")
	}
	return newAttacker(s, defs, Facts(t)).replay(steps, steps[len(steps)-1].Conclusion)
}

func newAttacker(s suite.Suite, defs *definitions, facts []model.Fact) *attacker {
	a := &attacker{
		suite: s, defs: defs,
		seen:  map[model.TermID]bool{},
		value: map[model.TermID][]byte{},
		kem:   map[model.TermID][]byte{},
	}
	for _, f := range facts {
		a.seen[f.Term] = true
	}
	return a
}

// replay carries out the steps up to goal. What an earlier derivation already
// computed is held, and not computed again.
func (a *attacker) replay(steps []model.Step, goal model.TermID) error {
	for i, step := range steps {
		if _, held := a.value[step.Conclusion]; held {
			continue
		}
		if err := a.step(step); err != nil {
			return fmt.Errorf("step %d (%s gives %s): %w", i+1, step.Rule, a.defs.name(step.Conclusion), err)
		}
	}
	if _, ok := a.value[goal]; !ok {
		return fmt.Errorf("the derivation does not arrive at %s", a.defs.name(goal))
	}
	return nil
}

// name is a term for people: its name where it has one, and its ID.
func (d *definitions) name(id model.TermID) string {
	if !d.has(id) {
		return fmt.Sprintf("undefined term %d", id)
	}
	if n := d.all[id].Name; n != "" {
		return fmt.Sprintf("%s (term %d)", n, id)
	}
	return fmt.Sprintf("%s (term %d)", d.all[id].Op, id)
}

// attacker is what the replay holds: bytes that were seen or computed.
type attacker struct {
	suite suite.Suite
	defs  *definitions
	seen  map[model.TermID]bool   // facts
	value map[model.TermID][]byte // held so far
	kem   map[model.TermID][]byte // encrypt terms: the KEM output beside the ciphertext
}

// step carries out one step and compares its result with the recorded bytes.
func (a *attacker) step(step model.Step) error {
	for _, id := range append([]model.TermID{step.Conclusion}, step.Premises...) {
		if !a.defs.has(id) {
			return fmt.Errorf("term %d is not defined", id)
		}
	}
	got, err := a.result(step)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, a.defs.values[step.Conclusion]) {
		return errors.New("the computed bytes are not the recorded ones")
	}
	a.value[step.Conclusion] = got
	return nil
}

func (a *attacker) result(step model.Step) ([]byte, error) {
	id := step.Conclusion
	switch step.Rule {
	case "public":
		return a.public(id)
	case "wire", "stolen", "known":
		return a.observed(id)
	case "decrypt", "open", "split":
		return a.takeApart(step)
	case "decap":
		return a.decap(id)
	}
	if string(a.defs.all[id].Op) != step.Rule {
		return nil, fmt.Errorf("the term was made by %s", a.defs.all[id].Op)
	}
	in := make([][]byte, len(a.defs.all[id].Args))
	for i, arg := range a.defs.all[id].Args {
		var err error
		if in[i], err = a.input(arg); err != nil {
			return nil, err
		}
	}
	return a.build(id, in)
}

// public gives the recorded bytes of what everybody knows. Definitions are
// checked, so that no secret can call itself public.
func (a *attacker) public(id model.TermID) ([]byte, error) {
	if def := a.defs.all[id]; def.Op != model.OpConst && !def.Public {
		return nil, errors.New("the term is not public")
	}
	return a.defs.values[id], nil
}

// observed gives the recorded bytes of what was on the wire or was stolen.
func (a *attacker) observed(id model.TermID) ([]byte, error) {
	if !a.seen[id] {
		return nil, errors.New("the trace shows the term neither on the wire nor stolen, nor drawn by known randomness")
	}
	if a.defs.all[id].Op == model.OpEncrypt {
		a.kem[id] = a.defs.extras[id]
	}
	return a.defs.values[id], nil
}

// input is a value that a primitive needs: one that is held already, or public.
func (a *attacker) input(id model.TermID) ([]byte, error) {
	if v, ok := a.value[id]; ok {
		return v, nil
	}
	if v, err := a.public(id); err == nil {
		return v, nil
	}
	return nil, fmt.Errorf("%s is needed and was not derived", a.defs.name(id))
}

// takeApart runs the rules that take a term out of one that holds it.
func (a *attacker) takeApart(step model.Step) ([]byte, error) {
	container := map[string]model.Op{
		"decrypt": model.OpEncrypt, "open": model.OpSeal, "split": model.OpConcat,
	}[step.Rule]
	for _, id := range step.Premises {
		def := a.defs.all[id]
		if def.Op != container {
			continue
		}
		whole, held := a.value[id]
		if !held {
			return nil, fmt.Errorf("%s is needed and was not derived", a.defs.name(id))
		}
		switch {
		case container == model.OpEncrypt && def.Args[2] == step.Conclusion:
			if len(step.Premises) == 2 && step.Premises[1] == def.Args[3] {
				return a.decryptByCoins(id, whole)
			}
			return a.decrypt(id, whole)
		case container == model.OpSeal && def.Args[3] == step.Conclusion:
			return a.open(id, whole)
		case container == model.OpConcat:
			for i, part := range def.Args {
				if part == step.Conclusion {
					return a.cut(id, i, whole)
				}
			}
		}
	}
	return nil, fmt.Errorf("no premise is a %s of the term", container)
}

// decap opens the kem_output of an external Commit with the group's external key.
func (a *attacker) decap(id model.TermID) ([]byte, error) {
	def := a.defs.all[id]
	sk, err := a.input(a.defs.all[def.Args[0]].Args[0])
	if err != nil {
		return nil, err
	}
	return a.suiteOf(id).OpenExternalInit(sk, a.defs.extras[id])
}

// suiteOf is the cipher suite that a term was made in.
func (a *attacker) suiteOf(id model.TermID) suite.Suite {
	if other := a.defs.all[id].Suite; other != 0 {
		if s, err := suite.ByID(wire.CipherSuite(other)); err == nil {
			return s
		}
	}
	return a.suite
}

func (a *attacker) decrypt(id model.TermID, ciphertext []byte) ([]byte, error) {
	def := a.defs.all[id]
	pk := a.defs.all[def.Args[0]]
	if pk.Op != model.OpPublic {
		return nil, errors.New("the public key has no known private key")
	}
	sk, err := a.input(pk.Args[0])
	if err != nil {
		return nil, err
	}
	context, err := a.input(def.Args[1])
	if err != nil {
		return nil, err
	}
	kem, ok := a.kem[id]
	if !ok {
		return nil, errors.New("the KEM output was not seen")
	}
	return a.suiteOf(id).DecryptWithLabel(sk, def.Label, context, wire.HPKECiphertext{KEMOutput: kem, Ciphertext: ciphertext})
}

// decryptByCoins opens an HPKE ciphertext with what its sender drew. Encrypting
// zeros with the same coins gives the key stream of the suite's AEAD, and the
// plaintext is right if encrypting it gives the ciphertext, tag and all.
func (a *attacker) decryptByCoins(id model.TermID, ciphertext []byte) ([]byte, error) {
	def := a.defs.all[id]
	var in [3][]byte // pk, context, coins
	for i, arg := range []model.TermID{def.Args[0], def.Args[1], def.Args[3]} {
		var err error
		if in[i], err = a.input(arg); err != nil {
			return nil, err
		}
	}
	encrypt := func(plaintext []byte) ([]byte, error) {
		ct, err := a.suiteOf(id).EncryptWithLabel(bytes.NewReader(in[2]), in[0], def.Label, in[1], plaintext)
		return ct.Ciphertext, err
	}
	plaintext := make([]byte, len(a.defs.values[def.Args[2]]))
	stream, err := encrypt(plaintext)
	if err != nil {
		return nil, err
	}
	if len(stream) != len(ciphertext) {
		return nil, suite.ErrOpen
	}
	for i := range plaintext {
		plaintext[i] = stream[i] ^ ciphertext[i]
	}
	if again, err := encrypt(plaintext); err != nil || !bytes.Equal(again, ciphertext) {
		return nil, suite.ErrOpen
	}
	return plaintext, nil
}

func (a *attacker) open(id model.TermID, ciphertext []byte) ([]byte, error) {
	var in [3][]byte // key, nonce, aad
	for i := range in {
		var err error
		if in[i], err = a.input(a.defs.all[id].Args[i]); err != nil {
			return nil, err
		}
	}
	return a.suiteOf(id).Open(in[0], in[1], in[2], ciphertext)
}

// cut takes part i out of a structure. A part that is an HPKE ciphertext has
// its KEM output among the structure's public bytes.
func (a *attacker) cut(id model.TermID, i int, whole []byte) ([]byte, error) {
	def := a.defs.all[id]
	part := def.Args[i]
	at, size := def.Parts[i], len(a.defs.values[part])
	if at+size > len(whole) {
		return nil, errors.New("the part lies outside the structure")
	}
	if kem := a.defs.extras[part]; a.defs.all[part].Op == model.OpEncrypt {
		j := bytes.Index(whole, kem)
		if j < 0 {
			return nil, errors.New("the structure does not hold the KEM output")
		}
		a.kem[part] = whole[j : j+len(kem)]
	}
	return whole[at : at+size], nil
}

// build runs the primitive that made the term, on the values of its arguments.
func (a *attacker) build(id model.TermID, in [][]byte) ([]byte, error) {
	def, s := a.defs.all[id], a.suiteOf(id)
	switch def.Op {
	case model.OpExpand:
		if def.Length > 255*s.Nh() {
			return nil, fmt.Errorf("a length of %d bytes", def.Length)
		}
		if len(in[0]) != s.Nh() {
			return nil, fmt.Errorf("a secret of %d bytes, expected %d", len(in[0]), s.Nh())
		}
		return s.ExpandWithLabel(in[0], def.Label, in[1], def.Length), nil
	case model.OpExtract:
		return s.Extract(in[0], in[1]), nil
	case model.OpKEMKey:
		sk, _, err := s.DeriveKeyPair(in[0])
		return sk, err
	case model.OpSigKey:
		sk, _, err := s.GenerateSignatureKeyPair(bytes.NewReader(in[0]))
		return sk, err
	case model.OpPublic:
		return s.PublicKey(in[0])
	case model.OpConcat:
		whole := bytes.Clone(a.defs.values[id]) // for the public bytes between the parts
		for i, at := range def.Parts {
			copy(whole[at:], in[i])
		}
		return whole, nil
	case model.OpEncrypt:
		ct, err := s.EncryptWithLabel(bytes.NewReader(in[3]), in[0], def.Label, in[1], in[2])
		a.kem[id] = ct.KEMOutput
		return ct.Ciphertext, err
	case model.OpSeal:
		return s.Seal(in[0], in[1], in[2], in[3])
	case model.OpXOR:
		if len(in[0]) < 4 || len(in[1]) != 4 {
			return nil, errors.New("the nonce or the reuse guard has a wrong length")
		}
		return s.GuardNonce(in[0], [4]byte(in[1])), nil
	case model.OpMAC:
		return s.MAC(in[0], in[1]), nil
	case model.OpExternalInit:
		_, secret, err := s.ExternalInit(bytes.NewReader(in[1]), in[0])
		return secret, err
	case model.OpSign:
		return s.SignWithLabel(in[0], def.Label, in[1])
	}
	return nil, fmt.Errorf("nothing builds a %s", def.Op)
}

// withInputs is the derivation of goal, completed for the replay. To open a ciphertext the
// closure asks for the key only; the primitive also needs the nonce, the
// additional data and the context. Their own derivations are put in front of
// the step that needs them.
//
// visited are the terms whose steps earlier derivations have: they are left out, but
// for the last step. Nil: none.
func withInputs(c *model.Closure, defs *definitions, goal model.TermID, visited map[model.TermID]bool) []model.Step {
	if visited == nil {
		visited = map[model.TermID]bool{}
	}
	if step, known := c.Step(goal); known && visited[goal] {
		return []model.Step{step}
	}
	var out []model.Step
	var visit func(model.TermID)
	visit = func(id model.TermID) {
		step, known := c.Step(id)
		if visited[id] || !known {
			return
		}
		visited[id] = true
		for _, premise := range step.Premises {
			visit(premise)
		}
		for _, input := range sideInputs(defs, step) {
			visit(input)
		}
		out = append(out, step)
	}
	visit(goal)
	return out
}

// sideInputs are what a step needs beside its secret premises.
func sideInputs(defs *definitions, step model.Step) []model.TermID {
	for _, id := range step.Premises {
		switch def := defs.all[id]; {
		case step.Rule == "decrypt" && def.Op == model.OpEncrypt:
			return def.Args[1:2]
		case step.Rule == "open" && def.Op == model.OpSeal:
			return def.Args[1:3]
		}
	}
	return nil
}
