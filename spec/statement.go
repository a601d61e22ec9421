package spec

// Statement is one normative statement of RFC 9420: a sentence with a requirement
// keyword, or an item of a list of what is to be verified. The text itself is not here:
// Print ties the entry to it.
type Statement struct {
	Section string // "7.3"
	Print   string // 12 hex digits: the fingerprint of the normalised sentence (package spec/draft)
	Keyword string // as BCP 14 has it, "MUST"; or "item"
	Subject string // who is bound; one of Subjects
	Layer   string // where it belongs; one of Layers
	Text    string // in the project's own words

	Rules     []*Rule  // that hold it; their functions and negative tests are known
	Functions []string // that do it, or hold it, beside those: "treesync.Tree.ApplyPath"
	Positive  []string // tests that see it done: "group.TestLifeOfAGroup"
	Negative  []string // tests that see the opposite refused, beside those of the rules
	Lemmas    []string // that prove it of a model: "keyschedule_epochs.spthy forward_secrecy"

	// Why says what is missing above: nothing that code can check, an application's duty,
	// somebody else's. "not yet: …" if it could be there.
	Why string
}

// Subjects are who a statement binds.
var Subjects = []string{
	"client",              // anybody who runs MLS
	"member",              // of a group
	"sender", "recipient", // of a message
	"proposer", "committer", "joiner", "creator",
	"external sender",
	"application", "delivery service", "authentication service",
	"specification", // of an extension, a cipher suite, a proposal type
	"registry",
	"encoding", // bytes: whoever writes and whoever reads them
}

// Layers are where a statement belongs.
var Layers = []string{"treesync", "treekem", "treedem", "group", "credential", "suite", "wire", "outside"}

// Statements is the catalogue, in the order of the text.
func Statements() []Statement {
	var all []Statement
	for _, part := range [][]Statement{
		statements2to6, statements7, statements8to9, statements10to12,
		statements124, statements1241, statements1242, statements1243, statements13to17,
	} {
		all = append(all, part...)
	}
	return all
}
