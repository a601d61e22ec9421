package syntax

// Difference is a finding that is known, and why it is none of the code's faults.
type Difference struct {
	Rule    string
	Subject string
	Reason  string
}

// Explained is a finding with the reason why it is known.
type Explained struct {
	Finding
	Reason string
}

// RFC9420 are the known differences of the RFC's own text.
var RFC9420 = []Difference{
	{"select-open", "optional.select (present)",
		"§2.1.1 says it in prose: an octet other than 0 or 1 is malformed"},
	{"select-open", "Credential.select (Credential.credential_type)",
		"the values are a registry's (§17.5); an unknown credential has no length, and cannot be skipped"},
	{"select-open", "MLSMessage.select (MLSMessage.wire_format)",
		"the values are a registry's (§17.2); an unknown wire format has no length, and cannot be read"},
	{"select-open", "Proposal.select (Proposal.proposal_type)",
		"the values are a registry's (§17.4); an unknown proposal has no length, and cannot be skipped"},
	{"select-elsewhere", "FramedContentAuthData.select (FramedContent.content_type)",
		"§6.1: the struct stands beside a FramedContent, and has no meaning without it; RFC 8446 §3.8 knows no such select"},
	{"select-elsewhere", "PrivateMessageContent.select (PrivateMessage.content_type)",
		"§6.3.1: the struct is the plaintext of a PrivateMessage, which says what is in it"},
	{"select-context", "PrivateMessageContent.auth",
		"an error of the text: FramedContentAuthData goes by FramedContent.content_type, and §6.3.1 has no FramedContent; PrivateMessage.content_type is meant"},
	{"length-name", "PrivateMessageContent.padding",
		"§6.3.1 says it in prose: the padding is whatever follows auth"},
	{"vector-bounds", "StructWithVectors.fixed",
		"an error of the text: 255 bytes are no whole number of uint32, which RFC 8446 §3.4 demands; only an example (§2.1.2)"},
	{"compare-struct", "StructWithVectors",
		"an example (§2.1.2), which no message contains"},
}

// Explain parts findings into those that are open and those that are known. A known
// difference that none of the findings is, is stale: that is an open finding itself,
// rule "stale", at the start of the file.
func Explain(file string, findings []Finding, known []Difference) (open []Finding, explained []Explained) {
	used := make([]bool, len(known))
next:
	for _, f := range findings {
		for i, d := range known {
			if d.Rule == f.Rule && d.Subject == f.Subject {
				used[i] = true
				explained = append(explained, Explained{f, d.Reason})
				continue next
			}
		}
		open = append(open, f)
	}
	for i, d := range known {
		if !used[i] {
			open = append(open, Finding{Pos: Pos{file, 1, 1}, Rule: "stale", Subject: d.Subject,
				Text: "the known difference " + d.Rule + " of " + d.Subject + " is not there any more", Found: "nothing", Expected: d.Reason})
		}
	}
	return open, explained
}
