package draft

import (
	"regexp"
	"strconv"
	"strings"
)

// Registry is a table of code points with their names.
type Registry struct {
	// Name is the title of the section, "MLS Cipher Suites". The table's own
	// is Title; RFC 9420 gives one table another one's.
	Name    string
	Title   string
	Section string
	Line    int
	Columns []string
	Entries []Entry
}

// Entry is one row of a registry.
type Entry struct {
	// From and To are the values, the same for one; -1 if Value is no number
	// and no range.
	From, To int64
	Value    string // as printed: "0x0001", "0xF000 - 0xFFFF"
	Name     string
	Cells    []string
	Line     int
}

// Tables gives the tables of the document.
func (d *Document) Tables() []*Block {
	var out []*Block
	for i := range d.Blocks {
		if d.Blocks[i].Kind == Table {
			out = append(out, &d.Blocks[i])
		}
	}
	return out
}

// Registries gives the tables that have a column Value and a column Name. In a
// document with IANA considerations only those in that section count.
func (d *Document) Registries() []Registry {
	iana := ""
	titles := map[string]string{}
	for _, s := range d.Sections {
		if titles[s.Number] = s.Title; strings.Contains(s.Title, "IANA") && iana == "" {
			iana = s.Number
		}
	}
	var out []Registry
	for _, b := range d.Tables() {
		if iana != "" && b.Section != iana && !strings.HasPrefix(b.Section, iana+".") {
			continue
		}
		if r, ok := registry(b); ok {
			r.Name = titles[b.Section]
			out = append(out, r)
		}
	}
	return out
}

func registry(b *Block) (Registry, bool) {
	r := Registry{Title: b.Title, Section: b.Section, Line: b.Line}
	if len(b.Rows) == 0 {
		return r, false
	}
	r.Columns = b.Rows[0].Cells
	value, name := -1, -1
	for i, c := range r.Columns {
		switch strings.ToLower(c) {
		case "value":
			value = i
		case "name":
			name = i
		}
	}
	if value < 0 || name < 0 {
		return r, false
	}
	for _, row := range b.Rows[1:] {
		if len(row.Cells) <= max(value, name) {
			continue
		}
		e := Entry{Value: row.Cells[value], Name: row.Cells[name], Cells: row.Cells, Line: row.Line}
		e.From, e.To = valueRange(e.Value)
		r.Entries = append(r.Entries, e)
	}
	return r, true
}

var numbers = regexp.MustCompile(`^(0x[0-9A-Fa-f]+|[0-9]+)(?:\s*[-–]\s*(0x[0-9A-Fa-f]+|[0-9]+))?$`)

// valueRange reads "0x0001" and "0xF000 - 0xFFFF".
func valueRange(s string) (from, to int64) {
	m := numbers.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return -1, -1
	}
	from = number(m[1])
	if m[2] == "" {
		return from, from
	}
	to = number(m[2])
	if from < 0 || to < from {
		return -1, -1
	}
	return from, to
}

// number reads a decimal or hexadecimal number; -1 if it is too large.
func number(s string) int64 {
	base := 10
	if strings.HasPrefix(s, "0x") {
		s, base = s[2:], 16
	}
	n, err := strconv.ParseInt(s, base, 64)
	if err != nil {
		return -1
	}
	return n
}
