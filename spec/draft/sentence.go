package draft

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sentences gives the offsets at which the sentences of a text begin and end.
// A full stop ends a sentence if white space follows it, unless it belongs to
// an abbreviation or stands inside parentheses that opened in mid-sentence.
func sentences(text string) [][2]int {
	var out [][2]int
	start := 0
	for i := 0; i < len(text); {
		if text[i] == '(' {
			if end := closing(text, i); end > 0 {
				i = end
				whole := strings.TrimSpace(text[start:i])
				if !strings.HasPrefix(whole, "(") || !endsSentence(text[:i-1]) || i < len(text) && text[i] != ' ' {
					continue
				}
				out, start = cut(out, text, start, i)
				continue
			}
		}
		if strings.IndexByte(".?!", text[i]) < 0 {
			i++
			continue
		}
		end := i + 1
		for end < len(text) && strings.IndexByte(`.?!"')]`+"`", text[end]) >= 0 {
			end++
		}
		if (end == len(text) || text[end] == ' ') && boundary(text, i, end) {
			out, start = cut(out, text, start, end)
		}
		i = end
	}
	out, _ = cut(out, text, start, len(text))
	return out
}

// cut adds the sentence from start to end, without spaces around it.
func cut(out [][2]int, text string, start, end int) ([][2]int, int) {
	next := end
	for start < end && text[start] == ' ' {
		start++
	}
	for start < end && text[end-1] == ' ' {
		end--
	}
	if start < end {
		out = append(out, [2]int{start, end})
	}
	return out, next
}

// closing gives the offset behind the parenthesis that closes the one at i; 0
// if none does within 2,000 bytes, which bounds the work.
func closing(text string, i int) int {
	depth := 0
	for end := min(len(text), i+2000); i < end; i++ {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

func endsSentence(text string) bool {
	text = strings.TrimRight(text, `"'`+"`")
	return text != "" && strings.IndexByte(".?!", text[len(text)-1]) >= 0
}

var abbreviation = regexp.MustCompile(`(?i)(^|[^\pL\pN])(e\.g|i\.e|cf|vs|al|fig|sec|eq|resp|approx|ca|incl|viz|[A-Z])\.$`)

// boundary says whether the stop at i, with the text going on at end, ends a
// sentence.
func boundary(text string, i, end int) bool {
	if end == len(text) {
		return true
	}
	before := text[max(0, i-12) : i+1]
	if abbreviation.MatchString(before) {
		return false
	}
	if strings.HasSuffix(text[:end], "...") || strings.HasSuffix(before, "etc.") {
		next, _ := utf8.DecodeRuneInString(strings.TrimLeft(text[end:], " \"'`"))
		return unicode.IsUpper(next)
	}
	return true
}
