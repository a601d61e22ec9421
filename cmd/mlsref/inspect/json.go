package inspect

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"mlsref/impl/wire"
)

// findingJSON is what inspect --json prints.
type findingJSON struct {
	Type     string     `json:"type"`
	Encoding string     `json:"encoding"`
	Size     int        `json:"size"`
	CouldBe  []string   `json:"could_also_be,omitempty"`
	Error    *errorJSON `json:"error,omitempty"`
	Root     *partJSON  `json:"root"`
}

type errorJSON struct {
	Offset int    `json:"offset"`
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

type partJSON struct {
	Name     string      `json:"name,omitempty"`
	Type     string      `json:"type"`
	Section  string      `json:"section,omitempty"`
	Offset   int         `json:"offset"`
	Size     int         `json:"size"`
	Header   int         `json:"header,omitempty"`
	Number   any         `json:"number,omitempty"`
	Word     string      `json:"word,omitempty"`
	Hex      *string     `json:"hex,omitempty"`
	Absent   bool        `json:"absent,omitempty"`
	Remark   string      `json:"remark,omitempty"`
	Broken   bool        `json:"incomplete,omitempty"`
	Children []*partJSON `json:"children,omitempty"`
}

// JSON is what to print as JSON: everything, nothing shortened.
func (f Finding) JSON() any {
	v := findingJSON{Type: f.Root.Type, Encoding: f.Form, Size: f.size, CouldBe: f.Also, Root: partToJSON(f.Root)}
	if f.Err != nil {
		v.Error = &errorJSON{f.Err.Offset, f.Err.Field, f.Err.Msg}
	}
	return v
}

func partToJSON(p *wire.Part) *partJSON {
	j := &partJSON{Name: p.Name, Type: p.Type + p.Suffix, Section: p.Section, Offset: p.Offset, Size: p.Size,
		Header: p.Header, Absent: absent(p), Remark: p.Remark, Broken: p.Broken}
	if p.Value != nil {
		j.Number = json.Number(fmt.Sprintf("%d", p.Value))
		if _, isEnum := p.Value.(fmt.Stringer); isEnum {
			j.Word = fmt.Sprint(p.Value)
		}
	}
	if p.Type == "opaque" {
		h := hex.EncodeToString(p.Bytes)
		j.Hex = &h
	}
	for _, c := range p.Children {
		j.Children = append(j.Children, partToJSON(c))
	}
	return j
}
