package trace

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"

	"mlsref/impl/suite"
	"mlsref/model"
)

// ids is shorter to read in the tables below.
type ids = []model.TermID

// Observe records one primitive call (suite.Observer).
func (r *Recorder) Observe(c suite.Call) {
	if r.paused {
		return
	}
	if r.seen != nil {
		r.seen(r.actor, c)
	}
	if r.err != nil {
		return
	}
	in := make([][]byte, len(c.In))
	for i, v := range c.In {
		in[i] = v.Bytes
	}
	out := r.outputs(c, in)
	switch layer := r.layers.of(); {
	case r.err != nil:
	case len(r.defined) == 0: // done before, by somebody
		r.repeated[layer+" "+string(c.Op)]++
	default:
		r.add(Event{Kind: KindPrimitive, Layer: layer, Op: string(c.Op), Out: out})
	}
}

// outputs gives the terms of what a call returned. Positions are those of
// suite.Op's comments.
func (r *Recorder) outputs(c suite.Call, in [][]byte) ids {
	switch c.Op {
	case suite.OpRandom:
		return ids{r.random(c)}
	case suite.OpNonce:
		return ids{r.constant("nonce", c.Out[0].Bytes)}
	case suite.OpDeriveKeyPair:
		return r.keyPair(c, model.OpKEMKey, r.secret(c, 0))
	case suite.OpSignatureKeyPair:
		return r.keyPair(c, model.OpSigKey, r.secret(c, 0))
	case suite.OpExtract:
		return ids{r.made(c, model.OpExtract, r.secret(c, 0), r.secret(c, 1))}
	case suite.OpExpand:
		return ids{r.expand(c)}
	case suite.OpHash:
		return ids{r.hash(c)}
	case suite.OpMAC:
		return ids{r.madePublic(c, model.OpMAC, r.secret(c, 0), r.public(c, 1))}
	case suite.OpSign:
		return ids{r.madePublic(c, model.OpSign, r.secret(c, 0), r.public(c, 1))}
	case suite.OpVerify:
		return nil
	case suite.OpEncrypt:
		return ids{r.encrypt(c)}
	case suite.OpSeal:
		r.ratchetKey(r.secret(c, 0))
		return ids{r.made(c, model.OpSeal, r.secret(c, 0), r.secret(c, 1), r.public(c, 2), r.plaintext(in[3]))}
	case suite.OpDecrypt:
		return ids{r.opened(c, model.OpEncrypt, 2, in[3])}
	case suite.OpOpen:
		r.ratchetKey(r.secret(c, 0))
		return ids{r.opened(c, model.OpSeal, 3, in[3])}
	case suite.OpExternalInit:
		return ids{r.externalInit(c)}
	case suite.OpOpenExternalInit:
		return ids{r.externalInitOpened(c, in[1])}
	case suite.OpXOR:
		return ids{r.made(c, model.OpXOR, r.secret(c, 0), r.public(c, 1))}
	}
	r.fail("unknown primitive %q", c.Op)
	return nil
}

// random is a fresh name. Fewer than 8 bytes (a reuse guard has four) are a
// public constant: they can be guessed, so they cannot be a secret.
func (r *Recorder) random(c suite.Call) model.TermID {
	b := c.Out[0].Bytes
	if len(b) < searchable {
		return r.constant("random", b)
	}
	if _, known := r.index.exact(b); known {
		r.fail("the random source gave the same %d bytes twice", len(b))
		return 0
	}
	id := r.append(model.Term{Op: model.OpRandom}, Definition{}, b)
	if r.weak && r.err == nil {
		r.drawn = append(r.drawn, id)
	}
	return id
}

// keyPair: the private key is a term of its own, unless it is the very seed
// that it was made from (Ed25519).
func (r *Recorder) keyPair(c suite.Call, op model.Op, seed model.TermID) ids {
	if r.err != nil {
		return nil
	}
	sk := r.intern(model.Term{Op: op, Args: ids{seed}}, Definition{}, c.Out[0].Bytes)
	pk := r.intern(model.Term{Op: model.OpPublic, Args: ids{sk}, Public: true}, Definition{}, c.Out[1].Bytes)
	return ids{sk, pk}
}

// expand notes which epoch_secret gave which init_secret on the way: that is
// how the goals are found.
func (r *Recorder) expand(c suite.Call) model.TermID {
	t := model.Term{Op: model.OpExpand, Label: c.Label, Args: ids{r.secret(c, 0), r.public(c, 1)}}
	length := int(binary.BigEndian.Uint16(c.In[2].Bytes))
	out := r.intern(t, Definition{Length: length}, c.Out[0].Bytes)
	switch c.Label {
	case "init":
		r.inits = append(r.inits, initStep{epochSecret: t.Args[0], initSecret: out})
	case "exported":
		r.exported = &out
	}
	return out
}

