package props

// ofGroups are what holds in a group at each epoch: its tree, who holds what, and that all agree.
var ofGroups = []Property{
	{
		Name: "tree-invariant", Source: "RFC 9420 §4.2",
		About: "a member holds the private key of a node exactly if the node is above its leaf and the leaf not unmerged there; no other is anywhere in its state",
		New:   treeInvariant,
	},
	{
		Name: "tree-shape", Source: "RFC 9420 §4.1, §7.1, §7.7 to §7.9, §12.1, §12.4.3.1",
		About: "every tree is what the text makes of it: its size, hashes, unmerged leaves, paths, and how it came from the one before",
		New:   treeShape,
	},
	{
		Name: "agreement", Source: "RFC 9420 §8.2, §8.6, §8.7, §12.4.2",
		About: "who is in the same state holds the same of all that is the group's; different states have different epoch authenticators; a kept resumption_psk is what it was",
		New:   agreement,
	},
	{
		Name: "exclusion", Source: "RFC 9420 §7.4, §12.4, §16.5",
		About: "with all that it ever held or computed a client derives nothing of a state in which it is no member, and no key of a node not above its leaf",
		New:   exclusion,
	},
	{
		Name: "losing-commit", Source: "RFC 9420 §14",
		About: "a Commit that was made and lost leaves the group byte for byte as it was, but for the key that it was encrypted with",
		New:   losingCommit,
	},
	{
		Name: "follower", Source: "RFC 9420 §5, §6.2, §12; DESIGN: layer 1 stands alone",
		About: "who holds no secret and sees all public handshakes agrees with the members on all that is public, and refuses what they refuse",
		New:   following,
	},
	{
		Name: "alternatives", Source: "RFC 9420 §7.3, §12.1.2, §12.1.7, §12.2, §12.4.1 to §12.4.3.1",
		About: "whatever else RFC 9420 lets a member commit, all receivers and joiners take it and agree, and no joiner takes another tree",
		New:   alternatives,
	},
	{
		Name: "key-packages", Source: "RFC 9420 §10, §12.4.3.1, §16.8",
		About: "who has joined keeps no private key of the KeyPackage that it joined with but the leaf's in the group, and cannot join with it again, unless it is of last resort",
		New:   keyPackages,
	},
}
