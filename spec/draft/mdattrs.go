package draft

import "strings"

// attrs are the attributes of kramdown's {: #id .class key="value"}.
type attrs []attr

type attr struct{ key, value string }

func (a attrs) get(key string) string {
	for _, x := range a {
		if x.key == key {
			return x.value
		}
	}
	return ""
}

// has says whether a bare word such as unnumbered, or a class, is there.
func (a attrs) has(word string) bool {
	for _, x := range a {
		if x.key == word && x.value == "" || x.key == "class" && x.value == word {
			return true
		}
	}
	return false
}

// parseAttrs reads what stands between the braces.
func parseAttrs(s string) attrs {
	var out attrs
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		end := strings.IndexAny(s, " \t=")
		if end < 0 {
			end = len(s)
		}
		word := s[:end]
		s = s[end:]
		switch {
		case strings.HasPrefix(s, "="):
			var value string
			value, s = attrValue(s[1:])
			out = append(out, attr{word, value})
		case strings.HasPrefix(word, "#"):
			out = append(out, attr{"id", word[1:]})
		case strings.HasPrefix(word, "."):
			out = append(out, attr{"class", word[1:]})
		default:
			out = append(out, attr{word, ""})
		}
	}
	return out
}

// attrValue reads a value, in quotes or not, and gives what is left.
func attrValue(s string) (value, rest string) {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		if end := strings.IndexByte(s[1:], s[0]); end >= 0 {
			return s[1 : 1+end], s[2+end:]
		}
		return s[1:], ""
	}
	end := strings.IndexAny(s, " \t")
	if end < 0 {
		return s, ""
	}
	return s[:end], s[end:]
}

// attributeText gives the attributes that begin at the current line, which may
// run over several, and stands at their last line then.
func (m *mdReader) attributeText() string {
	var b strings.Builder
	from := m.i
	for ; m.i < len(m.lines) && m.i < from+20 && strings.TrimSpace(m.lines[m.i]) != ""; m.i++ {
		l := strings.TrimSpace(m.lines[m.i])
		b.WriteString(" " + l)
		if strings.HasSuffix(l, "}") {
			text := strings.TrimPrefix(strings.TrimSpace(b.String()), "{:")
			return strings.TrimSuffix(text, "}")
		}
	}
	m.problem(from, 1, "attributes begin here and do not end; expected }")
	m.i = from
	return ""
}

// attributes reads an attribute line and gives it to the block before it.
func (m *mdReader) attributes() {
	m.flush()
	a := parseAttrs(m.attributeText())
	m.i++
	if n := len(m.doc.Blocks); n > 0 {
		b := &m.doc.Blocks[n-1]
		if title := a.get("title"); title != "" {
			b.Title = title
		}
		if id := a.get("id"); id != "" && b.Anchor == "" {
			b.Anchor = id
		}
	}
}
