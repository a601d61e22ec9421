package trace

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mlsref/model"
)

// Selection says which secrets a prover is asked about. Each part adds to the others;
// without any it is asked what ForProvers says.
type Selection struct {
	All      bool
	Epochs   string   // "2" or "1-3"
	Messages []string // numbers
	Only     []string // names of secrets, as the tables show them, or of their terms
}

// Given tells whether anything is chosen.
func (s Selection) Given() bool {
	return s.All || s.Epochs != "" || len(s.Messages) > 0 || len(s.Only) > 0
}

// beside are the words for what the judges say beside who knows which secret.
var beside = []string{"auth", "fork", "leftover", "interval", "theft", "attack", "expect", "since", "reject"}

// Ask returns the filter of ExportOptions. A part that no secret of the run answers to is
// an error, which says so if it is no question for a prover.
func (s Selection) Ask(t *Trace, report *Report) (func(Row) bool, error) {
	if s.All {
		return nil, nil
	}
	var parts []func(Row) bool
	if s.Epochs != "" {
		first, last, err := epochRange(s.Epochs)
		if err != nil {
			return nil, err
		}
		usual := usualRows(report)
		parts = append(parts, func(row Row) bool {
			return row.Goal.State != "" && usual[row.Goal] && first <= row.Goal.Epoch && row.Goal.Epoch <= last
		})
		if !slices.ContainsFunc(report.Rows, parts[0]) {
			return nil, fmt.Errorf("--epochs: read %q, and this run has no secret of these epochs", s.Epochs)
		}
	}
	for _, m := range s.Messages {
		n, err := strconv.Atoi(m)
		is := func(row Row) bool { return row.Goal.Kind == model.Message && row.Goal.Message == n }
		if err != nil || !slices.ContainsFunc(report.Rows, is) {
			return nil, fmt.Errorf("--messages: read %q, expected the number of a message of this run", m)
		}
		parts = append(parts, is)
	}
	named, err := s.named(t, report)
	if err != nil {
		return nil, err
	}
	parts = append(parts, named...)
	if len(parts) == 0 {
		usual := usualRows(report)
		return func(row Row) bool { return usual[row.Goal] }, nil
	}
	return func(row Row) bool {
		return slices.ContainsFunc(parts, func(part func(Row) bool) bool { return part(row) })
	}, nil
}

// usualRows are the secrets that a prover is asked about unless told otherwise.
func usualRows(report *Report) map[model.Goal]bool {
	usual := map[model.Goal]bool{}
	for _, row := range ForProvers(report).Rows {
		usual[row.Goal] = true
	}
	return usual
}

func (s Selection) named(t *Trace, report *Report) (parts []func(Row) bool, err error) {
	if len(s.Only) == 0 {
		return nil, nil
	}
	x, err := newExport(t, report, ExportOptions{})
	if err != nil {
		return nil, err
	}
	for _, name := range s.Only {
		is := func(row Row) bool { return x.means(name, row) }
		if !slices.ContainsFunc(report.Rows, is) {
			for _, word := range beside {
				if strings.Contains(strings.ToLower(name), word) {
					return nil, fmt.Errorf("--only: %q is not expressible: a prover is asked whether the attacker gets a secret, and nothing else", name)
				}
			}
			return nil, fmt.Errorf("--only: read %q, expected a secret of this run, like \"epoch 1: init_secret\", \"epoch 1\", \"init_secret\" or \"message 1\", or a term's name", name)
		}
		parts = append(parts, is)
	}
	return parts, nil
}

// means: the name in the tables, a part of it like "epoch 3" or "init_secret", a
// message's, or a term's.
func (x *export) means(name string, row Row) bool {
	goal := x.goal(row.Goal)
	where, what, _ := strings.Cut(GoalName(row.Goal), ": ")
	return slices.Contains([]string{goal, GoalName(row.Goal), where, what, string(row.Goal.Kind), x.defs.all[row.Term].Name}, name)
}

func epochRange(text string) (first, last uint64, err error) {
	from, to, ranged := strings.Cut(text, "-")
	if !ranged {
		to = from
	}
	first, err = strconv.ParseUint(from, 10, 64)
	if err == nil {
		last, err = strconv.ParseUint(to, 10, 64)
	}
	if err != nil || last < first {
		return 0, 0, fmt.Errorf("--epochs: read %q, expected N or N-M", text)
	}
	return first, last, nil
}
