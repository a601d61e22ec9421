package draft

import (
	"html"
	"regexp"
	"strings"
)

// mdInline renders one paragraph's markup.
type mdInline struct {
	m     *mdReader
	src   string
	marks []mark
	out   span
}

// inline gives a paragraph's text without its markup.
func (m *mdReader) inline(lines []rawLine) (string, []mark) {
	src, marks := join(lines)
	r := &mdInline{m: m, src: src, marks: marks}
	for i := 0; i < len(src); {
		i += r.step(i)
	}
	return r.out.collapse()
}

// put writes s for what stands at offset i.
func (r *mdInline) put(s string, i int) {
	line, col := at(r.marks, i)
	r.out.write(s, line, col)
}

// near is what begins at offset i, as far as a reference or tag may reach. It
// bounds the work on a text that opens many and closes none.
func (r *mdInline) near(i int) string { return r.src[i:min(len(r.src), i+1000)] }

// step renders what begins at offset i and says how many bytes that was.
func (r *mdInline) step(i int) int {
	rest := r.near(i)
	switch {
	case rest[0] == '\\' && len(rest) > 1 && strings.IndexByte("\\`*_{}[]()#+-.!|<>:\"'$~", rest[1]) >= 0:
		r.put(rest[1:2], i+1)
		return 2
	case rest[0] == '`':
		return r.code(i)
	case strings.HasPrefix(rest, "{{"):
		if end := strings.Index(rest, "}}"); end > 0 {
			name := r.m.reference(strings.Trim(rest[2:end], "{ "))
			for end += 2; end < len(rest) && rest[end] == '}'; end++ {
			}
			if strings.HasPrefix(rest[end:], `{: format="counter"}`) {
				name = name[strings.LastIndexByte(name, ' ')+1:]
			}
			r.put(name, i)
			return end
		}
	case strings.HasPrefix(rest, "{:"):
		if end := strings.IndexByte(rest, '}'); end > 0 {
			return end + 1
		}
	case rest[0] == '*' || rest[0] == '_':
		if n := r.emphasis(i); n > 0 {
			return n
		}
	case rest[0] == '<':
		if n := r.tag(i); n > 0 {
			return n
		}
	case rest[0] == '&':
		if e := mdEntity.FindString(rest); e != "" {
			r.put(html.UnescapeString(e), i)
			return len(e)
		}
	case rest[0] == '[' && strings.Contains(rest, "]("): // or the search takes long, and is in vain
		if l := mdLink.FindStringSubmatch(rest); l != nil {
			r.put(l[1]+" ("+l[2]+")", i)
			return len(l[0])
		}
	}
	r.put(rest[:1], i)
	return 1
}

var (
	mdEntity = regexp.MustCompile(`^&#?[A-Za-z0-9]{1,10};`)
	mdLink   = regexp.MustCompile(`^\[([^\]]*)\]\(([^)\s]*)\)`)
	mdTag    = regexp.MustCompile(`^</?(sup|sub|tt|em|strong|bcp14|br|span|xref|eref|contact)\b[^>]*>`)
	mdWithin = regexp.MustCompile(`^((?:Section|Appendix|Figure|Table)s? [^ ]+) of [!?-]*([^ ]+)$`)
	mdComma  = regexp.MustCompile(`^[!?-]*([^ ,]+), ?((?:Section|Appendix) [^ ]+)$`)
)

// code renders a code span: its content as it stands.
func (r *mdInline) code(i int) int {
	rest := r.near(i)
	n := len(rest) - len(strings.TrimLeft(rest, "`"))
	end := strings.Index(rest[n:], rest[:n])
	if end < 0 {
		r.put(rest[:n], i)
		return n
	}
	r.put(rest[n:n+end], i+n)
	return n + end + n
}

// emphasis drops the marks of *emphasis* and _emphasis_: those with a word on
// one side only. A mark inside a word, or between spaces, is text.
func (r *mdInline) emphasis(i int) int {
	n := 1
	for i+n < len(r.src) && r.src[i+n] == r.src[i] {
		n++
	}
	before := i > 0 && !isSpace(r.src[i-1])
	after := i+n < len(r.src) && !isSpace(r.src[i+n])
	if !before && !after {
		return 0
	}
	if before && after && isWord(r.src[i-1]) && isWord(r.src[i+n]) {
		return 0
	}
	return n
}

// tag drops the HTML tags that kramdown-rfc lets through, and writes powers as
// the RFC does. Other angle brackets are text.
func (r *mdInline) tag(i int) int {
	rest := r.near(i)
	if strings.HasPrefix(rest, "<!--") {
		if end := strings.Index(rest, "-->"); end > 0 {
			return end + 3
		}
	}
	t := mdTag.FindString(rest)
	switch {
	case strings.HasPrefix(t, "<sup"):
		r.put("^", i)
	case strings.HasPrefix(t, "<sub"):
		r.put("_", i)
	}
	return len(t)
}

// reference renders what stands between {{ and }}.
func (m *mdReader) reference(target string) string {
	if w := mdWithin.FindStringSubmatch(target); w != nil {
		return w[1] + " of [" + w[2] + "]"
	}
	if c := mdComma.FindStringSubmatch(target); c != nil {
		return c[2] + " of [" + c[1] + "]"
	}
	target = strings.TrimLeft(target, "!?-&")
	if name, _, ok := strings.Cut(target, "="); ok {
		target = name
	}
	if name, ok := m.anchors[target]; ok {
		return name
	}
	return "[" + target + "]"
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
}
