package syntax

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Value is a decoded object: a tree whose leaves are integers and bytes.
type Value struct {
	Name   string  // the field's; "[2]" for an element; empty where the text has none
	Type   string  // the text's: "HPKEPublicKey", "optional<Node>"
	Suffix string  // "<V>", for a vector under any name; empty for one value
	Number uint64  // an integer or enum
	Bytes  []byte  // what is opaque
	Parts  []Value // a struct's fields, a vector's elements; what an optional has
	Offset int     // decoding: where its bytes start, with their header
	Size   int     // decoding: how many there are
}

// Malformed says where and why bytes, or a value tree, are not of the text's syntax.
type Malformed struct {
	Class  string // one of Classes
	Offset int    // decoding: in the input
	Field  string // "Commit.proposals[2].type"
	Msg    string
}

func (e *Malformed) Error() string {
	return fmt.Sprintf("malformed at byte %d (%s): %s: %s", e.Offset, e.Field, e.Class, e.Msg)
}

// Classes are the ways in which bytes can be malformed, and where the text says so.
var Classes = map[string]string{
	"short":    "there are fewer bytes than the syntax needs",
	"trailing": "there are more bytes than the syntax takes",
	"length":   "a length header has the prefix 11, or is longer than need be (RFC 9420 §2.1.2)",
	"bounds":   "a vector is shorter or longer than its bounds, or ends inside an element (RFC 8446 §3.4)",
	"case":     "a select has no case for the value (RFC 9420 §2.1.1 for optional)",
	"constant": "a field has another value than the constant that it is assigned (RFC 8446 §3.7)",
	"depth":    "structs lie in structs deeper than any of RFC 9420 do",
	"tree":     "encoding: the value tree does not have the fields, or the sizes, of the type",
}

// ErrUse: the module or the codec's user is wrong, not the bytes.
var ErrUse = errors.New("spec/syntax")

// deepest bounds how structs nest; in RFC 9420 it is some fifteen.
const deepest = 64

// Codec decodes and encodes by a module's definitions. A value of an enum without a word
// is no error, so that GREASE passes (RFC 9420 §13.5), but where a select goes by it.
type Codec struct {
	m       *Module
	context map[string]uint64
}

// optionalText is RFC 9420 §2.1.1, for a text that does not repeat it.
const optionalText = `struct { uint8 present; select (present) { case 0: struct {}; case 1: T value; }; } optional<T>;`

// NewCodec makes a codec. Types that the module lacks are found when they are met.
func NewCodec(m *Module) *Codec {
	if _, ok := m.find("optional"); !ok {
		defs, _ := Parse("RFC 9420 §2.1.1", 1, optionalText)
		m = &Module{Definitions: append(slices.Clip(slices.Clone(m.Definitions)), defs...), Registries: m.Registries}
	}
	return &Codec{m: m}
}

// In is the codec for structs that go by a field outside of what is decoded:
// {"PrivateMessage.content_type": 3}.
func (c *Codec) In(context map[string]uint64) *Codec {
	all := maps.Clone(context)
	for k, v := range c.context {
		if _, ok := all[k]; !ok {
			all[k] = v
		}
	}
	return &Codec{c.m, all}
}

// Decode reads all of b as a type of the module. An error is a *Malformed, or wraps ErrUse.
func (c *Codec) Decode(name string, b []byte) (Value, error) {
	d := &decoder{walk: walk{Codec: c}, b: slices.Clone(b), end: len(b)}
	d.path = []string{name}
	v, err := d.use(Field{Name: name, Type: Type{Name: name}})
	if err == nil && d.at < len(b) {
		return v, d.malformed("trailing", "%d more bytes", len(b)-d.at)
	}
	return v, err
}

// Encode writes a value tree of a type; Offset and Size do not matter.
func (c *Codec) Encode(name string, v Value) ([]byte, error) {
	e := &encoder{walk: walk{Codec: c}}
	e.path = []string{name}
	return e.use(Field{Type: Type{Name: name}}, v)
}

// walk is where a codec is: what encloses it, and what was there before.
type walk struct {
	*Codec
	frames []frame
	path   []string
}

// frame is a struct that is being read or written, and its fields until now.
type frame struct {
	of    string
	param *Type // what T is in optional<T>
	done  []Value
}

