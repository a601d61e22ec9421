package draft

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
)

var (
	lineEnd    = regexp.MustCompile(`(\w)- `) // plain text ends lines after a hyphen
	refSection = regexp.MustCompile(`\b(Section|Sections|Appendix|Appendices|Figure|Figures|Table|Tables) ([0-9]+|[A-Z])(\.[0-9]+)*\b( of \[[^\]\s]+\])?`)
	refSource  = regexp.MustCompile(`(^|[\s(])\[[A-Za-z][A-Za-z0-9._+-]+\](, §)?`)
	power      = regexp.MustCompile(`([\^_])\(([^()]*)\)`)
	dashes     = regexp.MustCompile(`\s*(-+|–|—|‐|‑)\s*`)
	spaces     = regexp.MustCompile(`\s+`)
	markStart  = regexp.MustCompile(`(^|[^\pL\pN_*])[_*]+([\pL\pN])`)
	markEnd    = regexp.MustCompile(`([\pL\pN.])[_*]+($|[^\pL\pN_*])`)
)

// Normal is a sentence as the fingerprint sees it: references are one mark, and
// quotes, emphasis, dashes, line ends and the last stop do not count. So the
// same sentence is the same in Markdown, XML and plain text.
func Normal(sentence string) string {
	s := strings.Join(strings.Fields(sentence), " ") // a no-break space is one too
	s = lineEnd.ReplaceAllString(s, "$1-")
	s = refSection.ReplaceAllString(s, "§")
	s = refSource.ReplaceAllString(s, "${1}§")
	s = strings.Map(func(r rune) rune {
		switch r {
		case '"', '\'', '`', '“', '”', '‘', '’', '\u200b', '\u2060', '\u00ad':
			return -1
		}
		return r
	}, s)
	s = strings.ReplaceAll(s, "…", "...")
	s = power.ReplaceAllString(s, "$1$2")
	s = markStart.ReplaceAllString(s, "$1$2")
	s = markEnd.ReplaceAllString(s, "$1$2")
	s = dashes.ReplaceAllString(s, "-")
	s = strings.ReplaceAll(s, "/ ", "/")
	s = spaces.ReplaceAllString(s, " ")
	return strings.TrimRight(strings.TrimSpace(s), ".:;,")
}

// Print is a sentence's fingerprint: the first 12 hex digits of the SHA-256 of
// its normal form.
func Print(sentence string) string {
	sum := sha256.Sum256([]byte(Normal(sentence)))
	return hex.EncodeToString(sum[:6])
}
