package draft

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"
)

// xmlNode is an element, or a text if its name is empty.
type xmlNode struct {
	name      string
	attrs     map[string]string
	children  []*xmlNode
	text      string
	line, col int
}

// maxNesting bounds how deep elements may stand in one another. An RFC needs
// some twenty levels.
const maxNesting = 200

// xmlTree reads the elements. Where the XML is broken it says so, and gives the
// elements up to there.
func xmlTree(data []byte) (*xmlNode, []Problem) {
	dec := xml.NewDecoder(bytes.NewReader(data))
	dec.Entity = entities(data)
	dec.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		if strings.EqualFold(charset, "us-ascii") {
			return in, nil
		}
		return nil, fmt.Errorf("the encoding %s is not known; expected UTF-8", charset)
	}
	root := &xmlNode{name: "#root"}
	stack := []*xmlNode{root}
	for {
		line, col := dec.InputPos()
		from := dec.InputOffset()
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return root, nil
		}
		if err != nil {
			return root, []Problem{syntaxProblem(dec, stack, err)}
		}
		top := stack[len(stack)-1]
		switch t := token.(type) {
		case xml.StartElement:
			if len(stack) > maxNesting {
				return root, []Problem{{Line: line, Col: col,
					Text: fmt.Sprintf("elements stand in one another %d deep; expected an RFC", maxNesting)}}
			}
			n := &xmlNode{name: t.Name.Local, attrs: map[string]string{}, line: line, col: col}
			for _, a := range t.Attr {
				n.attrs[a.Name.Local] = a.Value
			}
			top.children = append(top.children, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if bytes.HasPrefix(data[from:], []byte("<![CDATA[")) {
				col += len("<![CDATA[")
			}
			top.children = append(top.children, &xmlNode{text: string(t), line: line, col: col})
		}
	}
}

// syntaxProblem says where the XML broke and which element was open.
func syntaxProblem(dec *xml.Decoder, stack []*xmlNode, err error) Problem {
	line, col := dec.InputPos()
	text := err.Error()
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		text = syntax.Msg
	}
	p := Problem{Line: line, Col: max(col, 1), Text: "broken XML: " + text}
	if top := stack[len(stack)-1]; len(stack) > 1 {
		p.Text += fmt.Sprintf("; expected </%s> for the <%s> of line %d", top.name, top.name, top.line)
	}
	return p
}

var entity = regexp.MustCompile(`<!ENTITY\s+([A-Za-z][\w.-]*)\s+"([^"<]*)"`)

// entities are HTML's and those that the DOCTYPE defines by a text.
func entities(data []byte) map[string]string {
	all := make(map[string]string, len(xml.HTMLEntity))
	for name, text := range xml.HTMLEntity {
		all[name] = text
	}
	head := data[:min(len(data), 1<<16)]
	for _, e := range entity.FindAllSubmatch(head, 1000) {
		text := string(e[2])
		all[string(e[1])] = html.UnescapeString(text)
	}
	return all
}

// child gives the first child of a name.
func (n *xmlNode) child(name string) *xmlNode {
	for _, c := range n.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

// allText is the text of an element and all within.
func (n *xmlNode) allText() string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	var walk func(*xmlNode)
	walk = func(n *xmlNode) {
		b.WriteString(n.text)
		for _, c := range n.children {
			walk(c)
		}
	}
	walk(n)
	return b.String()
}
