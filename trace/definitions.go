package trace

import (
	"encoding/hex"
	"fmt"

	"mlsref/model"
)

// arity is the number of arguments of each operation; a concat has any number.
var arity = map[model.Op]int{
	model.OpConst: 0, model.OpRandom: 0, model.OpMessage: 0,
	model.OpExpand: 2, model.OpExtract: 2, model.OpKEMKey: 1, model.OpSigKey: 1, model.OpPublic: 1,
	model.OpConcat: -1, model.OpEncrypt: 4, model.OpSeal: 4, model.OpXOR: 2, model.OpMAC: 2, model.OpSign: 2, model.OpExternalInit: 2,
}

// neverPublic are the operations whose results are secrets. A trace that calls
// one of them public would hand the attacker what it should have to derive.
var neverPublic = map[model.Op]bool{
	model.OpRandom: true, model.OpMessage: true, model.OpExpand: true,
	model.OpExtract: true, model.OpKEMKey: true, model.OpSigKey: true, model.OpExternalInit: true,
}

// definitions are the terms of a trace, by ID, with their bytes.
type definitions struct {
	all    []Definition
	values [][]byte
	made   []int // the Seq of the event that defines it
	extras [][]byte
	sizes  []int // of the values
	light  bool  // only made and sizes are kept: what checking a trace takes
}

// definitionsOf collects and checks the definitions of a whole trace.
func definitionsOf(t *Trace) (*definitions, error) {
	d := &definitions{}
	for i := range t.Events {
		if err := d.event(&t.Events[i]); err != nil {
			return nil, fmt.Errorf("event %d: %w", t.Events[i].Seq, err)
		}
	}
	return d, nil
}

func (d *definitions) terms() []model.Term {
	terms := make([]model.Term, len(d.all))
	for i := range d.all {
		terms[i] = d.all[i].Term
	}
	return terms
}

// event checks one event, and takes in the terms that it defines.
func (d *definitions) event(e *Event) error {
	for i := range e.Define {
		if err := d.define(&e.Define[i]); err != nil {
			return fmt.Errorf("term %d: %w", e.Define[i].ID, err)
		}
		d.made = append(d.made, e.Seq)
	}
	named := append(append([]model.TermID(nil), e.Out...), e.Terms...)
	if e.Kind == KindGoal {
		named = append(named, e.Term)
	}
	for _, id := range named {
		if !d.has(id) {
			return fmt.Errorf("term %d is not defined", id)
		}
	}
	return checkKind(e)
}

// checkKind says whether an event has the field that its kind stands for.
func checkKind(e *Event) error {
	missing := false
	switch e.Kind {
	case KindStep:
		missing = e.Step == nil
	case KindWire:
		missing = e.Wire == nil
		if !missing {
			if _, err := hex.DecodeString(e.Wire.Bytes); err != nil {
				return fmt.Errorf("bad hex: %w", err)
			}
		}
	case KindGoal:
		missing = e.Goal == nil
	case KindSnapshot:
		missing = e.Tree == nil
	case KindExpect:
		missing = e.Expect == nil
	case KindReject:
		missing = e.Reject == nil
	case KindAttack:
		missing = e.Attack == nil
	case KindLeftover:
		missing = e.Leftover == nil
	case KindRepeated:
		missing = e.Calls == nil
	case KindPrimitive, KindCompromise, KindKnown:
	default:
		return fmt.Errorf("unknown kind %q", e.Kind)
	}
	if missing {
		return fmt.Errorf("a %s event without its %s field", e.Kind, fieldOf[e.Kind])
	}
	return nil
}

var fieldOf = map[string]string{
	KindStep: "step", KindWire: "wire", KindGoal: "goal", KindSnapshot: "tree", KindExpect: "expect", KindReject: "reject", KindAttack: "attack", KindLeftover: "leftover", KindRepeated: "calls",
}

func (d *definitions) has(id model.TermID) bool { return id >= 0 && int(id) < len(d.sizes) }

func (d *definitions) define(def *Definition) error {
	n, known := arity[def.Op]
	switch {
	case int(def.ID) != len(d.sizes):
		return fmt.Errorf("out of order: the next term is %d", len(d.sizes))
	case !known:
		return fmt.Errorf("unknown operation %q", def.Op)
	case n >= 0 && len(def.Args) != n:
		return fmt.Errorf("%s takes %d arguments, not %d", def.Op, n, len(def.Args))
	case def.Public && neverPublic[def.Op]:
		return fmt.Errorf("the result of %s cannot be public", def.Op)
	case def.Length < 0:
		return fmt.Errorf("a length of %d bytes", def.Length)
	}
	for _, arg := range def.Args {
		if !d.has(arg) {
			return fmt.Errorf("its argument %d is not defined", arg)
		}
	}
	value, err := hex.DecodeString(def.Value)
	if err != nil {
		return fmt.Errorf("bad hex: %w", err)
	}
	extra, err := hex.DecodeString(def.Extra)
	if err != nil {
		return fmt.Errorf("bad hex: %w", err)
	}
	if err := d.parts(def, len(value)); err != nil {
		return err
	}
	if d.sizes = append(d.sizes, len(value)); d.light {
		return nil
	}
	d.all, d.values, d.extras = append(d.all, *def), append(d.values, value), append(d.extras, extra)
	return nil
}

// parts checks that each argument of a concat lies inside the structure.
func (d *definitions) parts(def *Definition, size int) error {
	if def.Op != model.OpConcat {
		return nil
	}
	if len(def.Parts) != len(def.Args) {
		return fmt.Errorf("a concat of %d arguments with %d offsets", len(def.Args), len(def.Parts))
	}
	for i, at := range def.Parts {
		length := d.sizes[def.Args[i]]
		if at < 0 || at > size || length > size-at {
			return fmt.Errorf("argument %d, %d bytes at offset %d, lies outside the structure of %d bytes", i, length, at, size)
		}
	}
	return nil
}
