package draft

import (
	"regexp"
	"strings"
)

var (
	pageFooter = regexp.MustCompile(`^\S.*\[Page \d+\]\s*$`)
	tableLine  = regexp.MustCompile(`^ *[|+].*[|+]$`)
	pageHeader = regexp.MustCompile(`^(RFC \d+|Internet-Draft)\s+\S.*\s\d{4}\s*$`)
)

// unpage takes out page breaks, headers and footers. What is left are the
// lines with their places in the file. Where a paragraph goes on over a page
// break, no empty line is left.
func unpage(data string) []rawLine {
	var out []rawLine
	broken := false // a page break, and nothing but empty lines since
	for i, l := range strings.Split(data, "\n") {
		feed := strings.Contains(l, "\f")
		l = strings.TrimRight(strings.ReplaceAll(l, "\f", ""), " \t\r")
		switch {
		case pageFooter.MatchString(l), feed && l == "":
			broken = true
			out = trimBlank(out)
			continue
		case pageHeader.MatchString(l) && (broken || feed):
			broken = true
			continue
		case broken && l == "":
			continue
		}
		if broken && len(out) > 0 && !continues(out[len(out)-1].text, l) {
			out = append(out, rawLine{"", i + 1, 1})
		}
		broken = false
		out = append(out, rawLine{expandTabs(l), i + 1, 1})
	}
	return out
}

func trimBlank(lines []rawLine) []rawLine {
	for len(lines) > 0 && lines[len(lines)-1].text == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// continues says whether the line after a page break goes on with the
// paragraph before it: the same margin, no list marker, and no full stop.
func continues(before, after string) bool {
	if before == "" || marginOf(after) == 0 || textItem.MatchString(after) {
		return false
	}
	if tableLine.MatchString(before) && tableLine.MatchString(after) {
		return marginOf(before) == marginOf(after)
	}
	if strings.ContainsRune(".:;?!)}", rune(before[len(before)-1])) || codeLine.MatchString(after) {
		return false
	}
	same := marginOf(before) == marginOf(after)
	if m := textItem.FindStringSubmatch(before); m != nil {
		same = marginOf(after) == len(m[1])+len(m[2])+len(m[3])
	}
	return same
}

func marginOf(l string) int { return len(l) - len(strings.TrimLeft(l, " ")) }

func expandTabs(l string) string { return strings.ReplaceAll(l, "\t", "        ") }
