package coverage

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mlsref/spec"
)

// State says how far a statement is taken: by its tests, if it has any.
type State string

// The states, from the best to the worst.
const (
	BothWays    State = "tested both ways"
	Positive    State = "tested positively"
	Negative    State = "tested negatively"
	Implemented State = "implemented"
	Excused     State = "excused" // no code and no test, and a reason
	NotYet      State = "not yet" // the reason says that it could be there
	Open        State = "open"    // nothing is said
)

// States are all of them, in their order.
var States = []State{BothWays, Positive, Negative, Implemented, Excused, NotYet, Open}

// Link leads to a function, a test or a lemma.
type Link struct {
	Name string `json:"name"`
	File string `json:"file"` // from the module's root
	Line int    `json:"line"`
}

// Entry is a statement with what the code has of it.
type Entry struct {
	Statement spec.Statement
	Functions []Link // its own, and those that find its rules broken
	Positive  []Link
	Negative  []Link // its own, and those that expect its rules
	Lemmas    []Link
	State     State
	Proved    bool     // by one of its lemmas at least
	Gaps      []string // what is missing without a reason
}

// Implemented says that there is code.
func (e *Entry) Implemented() bool { return len(e.Functions) > 0 }

// Excuse is the reason for what is missing, "" if that is among the gaps.
func (e *Entry) Excuse() string {
	if notYet(e.Statement.Why) {
		return ""
	}
	return e.Statement.Why
}

// Table lays the statements beside the code, in their order. A link to what does not
// exist is an error; all of them are told.
func (ix *Index) Table(statements []spec.Statement) ([]Entry, error) {
	variable := ix.variables()
	entries := make([]Entry, 0, len(statements))
	var errs []error
	for _, s := range statements {
		e, err := ix.entry(s, variable)
		if err != nil {
			errs = append(errs, err)
		}
		entries = append(entries, e)
	}
	return entries, errors.Join(errs...)
}

func (ix *Index) entry(s spec.Statement, variable map[string]string) (Entry, error) {
	functions, positive, negative := slices.Clone(s.Functions), s.Positive, slices.Clone(s.Negative)
	var errs []error
	for _, r := range s.Rules {
		if r == nil || variable[r.ID] == "" {
			errs = append(errs, fmt.Errorf("§%s %s: a rule is not one of package spec", s.Section, s.Print))
			continue
		}
		functions = append(functions, ix.Finders(variable[r.ID])...)
		negative = append(negative, ix.Expecting(variable[r.ID])...)
	}
	e := Entry{Statement: s}
	for _, list := range []struct {
		names []string
		to    *[]Link
		find  func(string) (Link, error)
	}{
		{functions, &e.Functions, ix.function},
		{positive, &e.Positive, ix.test},
		{negative, &e.Negative, ix.test},
		{s.Lemmas, &e.Lemmas, ix.lemma},
	} {
		for i, name := range list.names {
			if slices.Contains(list.names[:i], name) {
				continue
			}
			link, err := list.find(name)
			if err != nil {
				errs = append(errs, fmt.Errorf("§%s %s: %w", s.Section, s.Print, err))
				continue
			}
			*list.to = append(*list.to, link)
		}
	}
	e.Proved = slices.ContainsFunc(s.Lemmas, func(name string) bool { return ix.Lemmas[name].Proves })
	e.State = e.state()
	e.Gaps = ix.missing(&e)
	return e, errors.Join(errs...)
}

func (e *Entry) state() State {
	switch {
	case len(e.Positive) > 0 && len(e.Negative) > 0:
		return BothWays
	case len(e.Positive) > 0:
		return Positive
	case len(e.Negative) > 0:
		return Negative
	case e.Implemented():
		return Implemented
	case notYet(e.Statement.Why):
		return NotYet
	case e.Statement.Why != "":
		return Excused
	}
	return Open
}

// notYet says that a reason, or a part of it, owns that something could be there.
func notYet(why string) bool {
	return slices.ContainsFunc(strings.Split(why, ";"), func(part string) bool {
		return strings.HasPrefix(strings.TrimSpace(part), "not yet")
	})
}

// missing lists the gaps of an entry. A reason excuses code and tests that are not
// there, but for one that says "not yet".
func (ix *Index) missing(e *Entry) []string {
	var gaps []string
	switch why := e.Statement.Why; {
	case notYet(why):
		gaps = append(gaps, why)
	case why != "":
	case e.State == Open:
		gaps = append(gaps, "neither code, nor test, nor reason")
	default:
		for _, has := range []struct {
			n    int
			what string
		}{{len(e.Functions), "function"}, {len(e.Positive), "positive test"}, {len(e.Negative), "negative test"}} {
			if has.n == 0 {
				gaps = append(gaps, "no "+has.what+", and no reason")
			}
		}
	}
	for _, name := range e.Statement.Lemmas {
		if l, ok := ix.Lemmas[name]; ok && !l.Proves {
			gaps = append(gaps, fmt.Sprintf("the lemma %s proves nothing: %s", name, l.Why))
		}
	}
	return gaps
}

func (ix *Index) function(name string) (Link, error) {
	return find(name, "function", ix.Functions)
}

// test finds a test, a property ("props:exclusion") or a kind of vectors
// ("vectors:key-schedule").
func (ix *Index) test(name string) (Link, error) {
	if property, ok := strings.CutPrefix(name, "props:"); ok {
		link, err := find(property, "property", ix.Properties)
		link.Name = name
		return link, err
	}
	if kind, ok := strings.CutPrefix(name, "vectors:"); ok {
		link, err := find(kind, "kind of vectors", ix.Vectors)
		link.Name = name
		return link, err
	}
	return find(name, "test", ix.Tests)
}

func (ix *Index) lemma(name string) (Link, error) {
	l, ok := ix.Lemmas[name]
	if !ok {
		return Link{}, fmt.Errorf("there is no lemma %q", name)
	}
	return Link{name, l.File, l.Line}, nil
}

// find looks a name up. If it is not there, a name that ends alike may be what is meant.
func find(name, what string, in map[string]Function) (Link, error) {
	if f, ok := in[name]; ok {
		return Link{name, f.File, f.Line}, nil
	}
	last := name[strings.LastIndex(name, ".")+1:]
	var alike []string
	for other := range in {
		if strings.HasSuffix(other, "."+last) {
			alike = append(alike, other)
		}
	}
	if len(alike) == 0 || len(alike) > 3 {
		return Link{}, fmt.Errorf("there is no %s %s", what, name)
	}
	slices.Sort(alike)
	return Link{}, fmt.Errorf("there is no %s %s; is it %s?", what, name, strings.Join(alike, " or "))
}