// externalInit is the init_secret of an external Commit: exported from an
// encapsulation to the group's external key (RFC 9420 §8.3).
func (r *Recorder) externalInit(c suite.Call) model.TermID {
	pk, known := r.index.exact(c.In[0].Bytes)
	if !known || r.terms[pk].Op != model.OpPublic {
		r.fail("%s: the public key %x is nobody's", callName(c), c.In[0].Bytes)
		return 0
	}
	t := model.Term{Op: model.OpExternalInit, Args: ids{pk, r.secret(c, 1)}}
	return r.intern(t, Definition{Extra: hex.EncodeToString(c.Out[0].Bytes)}, c.Out[1].Bytes)
}

// externalInitOpened must have been made by somebody: other kem_outputs give a
// secret that leads nowhere, and the Commit is rejected.
func (r *Recorder) externalInitOpened(c suite.Call, kemOutput []byte) model.TermID {
	id, known := r.index.exact(c.Out[0].Bytes)
	if !known || r.terms[id].Op != model.OpExternalInit {
		r.fail("%s: nobody made the kem_output %x", callName(c), kemOutput)
	}
	return id
}

// hash is a public constant. Everything that RFC 9420 hashes is public (tree,
// references, transcript, exporter contexts); and a term that kept the
// transcript's nesting would grow with each epoch until no prover can read it.
func (r *Recorder) hash(c suite.Call) model.TermID {
	r.mustBePublic(c, 0)
	return r.constant("hash", c.Out[0].Bytes)
}

func (r *Recorder) encrypt(c suite.Call) model.TermID {
	pk, known := r.index.exact(c.In[0].Bytes)
	if !known || r.terms[pk].Op != model.OpPublic {
		r.fail("%s: the public key %x is nobody's", callName(c), c.In[0].Bytes)
		return 0
	}
	t := model.Term{Op: model.OpEncrypt, Label: c.Label,
		Args: ids{pk, r.public(c, 1), r.plaintext(c.In[2].Bytes), r.secret(c, 3)}}
	return r.intern(t, Definition{Extra: hex.EncodeToString(c.Out[0].Bytes)}, c.Out[1].Bytes)
}

// opened is the plaintext of a ciphertext: the very term that was encrypted.
func (r *Recorder) opened(c suite.Call, op model.Op, argument int, ciphertext []byte) model.TermID {
	b := c.Out[0].Bytes
	sealed, known := r.index.exact(ciphertext)
	if !known || r.terms[sealed].Op != op {
		return r.plaintext(b)
	}
	id := r.terms[sealed].Args[argument]
	if !bytes.Equal(r.terms[id].value, b) {
		r.fail("%s: %s opened to other bytes than were encrypted", callName(c), r.describe(sealed))
	}
	return id
}

func (r *Recorder) made(c suite.Call, op model.Op, args ...model.TermID) model.TermID {
	return r.intern(model.Term{Op: op, Label: c.Label, Args: args}, Definition{}, c.Out[0].Bytes)
}

// madePublic is for tags and signatures: the theory takes it that the attacker
// sees them, so that they are never a reason for a secret to be safe.
func (r *Recorder) madePublic(c suite.Call, op model.Op, args ...model.TermID) model.TermID {
	return r.intern(model.Term{Op: op, Label: c.Label, Args: args, Public: true}, Definition{}, c.Out[0].Bytes)
}

// secret is the term of an input that must be one: a key, a seed, coins, a
// nonce. Zeros stand for "nothing" (RFC 9420 §8) and are public. Bytes that no
// recorded call made would make every verdict below them worthless.
func (r *Recorder) secret(c suite.Call, i int) model.TermID {
	b := c.In[i].Bytes
	id, known := r.index.exact(b)
	switch {
	case isZero(b):
		return r.constant("", b)
	case !known:
		r.fail("%s: nobody made the %s (%d bytes): it was not drawn, derived or decrypted through the suite", callName(c), c.In[i].Name, len(b))
	case r.terms[id].Public:
		r.fail("%s: the %s is %s, which is public", callName(c), c.In[i].Name, r.describe(id))
	}
	return id
}

// public is the term of an input that the theory takes as known to all: a
// context, additional data, what is signed. It is a constant, even where it is
// a ciphertext or holds some: these are on the wire anyway.
func (r *Recorder) public(c suite.Call, i int) model.TermID {
	b := c.In[i].Bytes
	if id, known := r.index.exact(b); known && r.terms[id].Public {
		return id
	}
	if _, known := r.constants[string(b)]; !known {
		r.mustBePublic(c, i)
	}
	return r.constant(c.In[i].Name, b)
}

