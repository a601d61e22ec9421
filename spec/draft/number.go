package draft

import (
	"strconv"
	"strings"
)

// numbering counts sections as xml2rfc does: "1", "1.1", …, and "A", "A.1" in
// the back.
type numbering struct {
	counts [7]int
	back   bool
}

// startBack begins the appendices.
func (n *numbering) startBack() { *n = numbering{back: true} }

// next gives the number of the next section of a level, from 1.
func (n *numbering) next(level int) string {
	level = min(max(level, 1), len(n.counts)-1)
	n.counts[level]++
	for i := level + 1; i < len(n.counts); i++ {
		n.counts[i] = 0
	}
	parts := make([]string, 0, level)
	for i := 1; i <= level; i++ {
		if i == 1 && n.back {
			parts = append(parts, letters(n.counts[i]))
			continue
		}
		parts = append(parts, strconv.Itoa(n.counts[i]))
	}
	return strings.Join(parts, ".")
}

// letters counts A, B, …, Z, AA, AB, ….
func letters(n int) string {
	if n < 1 {
		return "0"
	}
	s := ""
	for ; n > 0; n = (n - 1) / 26 {
		s = string(rune('A'+(n-1)%26)) + s
	}
	return s
}

// slug is the anchor that kramdown gives to a heading without one.
func slug(title string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r >= 'a' && r <= 'z':
			b.WriteRune(r)
		case b.Len() == 0: // an anchor begins with a letter
		case r == ' ', r == '-':
			b.WriteByte('-')
		case r >= '0' && r <= '9', r == '_':
			b.WriteRune(r)
		}
	}
	return b.String()
}
