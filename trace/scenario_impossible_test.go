package trace

// impossibles are steps that cannot be played: the last one of each text.
func impossibles() []mistake {
	return append(append(impossibleMembers(), impossibleCommits()...), append(impossibleElsewhere(), impossibleAlterations()...)...)
}

// impossibleMembers is about who is where.
func impossibleMembers() []mistake {
	const start = threeMembers
	return []mistake{
		{"no group yet", "alice adds bob", `x.mls:1: there is no group yet, expected NAME creates GROUP first`},
		{"no group of that name", start + "dave joins roon", `x.mls:3: there is no group roon, expected room; did you mean "room"?`},
		{"no group to join", "dave joins room", `x.mls:1: there is no group room: expected NAME creates GROUP first`},
		{"no such group for a member", start + "alice commits in den", `x.mls:3: there is no group den, expected room`},
		{"which of two groups", start + "bob creates den\nbob commits", `x.mls:4: bob is in several groups, expected in, and one of room or den`},
		{"second group of a name", start + "bob creates room", `x.mls:3: the group room exists already, expected another name`},
		{"creating offline", start + "bob goes offline\nbob creates den", `x.mls:4: bob is offline and cannot act, expected bob comes online first`},
		{"not a member", start + "bbo updates", `x.mls:3: bbo is not a member of room, expected alice, bob or carol; did you mean "bob"?`},
		{"a member of another group", start + "dave creates den\ndave commits in room", `x.mls:4: dave is not a member of room, expected alice, bob or carol`},
		{"a member of none", start + "dave creates den\nerin commits", `x.mls:4: erin is not a member of any group, expected alice, bob, carol or dave`},
		{"nobody is left", "alice creates room\nalice prepares\nalice rejoins room", `x.mls:3: nobody in room is online to give a GroupInfo`},
		{"removed", start + "alice removes bob\nbob updates", `x.mls:4: bob is not a member of room, expected alice or carol`},
		{"removing a stranger", start + "alice removes dave", `x.mls:3: dave is not a member of room, expected alice, bob or carol`},
		{"proposing to remove a stranger", start + "alice proposes removing dave", `x.mls:3: dave is not a member of room, expected alice, bob or carol`},
		{"offline acts", start + "bob goes offline\nbob sends \"x\"", `x.mls:4: bob is offline and cannot act, expected bob comes online first`},
		{"offline twice", start + "bob goes offline\nbob goes offline", `x.mls:4: bob is offline already`},
		{"online twice", start + "bob comes online", `x.mls:3: bob is online already`},
		{"member already", start + "alice adds bob", `x.mls:3: bob is already a member of room in room/1, expected someone who is not`},
		{"added twice", start + "alice proposes adding dave\nbob adds dave", `x.mls:4: adding dave is proposed already in room/1, expected somebody to commit first`},
		{"removed, and does not know", start + "bob goes offline\nalice removes bob\nalice adds bob",
			`x.mls:5: bob has not heard yet that it was removed from room, expected bob comes online first`},
		{"no key package", start + "dave creates den\ndave goes offline\nalice adds dave", `x.mls:5: dave is offline and left no unused key package, expected dave comes online first`},
	}
}

// impossibleAlterations is about what went over the wire: two key packages (1, 2), a Commit
// (3), a Welcome (4), and messages of carol's (5) and bob's (6).
func impossibleAlterations() []mistake {
	const start = threeMembers + "carol sends \"x\"\nbob sends \"y\"\nattacker alters wire "
	return []mistake{
		{"alters what was not read", start + `1 at "key_package" twice`, `x.mls:5: nobody has read message 1 of the wire, expected one that was delivered`},
		{"alters what was not sent", start + `9 at "key_package" twice`, `x.mls:5: message 9 of the wire was not sent, expected at most 6`},
		{"alters with what was not sent", start + `5 at "version" with wire 9`, `x.mls:5: message 9 of the wire was not sent, expected at most 6`},
		{"alters for a stranger", start + `5 at "version" twice to bob carol`, `x.mls:5: carol has not read message 5 of the wire`},
		{"alters into another", start + `5 at "private_message" with wire 6`, `x.mls:5: what it becomes is message 6 of the wire, expected another one`},
		{"alters nothing", start + `5 at "private_message.epoch" with wire 6`, `x.mls:5: what it becomes is message 5 of the wire, expected another one`},
		{"alters nowhere", start + `5 at "private_message.epic" twice`, `x.mls:5: message 5 of the wire has nothing at "private_message.epic"`},
		{"alters as a stranger", start + `5 at "version" twice as dave`, `x.mls:5: nobody here is called dave, expected alice, bob or carol`},
	}
}

