package spec

// Demand is something that RFC 9420 demands and that no rule can hold, because no
// message or state shows it broken.
type Demand struct {
	Section string
	What    string
	Why     string
	Tests   []string // of this implementation's own conduct, where there is any
}

// Unchecked are those demands that are neither rules nor in the Checklist.
func Unchecked() []Demand {
	return []Demand{
		{"1", "secrets are kept confidential", "the application's: it holds the state and the keys", nil},
		{"5.1.2", "credentials use the suite's signature algorithm", "a basic credential names none; an X.509 one does, by its key: rule 5.3/signature-key",
			[]string{"credential.TestX509RSA"}},
		{"5.3.3", "nobody relies on application_id", "the application's; this implementation gives it no meaning", nil},
		{"7.2", "the application sets a maximum lifetime", "the application's, by Policy.MaxLifetime; the rule 7.2/max-lifetime then holds it",
			[]string{"treesync.TestMaxLifetimeRule"}},
		{"7.3", "each change of a leaf comes with a new signature", "the signature is over all fields of the leaf, so that another way has none that verifies",
			[]string{"treesync.TestLeafSignatureRule"}},
		{"7.5", "outdated keys of the tree are deleted", "conduct: a member holds exactly the keys of the non-blank nodes above it. Go's memory is not wiped: what is unreachable is gone when it is collected",
			[]string{"group.TestLifeOfAGroup"}},
		{"8.4", "the nonce of a PSK is fresh", "conduct: no other member can tell", []string{"group.TestNonceIsFresh"}},
		{"9.2", "consumed values are deleted at once", "conduct, see X17; what is unreachable is gone when it is collected",
			[]string{"treedem.TestDeletionSchedule"}},
		{"11", "the creator uses the highest version that all support", "there is one version", nil},
		{"11.2", "a new group is made after a ReInit", "nobody can be made to; any member may", []string{"group.TestReinitialise"}},
		{"12.1.8", "types from elsewhere say whether outsiders may propose them", "for who defines a type; none is implemented", nil},
		{"12.4.3.1", "a tree that is sent beside is fetched first", "the application's: without the tree there is an error, and nothing has changed",
			[]string{"group.TestTreeBeside"}},
		{"14", "conflicting Commits are resolved", "the delivery service's; a member can wait, take another's Commit in the place of its own, or reject its own",
			[]string{"group.TestPendingCommit"}},
		{"14", "earlier states are kept for a short time only", "the application's, by Config.PastEpochs; none by default", []string{"group.TestLateMessages"}},
		{"16.3", "further cipher suites have a suitable AEAD", "for who defines a suite", nil},
		{"17.1", "the suite 0x0001 is implemented", "it is, as are the six others", []string{"suite.TestRegistries"}},
	}
}
