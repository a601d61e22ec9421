package trace

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"mlsref/impl/suite"
	"mlsref/model"
)

// Root is a live Go value to be walked, and what to call it in a path.
type Root struct {
	Name  string
	Value any
}

// Found is a known value that a walk met, and where.
type Found struct {
	Term model.TermID
	Path string // root.field[3].field
}

// Walk looks through live Go state for every known secret and ciphertext:
// through unexported fields, pointers, slices, arrays, maps and interfaces. It
// returns each term once, with the first path to it, ordered by term.
//
// It sees what the program could still read: a slice up to its length, not what
// lies behind it in memory. A value that reflection cannot look into (a
// function, a channel, an unsafe pointer) is an error, not a blind spot.
func (r *Recorder) Walk(roots ...Root) ([]Found, error) {
	var found []Found
	seen := map[model.TermID]bool{}
	for _, root := range roots {
		w := &walker{visited: map[visit]bool{}, path: []string{root.Name}}
		w.see = func(b []byte) {
			for _, h := range r.index.find(b) {
				if !seen[h.id] {
					seen[h.id] = true
					found = append(found, Found{h.id, strings.Join(w.path, "")})
				}
			}
		}
		if err := w.value(reflect.ValueOf(root.Value)); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(found, func(a, b Found) int { return cmp.Compare(a.Term, b.Term) })
	return found, nil
}

// walker visits one root.
type walker struct {
	see     func([]byte)
	visited map[visit]bool
	path    []string
}

// visit is a piece of memory seen as one type, so that cycles end.
type visit struct {
	at     uintptr
	length int
	as     reflect.Type
}

var suiteType = reflect.TypeFor[suite.Suite]()

// again says whether the memory behind v was visited, and marks it.
func (w *walker) again(v reflect.Value, length int) bool {
	k := visit{v.Pointer(), length, v.Type()}
	if w.visited[k] {
		return true
	}
	w.visited[k] = true
	return false
}

// in walks v one step further down the path.
func (w *walker) in(step string, v reflect.Value) error {
	w.path = append(w.path, step)
	err := w.value(v)
	w.path = w.path[:len(w.path)-1]
	return err
}

func (w *walker) value(v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		w.see([]byte(v.String()))
	case reflect.Slice:
		return w.slice(v)
	case reflect.Array:
		return w.elements(v)
	case reflect.Struct:
		return w.fields(v)
	case reflect.Map:
		return w.entries(v)
	case reflect.Pointer:
		if v.IsNil() || w.again(v, 0) {
			return nil
		}
		return w.value(v.Elem())
	case reflect.Interface:
		return w.value(v.Elem())
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		if !v.IsNil() {
			return fmt.Errorf("walk: %s is a %s, which cannot be looked into", strings.Join(w.path, ""), v.Kind())
		}
	}
	return nil // numbers, booleans, and nothing at all
}

func (w *walker) slice(v reflect.Value) error {
	if v.Len() == 0 || w.again(v, v.Len()) {
		return nil
	}
	if v.Type().Elem().Kind() == reflect.Uint8 {
		w.see(v.Bytes())
		return nil
	}
	return w.elements(v)
}

func (w *walker) elements(v reflect.Value) error {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		b := make([]byte, v.Len()) // an array need not be addressable
		for i := range b {
			b[i] = byte(v.Index(i).Uint())
		}
		w.see(b)
		return nil
	}
	if isNumber(v.Type().Elem().Kind()) {
		return nil
	}
	for i := range v.Len() {
		if err := w.in(fmt.Sprintf("[%d]", i), v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func isNumber(k reflect.Kind) bool { return k >= reflect.Bool && k <= reflect.Complex128 }

// fields walks a struct. A suite.Suite is not state: it leads to the observer,
// and so to everything that everybody ever knew.
func (w *walker) fields(v reflect.Value) error {
	t := v.Type()
	if t == suiteType {
		return nil
	}
	if t.PkgPath() == "sync/atomic" && strings.HasPrefix(t.Name(), "Pointer[") {
		return w.atomicPointer(v)
	}
	for i := range v.NumField() {
		if err := w.in("."+t.Field(i).Name, v.Field(i)); err != nil {
			return err
		}
	}
	return nil
}

// atomicPointer walks what an atomic.Pointer[T] points to. Its pointer is
// untyped; the type stands in its first field, a [0]*T.
func (w *walker) atomicPointer(v reflect.Value) error {
	p := v.FieldByName("v")
	first := v.Type().Field(0).Type
	if p.Kind() != reflect.UnsafePointer || first.Kind() != reflect.Array {
		return fmt.Errorf("walk: %s is an %s of an unknown layout", strings.Join(w.path, ""), v.Type())
	}
	if p.IsNil() {
		return nil
	}
	return w.value(reflect.NewAt(first.Elem().Elem(), p.UnsafePointer()))
}

// entries walks a map in the order of its keys, so that paths are stable.
func (w *walker) entries(v reflect.Value) error {
	if v.IsNil() || w.again(v, 0) {
		return nil
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		if a.CanUint() {
			return cmp.Compare(a.Uint(), b.Uint())
		}
		return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
	for _, k := range keys {
		if err := w.in(".key", k); err != nil {
			return err
		}
		if err := w.in(fmt.Sprintf("[%v]", k), v.MapIndex(k)); err != nil {
			return err
		}
	}
	return nil
}
