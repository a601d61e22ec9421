package draft_test

import (
	"fmt"
	"strings"

	"mlsref/spec/draft"
)

// A draft's statements, each with what ties it to the catalogue.
func Example() {
	const text = `--- middle

# Handover {#handover}

A cup MUST be warm; see {{names}}. It steams.

The pourer checks a cup using the following steps:

* The name is known.

# Names {#names}
`
	doc, problems := draft.Read("cups.md", strings.NewReader(text))
	fmt.Println(len(problems), "problems,", len(doc.Sections), "sections")
	for _, s := range doc.Statements() {
		fmt.Printf("§%s %d:%d %s %s %s\n", s.Section, s.Line, s.Col, s.Keyword, s.Print, s.Text)
	}
	// Output:
	// 0 problems, 2 sections
	// §1 5:1 MUST bca9ac27b76c A cup MUST be warm; see Section 2.
	// §1 9:3 item e6690e6d4956 The name is known.
}