// impossibleCommits is about what can be committed and sent.
func impossibleCommits() []mistake {
	const start = threeMembers
	return []mistake{
		{"removes itself", start + "bob removes bob", `x.mls:3: bob cannot commit its own removal (RFC 9420 §12.2), expected somebody else`},
		{"prepared already", start + "bob prepares\nbob commits", `x.mls:4: bob has a Commit prepared already, expected bob publishes or bob abandons`},
		{"nothing prepared", start + "bob publishes", `x.mls:3: bob has no Commit prepared, expected bob prepares first`},
		{"nothing to abandon", start + "bob abandons", `x.mls:3: bob has no Commit prepared, expected bob prepares first`},
		{"the race was lost", start + "bob prepares\nalice commits\nbob publishes", `x.mls:5: bob has no Commit prepared, expected bob prepares first`},
		{"shown to a stranger", start + "alice commits to dave", `x.mls:3: dave is not shown what alice sends in room`},
		{"published to a stranger", start + "alice prepares\nalice publishes to dave", `x.mls:4: dave is not shown what alice sends in room`},
		{"sent to the other side", start + "alice commits to bob\nalice sends \"x\" to carol", `x.mls:4: carol is not shown what alice sends in room`},
		{"update without path", start + "bob updates\nalice commits without path",
			`x.mls:4: an Update of bob is pending and needs a path (RFC 9420 §12.4), expected no "without path" here`},
		{"removal without path", start + "alice removes bob without path", `x.mls:3: what this does needs a path (RFC 9420 §12.4), expected no "without path" here`},
		{"label without path", start + "alice labels \"x\" without path", `x.mls:3: what this does needs a path (RFC 9420 §12.4), expected no "without path" here`},
		{"pending removal without path", start + "bob proposes removing carol\nalice adds dave without path",
			`x.mls:4: a proposal of type remove is pending and needs a path (RFC 9420 §12.4), expected no "without path" here`},
		{"nothing without path", start + "alice commits without path",
			`x.mls:3: nothing is pending, and a Commit of nothing needs a path (RFC 9420 §12.4), expected no "without path" here`},
		{"sending before committing", start + "bob updates\nbob sends \"x\"",
			`x.mls:4: what was proposed in room/1 (1 so far) must be committed before bob sends (RFC 9420 §12.4), expected somebody to commit first`},
		{"committing after a ReInit", start + "bob reinits next\nalice commits", `x.mls:4: a ReInit has ended room, which goes on as next`},
		{"proposing after a ReInit", start + "bob reinits next\nalice updates", `x.mls:4: a ReInit has ended room, which goes on as next`},
		{"sending after a ReInit", start + "bob reinits next\nalice sends \"x\"", `x.mls:4: a ReInit has ended room, which goes on as next`},
		{"ReInit to a group that is there", start + "bob creates den\nbob reinits den in room", `x.mls:4: the group den exists already, expected another name`},
		{"proposed ReInit to a group that is there", start + "bob creates den\nbob proposes reinit den in room", `x.mls:4: the group den exists already, expected another name`},
		{"no such psk", start + "alice commits with psk tea", `x.mls:3: alice does not hold the PSK tea, expected deal tea to alice first`},
		{"proposing no such psk", start + "alice proposes psk tea", `x.mls:3: alice does not hold the PSK tea, expected deal tea to alice first`},
		{"no such epoch", start + "alice commits with psk of epoch 0", `x.mls:3: alice does not hold the resumption_psk of epoch 0 of room`},
		{"psk of no group", start + "alice commits with psk of epoch 0 of den", `x.mls:3: alice does not hold the resumption_psk of epoch 0 of den`},
		{"dealt twice", start + "deal tea to alice\ndeal tea to bob", `x.mls:4: the PSK tea was dealt already`},
	}
}