func (w *walk) top() *frame { return &w.frames[len(w.frames)-1] }

// enter opens a struct and leave closes it.
func (w *walk) enter(d *Definition, t Type) error {
	if len(w.frames) == deepest {
		return &Malformed{Class: "depth", Field: w.where(), Msg: fmt.Sprintf("%d structs in each other", deepest)}
	}
	f := frame{of: d.Name}
	if d.Param != "" && t.Arg != nil {
		arg := w.bound(*t.Arg)
		f.param = &arg
	}
	w.frames = append(w.frames, f)
	return nil
}

func (w *walk) leave() (done []Value) {
	done = w.top().done
	w.frames = w.frames[:len(w.frames)-1]
	return done
}

// bound is a type with the parameter of the struct around it put in.
func (w *walk) bound(t Type) Type {
	if len(w.frames) == 0 || w.top().param == nil {
		return t
	}
	if d, ok := w.m.find(w.top().of); ok && d.Param == t.Name {
		return *w.top().param
	}
	return t
}

// arm are the fields for the value that a select goes by.
func (w *walk) arm(s *Select) ([]Field, error) {
	n, err := w.selector(s)
	if err != nil {
		return nil, err
	}
	t := w.typeOf(s)
	for _, a := range s.Arms {
		for _, l := range a.Cases {
			v, ok := w.m.value(t, l.Name)
			if !ok {
				return nil, fmt.Errorf("%w: %s is no value of %s", ErrUse, l.Name, t)
			}
			if v == n {
				return a.Fields, nil
			}
		}
	}
	return nil, &Malformed{Class: "case", Field: w.where(), Msg: fmt.Sprintf("no case for %s %d", strings.Join(s.On, "."), n)}
}

// where is the path to what is being read or written.
func (w *walk) where() string { return strings.ReplaceAll(strings.Join(w.path, "."), ".[", "[") }

// selector finds what a select goes by: in the struct itself; or in the innermost struct
// around it that is, or has before it, the one named; or in the context.
func (w *walk) selector(s *Select) (uint64, error) {
	owner, path := s.owner(w.top().of)
	for i := len(w.frames) - 1; i >= 0; i-- {
		f := w.frames[i]
		if f.of == owner {
			if v, ok := descend(f.done, path); ok {
				return v.Number, nil
			}
		}
		if v, ok := latest(f.done, owner); ok {
			if v, ok := descend(v.Parts, path); ok {
				return v.Number, nil
			}
		}
	}
	if n, ok := w.context[owner+"."+strings.Join(path, ".")]; ok {
		return n, nil
	}
	return 0, fmt.Errorf("%w: nothing says what %s.%s is", ErrUse, owner, strings.Join(path, "."))
}

// typeOf is the type of what a select goes by.
func (w *walk) typeOf(s *Select) Type {
	owner, path := s.owner(w.top().of)
	if d, ok := w.m.find(owner); ok {
		if f, ok := w.m.follow(d.Fields, path); ok {
			return f.Type
		}
	}
	return Type{}
}

func descend(parts []Value, path []string) (Value, bool) {
	i := slices.IndexFunc(parts, func(v Value) bool { return v.Name == path[0] })
	if i < 0 {
		return Value{}, false
	}
	if len(path) == 1 {
		return parts[i], true
	}
	return descend(parts[i].Parts, path[1:])
}

// latest is the last value of a type among some and all in them.
func latest(values []Value, of string) (Value, bool) {
	for i := len(values) - 1; i >= 0; i-- {
		if values[i].Type == of {
			return values[i], true
		}
		if v, ok := latest(values[i].Parts, of); ok {
			return v, true
		}
	}
	return Value{}, false
}

// constant checks a field that has a fixed value.
func (w *walk) constant(f Field, v Value) error {
	if f.Constant == "" {
		return nil
	}
	want, ok := w.m.value(f.Type, f.Constant)
	if !ok {
		return fmt.Errorf("%w: %s is no value of %s", ErrUse, f.Constant, f.Type)
	}
	if v.Number != want {
		return &Malformed{Class: "constant", Field: w.where(), Offset: v.Offset, Msg: fmt.Sprintf("%d, always %s", v.Number, f.Constant)}
	}
	return nil
}
