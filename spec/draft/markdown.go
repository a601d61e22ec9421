package draft

import (
	"regexp"
	"strings"
)

// mdReader reads kramdown-rfc Markdown, line by line.
type mdReader struct {
	doc      *Document
	lines    []string
	i        int // the line being read, from 0
	problems []Problem
	numbers  numbering
	section  string
	lists    []mdList
	open     []rawLine // lines of the paragraph that is being read
	openAs   Block
	raw      []mdRaw // each paragraph's source, rendered when all anchors are known
	anchors  map[string]string
	middle   bool
}

// mdList is one open list: the columns of its marker and of its text, from 0.
type mdList struct{ marker, content int }

// mdRaw is the source of the text of block number block.
type mdRaw struct {
	block int
	lines []rawLine
}

var (
	mdFence    = regexp.MustCompile("^( *)(~{3,}|`{3,}) *([^\\s{`~]*)(.*)$")
	mdHeading  = regexp.MustCompile(`^(#{1,6})\s+(.*?)\s*#*\s*(\{:?\s*([^}]*)\})?\s*$`)
	mdItem     = regexp.MustCompile(`^( *)([*+-]|\d+[.)])( +)(\S.*)$`)
	mdDefine   = regexp.MustCompile(`^( *):( +)(\S.*)$`)
	mdNested   = regexp.MustCompile(`^( *): *$`)
	mdAttrs    = regexp.MustCompile(`^\s*\{:\s*([^:/].*)?\}?\s*$`)
	mdDivision = regexp.MustCompile(`^--- (\S+)\s*$`)
	mdInclude  = regexp.MustCompile(`^\s*(?:\{::include[^ ]*\s+|\{\{<{1,3})([^}]*)\}`)
	mdBegin    = regexp.MustCompile(`^\s*\{::(comment|nomarkdown)\b[^}]*[^/]?\}\s*$`)
	mdTopKey   = regexp.MustCompile(`^([A-Za-z_-]+):\s*(.*)$`)
)

func readMarkdown(doc *Document, data string) []Problem {
	m := &mdReader{doc: doc, lines: strings.Split(data, "\n"), anchors: map[string]string{}}
	m.frontMatter()
	for m.i < len(m.lines) {
		m.line()
	}
	m.flush()
	if !m.middle {
		m.problem(0, 1, `no line "--- middle"; expected kramdown-rfc Markdown with one before the text`)
	}
	m.render()
	return m.problems
}

// problem notes what is wrong at a line, counted from 0.
func (m *mdReader) problem(i, col int, text string) {
	m.problems = append(m.problems, Problem{Line: i + 1, Col: col, Text: text})
}

// frontMatter takes the document's name and title out of the YAML and skips
// the rest of it.
func (m *mdReader) frontMatter() {
	if m.lines[0] != "---" {
		return
	}
	number := ""
	for m.i = 1; m.i < len(m.lines); m.i++ {
		l := m.lines[m.i]
		if strings.HasPrefix(l, "---") {
			if mdDivision.MatchString(l) {
				break
			}
			m.i++
			break
		}
		if key := mdTopKey.FindStringSubmatch(l); key != nil {
			value := strings.Trim(strings.TrimSpace(key[2]), `"'`)
			switch key[1] {
			case "title":
				m.doc.Title = value
			case "docname":
				m.doc.Name = value
			case "number":
				number = value
			}
		}
	}
	if number != "" {
		m.doc.Name = "RFC " + number
	}
}

// line reads the construct that begins at the current line.
func (m *mdReader) line() {
	l := m.lines[m.i]
	switch {
	case strings.TrimSpace(l) == "":
		m.flush()
		m.i++
	case mdFence.MatchString(l):
		m.fence()
	case mdDivision.MatchString(l):
		m.division(mdDivision.FindStringSubmatch(l)[1])
	case mdHeading.MatchString(l):
		m.heading()
	case mdInclude.MatchString(l):
		m.flush()
		m.included(l)
		m.i++
	case mdBegin.MatchString(l):
		m.skipTo("{:/")
	case strings.HasPrefix(strings.TrimSpace(l), "{::"):
		m.flush()
		m.i++ // an option, or the boilerplate
	case mdAttrs.MatchString(l):
		m.attributes()
	case strings.HasPrefix(strings.TrimSpace(l), "<!--"):
		m.skipTo("-->")
	case strings.HasPrefix(l, "|"):
		m.table()
	default:
		m.text(l)
		m.i++
	}
}

// included notes a file that the line takes in.
func (m *mdReader) included(l string) {
	m.problem(m.i, 1, "the file "+strings.TrimSpace(mdInclude.FindStringSubmatch(l)[1])+
		" is included here and is not followed; expected the text itself")
}

// skipTo skips all up to and with the line that has end.
func (m *mdReader) skipTo(end string) {
	m.flush()
	from := m.i
	for ; m.i < len(m.lines); m.i++ {
		if strings.Contains(m.lines[m.i], end) {
			m.i++
			return
		}
	}
	m.problem(from, 1, "begins here and does not end; expected "+end)
}

// division reads a line such as "--- middle".
func (m *mdReader) division(name string) {
	m.flush()
	m.lists = nil
	m.i++
	switch {
	case name == "middle":
		m.middle = true
		m.section = ""
	case name == "back":
		m.numbers.startBack()
		m.section = ""
	case name == "abstract", strings.HasPrefix(name, "note_"):
		title := strings.ReplaceAll(strings.TrimPrefix(name, "note_"), "_", " ")
		if name == "abstract" {
			title = "Abstract"
		}
		m.section = title
		m.doc.Sections = append(m.doc.Sections, Section{Title: title, Line: m.i})
	default:
		m.problem(m.i-1, 5, "the part "+name+" is not known; expected abstract, note_…, middle or back")
	}
}

func (m *mdReader) heading() {
	m.flush()
	m.lists = nil
	h := mdHeading.FindStringSubmatch(m.lines[m.i])
	s := Section{Title: h[2], Line: m.i + 1, Anchor: slug(h[2])}
	a := parseAttrs(h[4])
	// An attribute line may follow the heading.
	if m.i+1 < len(m.lines) && mdAttrs.MatchString(m.lines[m.i+1]) {
		m.i++
		a = append(a, parseAttrs(m.attributeText())...)
	}
	m.i++
	if id := a.get("id"); id != "" {
		s.Anchor = id
	}
	if !a.has("unnumbered") && a.get("numbered") != "false" {
		s.Number = m.numbers.next(len(h[1]))
	}
	m.section = s.Number
	if s.Number == "" {
		m.section = s.Title
	}
	if _, taken := m.anchors[s.Anchor]; !taken && s.Anchor != "" {
		m.anchors[s.Anchor] = sectionName(s)
	}
	m.doc.Sections = append(m.doc.Sections, s)
}

// sectionName is how the RFC names a section in a reference.
func sectionName(s Section) string {
	switch {
	case s.Number == "":
		return s.Title
	case s.Number[0] >= 'A':
		return "Appendix " + s.Number
	}
	return "Section " + s.Number
}