// impossibleElsewhere is about other groups, outsiders, the delivery service and the attacker.
func impossibleElsewhere() []mistake {
	const start = threeMembers
	return []mistake{
		{"branch to a group that is there", start + "alice branches room with bob", `x.mls:3: the group room exists already, expected another name`},
		{"branch with a stranger", start + "alice branches side with dave", `x.mls:3: dave is no other member of room in room/1`},
		{"branch with oneself", start + "alice branches side with alice", `x.mls:3: alice is no other member of room in room/1`},
		{"branch with somebody asleep", start + "bob goes offline\nalice branches side with bob",
			`x.mls:4: bob is offline and left no unused key package, expected bob comes online first`},
		{"reopened by nobody", start + "dave reopens next", `x.mls:3: dave is in no group that a ReInit ended`},
		{"reopened asleep", start + "alice reinits next\nbob goes offline\nbob reopens next", `x.mls:5: bob is offline and cannot act, expected bob comes online first`},
		{"reopened and not ended", start + "bob reopens next", `x.mls:3: bob is in no group that goes on as next, expected somebody reinits next first`},
		{"reopened twice", start + "alice reinits next\nbob reopens next\ncarol reopens next", `x.mls:5: the group next exists already`},
		{"joins offline", start + "dave goes offline\ndave joins room", `x.mls:4: dave is offline and cannot act, expected dave comes online first`},
		{"joins as a member", start + "bob joins room", `x.mls:3: bob is in room already`},
		{"asks as a member", start + "bob asks to join room", `x.mls:3: bob is in room already`},
		{"joins what it was added to and could not join", start + "deal tea to alice bob carol\nalice adds dave with psk tea\ndave joins room",
			`x.mls:5: dave is a member of room in room/2, expected dave rejoins room`},
		{"rejoins as a stranger", start + "dave rejoins room", `x.mls:3: dave is no member of room in room/1, expected dave joins room`},
		{"joins through a stranger", start + "dave joins room through erin", `x.mls:3: erin can give no GroupInfo of room`},
		{"joins through somebody asleep", start + "bob goes offline\ndave joins room through bob", `x.mls:4: bob can give no GroupInfo of room`},
		{"joins with nobody there", "alice creates room\nalice goes offline\ndave joins room", `x.mls:3: nobody in room is online to give a GroupInfo`},
		{"joins without the psk", start + "dave joins room with psk tea", `x.mls:3: dave does not hold the PSK tea, expected deal tea to dave first`},
		{"outsider removes a stranger", start + "alice allows server\nserver proposes removing dave", `x.mls:4: dave is not a member of room, expected alice, bob or carol`},
		{"message that was not sent", start + "alice sends \"x\"\ndeliver 2 to bob", `x.mls:4: message 2 was not sent, expected at most 1`},
		{"delivered to a stranger", start + "alice sends \"x\"\ndeliver 1 to dave", `x.mls:4: dave is not a member of room, expected alice, bob or carol`},
		{"delivered to somebody asleep", start + "alice sends \"x\" to bob\ncarol goes offline\nreplay 1 to carol",
			`x.mls:5: carol is offline and gets nothing, expected carol comes online first`},
		{"theft from nobody", start + "compromise dave", `x.mls:3: nobody here is called dave, expected alice, bob or carol`},
		{"theft of nothing", start + "dave has good randomness\ncompromise dave", `x.mls:4: dave holds no group state here that could be stolen`},
		{"theft after leaving", start + "alice removes bob\ncompromise bob", `x.mls:4: bob holds no group state here that could be stolen`},
		{"theft of no key package", start + "compromise bob key package", `x.mls:3: bob holds no unused key package that could be stolen`},
		{"attacker as nobody", start + "attacker sends \"x\" as dave", `x.mls:3: nobody here is called dave, expected alice, bob or carol`},
		{"attacker in no such group", start + "attacker commits as bob in den", `x.mls:3: there is no group den, expected room`},
		{"attacker in which group", start + "alice creates den\nattacker commits as bob", `x.mls:4: expected in, and one of room or den`},
		{"attacker through a stranger", start + "compromise bob signature key\nattacker joins room as bob through dave", `x.mls:4: dave can give no GroupInfo of room`},
		{"attacker removes a stranger", start + "compromise bob\nattacker removes dave as bob", `x.mls:4: dave is not a member of room, expected alice, bob or carol`},
	}
}