// mustBePublic holds the theory's assumption against the bytes: no key may
// stand where the theory sees a public value.
func (r *Recorder) mustBePublic(c suite.Call, i int) {
	for _, h := range r.index.find(c.In[i].Bytes) {
		switch r.terms[h.id].Op {
		case model.OpEncrypt, model.OpSeal:
		default:
			r.fail("%s: the %s holds %s at byte %d, and the theory takes it as public", callName(c), c.In[i].Name, r.describe(h.id), h.offset)
		}
	}
}

// plaintext is the term of what gets encrypted: the announced message's
// structure, a known value, or a structure of known values.
func (r *Recorder) plaintext(b []byte) model.TermID {
	if m := r.announced; m != nil {
		if at := varintLen(len(m.text)); bytes.HasPrefix(b[min(at, len(b)):], m.text) {
			r.announced, m.sealed = nil, true
			return r.concat(b, []hit{{m.term, at, m.text}})
		}
	}
	if id, known := r.index.exact(b); known {
		return id
	}
	if parts := r.index.find(b); len(parts) > 0 {
		return r.concat(b, parts)
	}
	return r.constant("plaintext", b)
}

// varintLen is the size of the length before application_data, the first field
// of PrivateMessageContent (RFC 9420 §2.1.2, §6.3.1): where its text begins.
func varintLen(n int) int {
	switch {
	case n < 1<<6:
		return 1
	case n < 1<<14:
		return 2
	}
	return 4
}

// concat is a structure of secret parts; the bytes between them are public.
func (r *Recorder) concat(b []byte, parts []hit) model.TermID {
	t, d := model.Term{Op: model.OpConcat}, Definition{}
	for _, p := range parts {
		t.Args, d.Parts = append(t.Args, p.id), append(d.Parts, p.offset)
	}
	return r.append(t, d, b)
}

// constant is a public value that no primitive made, or that counts as such.
func (r *Recorder) constant(name string, b []byte) model.TermID {
	id, known := r.constants[string(b)]
	if known {
		return id
	}
	if isZero(b) {
		name = "zero"
	}
	if len(b) == 0 {
		name = "empty"
	}
	id = r.append(model.Term{Op: model.OpConst, Public: true, Name: name}, Definition{}, b)
	r.constants[string(b)] = id
	return id
}

// intern returns the term with these bytes, and defines it if it is new. Bytes
// that are known must be known as the same computation.
func (r *Recorder) intern(t model.Term, d Definition, b []byte) model.TermID {
	if r.err != nil {
		return 0
	}
	id, known := r.index.exact(b)
	if !known {
		return r.append(t, d, b)
	}
	have := r.terms[id].Term
	same := have.Op == t.Op && have.Label == t.Label && slices.Equal(have.Args, t.Args)
	itself := slices.Contains(t.Args, id) // a key that is its seed, a nonce under a zero guard
	if !same && !itself {
		r.fail("%s of terms %v gives the bytes of %s", t.Op, t.Args, r.describe(id))
	}
	return id
}

// append defines a new term.
func (r *Recorder) append(t model.Term, d Definition, b []byte) model.TermID {
	if r.err != nil {
		return 0
	}
	t.ID = model.TermID(len(r.terms))
	b = bytes.Clone(b)
	r.terms = append(r.terms, known{Term: t, value: b})
	if r.findable(t.Op, b) {
		r.index.add(t.ID, b, t.Public)
	}
	d.Term, d.Value, d.Suite = t, hex.EncodeToString(b), uint16(r.suite)
	r.defined = append(r.defined, d)
	if t.Op == model.OpExpand {
		r.children[t.Args[0]] = append(r.children[t.Args[0]], t.ID)
	}
	return t.ID
}

// findable: not a message, since a text that people chose stands in other
// places too; nor a ciphertext in its second role, as a public context.
func (r *Recorder) findable(op model.Op, b []byte) bool {
	_, known := r.index.exact(b)
	return op != model.OpMessage && !(op == model.OpConst && known)
}

func isZero(b []byte) bool {
	return len(b) > 0 && len(bytes.TrimLeft(b, "\x00")) == 0
}

func callName(c suite.Call) string {
	if c.Label == "" {
		return string(c.Op)
	}
	return fmt.Sprintf("%s %q", c.Op, c.Label)
}

// describe is a term for messages: what it is, never its bytes.
func (r *Recorder) describe(id model.TermID) string {
	t := r.terms[id]
	return fmt.Sprintf("term %d (%s)", id, fallback(t.Term))
}
