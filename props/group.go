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
}
