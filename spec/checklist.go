package spec

// Check is one entry of the checklist that other implementations validate by: the
// IDs of OpenMLS's checksets (valn…), and of what these leave out (X…). The words
// here are ours.
type Check struct {
	ID    string
	Topic string
	Rules []*Rule // of ours, which hold it
	// Why says what no rule of ours covers: what the syntax already excludes, what
	// is asked of a sender's conduct, what is left to the application.
	Why   string
	Tests []string // that show what Why says
}

func check(id, topic string, rules ...*Rule) Check {
	return Check{ID: id, Topic: topic, Rules: rules}
}

// because adds what the rules leave, and the tests that show it.
func (c Check) because(why string, tests ...string) Check {
	c.Why, c.Tests = why, tests
	return c
}

// Checklist is the whole of it, in its own order.
func Checklist() []Check {
	var all []Check
	for _, part := range [][]Check{
		checkLeaf, checkKeyPackage, checkProposalList, checkExternalCommit, checkProposals,
		checkCommit, checkFraming, checkWelcome, checkOutside, checkOthers,
	} {
		all = append(all, part...)
	}
	return all
}
