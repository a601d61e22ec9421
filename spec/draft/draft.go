// Package draft reads an RFC or an Internet-Draft and finds the normative
// statements, labels and registries in it.
//
// It knows three forms of a document: kramdown-rfc Markdown, xml2rfc v3 XML
// and plain text. It knows nothing of MLS's objects: code blocks are handed on
// as lines of text, and package syntax reads them.
package draft

import (
	"bytes"
	"fmt"
	"io"
)

// Format is the form in which a document is written.
type Format string

const (
	Markdown  Format = "markdown" // kramdown-rfc
	XML       Format = "xml"      // xml2rfc v3
	PlainText Format = "text"     // as the RFC Editor publishes it, with or without pages
)

// maxBytes bounds what Read takes in. The longest RFC has about two million.
const maxBytes = 16 << 20

// Document is what could be read of one file.
type Document struct {
	File     string // as given to Read
	Format   Format
	Name     string // "RFC 9420" or "draft-ietf-mls-protocol-latest"; "" if the file does not say
	Title    string
	Sections []Section
	Blocks   []Block
}

// Section is one heading.
type Section struct {
	Number string // as the RFC prints it: "7.9.2", "D", "D.1"; "" for a heading without number
	Title  string
	Anchor string // what a reference names; "" in plain text
	Line   int    // from 1
}

// Kind says what a block is.
type Kind string

const (
	Paragraph  Kind = "paragraph"
	Item       Kind = "item"       // the first paragraph of a list item
	Term       Kind = "term"       // what a definition list defines
	Definition Kind = "definition" // the first paragraph of a definition
	Code       Kind = "code"       // code, pseudocode and drawings
	Table      Kind = "table"
)

// Block is one paragraph, list item, code block or table.
type Block struct {
	Section string // its section's number, or its title where it has none
	Kind    Kind
	Depth   int    // how many lists it is in
	Type    string // of code: "tls-presentation", "pseudocode", …; "" if the file does not say
	Anchor  string
	Title   string // of a figure or table
	Line    int    // from 1
	Col     int    // from 1, in bytes

	// Text is a paragraph's text without markup, on one line. References read
	// as in the published RFC: "Section 7.3", "[RFC9180]".
	Text string
	// Lines are those of a code block, without the indentation they share;
	// line i is line Line+i of the file.
	Lines []string
	// Rows are a table's, the head first.
	Rows []Row

	marks []mark // where the pieces of Text stand in the file
}

// Row is one row of a table.
type Row struct {
	Line  int
	Cells []string
}

// Problem is something that could not be read. The rest of the document is
// read all the same.
type Problem struct {
	File      string
	Line, Col int // from 1; Line 0: the file as a whole
	Text      string
}

func (p Problem) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Col, p.Text)
}

// Read reads one document. It reads as much as can be read, and says what
// could not be.
func Read(file string, r io.Reader) (*Document, []Problem) {
	doc := &Document{File: file}
	data, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	problem := func(text string) []Problem { return []Problem{{File: file, Line: 1, Col: 1, Text: text}} }
	switch {
	case err != nil:
		return doc, problem("cannot read: " + err.Error())
	case len(data) > maxBytes:
		return doc, problem(fmt.Sprintf("more than %d bytes; expected one RFC or Internet-Draft", maxBytes))
	case bytes.IndexByte(data, 0) >= 0:
		return doc, problem("a zero byte; expected Markdown, XML or plain text")
	}
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	doc.Format = formatOf(data)
	var problems []Problem
	switch doc.Format {
	case Markdown:
		problems = readMarkdown(doc, string(data))
	case XML:
		problems = readXML(doc, data)
	case PlainText:
		problems = readText(doc, string(data))
	}
	for i := range problems {
		problems[i].File = file
	}
	return doc, problems
}

// formatOf tells the format by how the file begins.
func formatOf(data []byte) Format {
	head := bytes.TrimLeft(data, " \t\n\f")
	switch {
	case bytes.HasPrefix(head, []byte("<")):
		return XML
	case bytes.HasPrefix(head, []byte("---")), bytes.HasPrefix(head, []byte("#")),
		bytes.Contains(data, []byte("\n--- middle")):
		return Markdown
	}
	return PlainText
}
