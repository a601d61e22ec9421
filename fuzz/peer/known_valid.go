package peer

// What both can decode, and only one holds valid.
var validation = []Class{
	{
		Name: "signatures-only", Peers: []string{mlsPP}, Side: PeerAccepts,
		What:    "The peer's KeyPackage.verify checks the two signatures, and not the lifetime, keys, capabilities, extensions and version.",
		Right:   "mlsref, for what one call checks",
		Section: "10.1", Says: "A KeyPackage is validated by its version and suite, its leaf (§7.3), its signature, and by having two different keys.",
		Answer: "None.",
		is:     both(doing(KeyPackage), not(ownSays(`signature\)`))),
	}, {
		Name: "leaf-support-unchecked", Peers: []string{openMLS, mlsRS}, Side: PeerAccepts,
		What:    "The peer takes a leaf whose capabilities lack the version, the cipher suite or the credential type that it uses: OpenMLS in a KeyPackage by itself, mls-rs also in a tree.",
		Right:   "mlsref",
		Section: "7.2", Says: "A client lists all versions, suites and credential types that it supports: of these there are no defaults.",
		Answer: "None.",
		is:     ownSays(`\(7\.2/(version|cipher-suite|own-credential)\)`),
	}, {
		Name: "leaf-extension-unlisted", Peers: []string{openMLS}, Side: PeerAccepts,
		What:    "The peer takes a KeyPackage whose leaf has an extension that its capabilities do not list.",
		Right:   "mlsref",
		Section: "7.3", Says: "Each extension of a leaf is listed in its capabilities.",
		Answer: "None.",
		is:     ownSays(`\(7\.3/extensions\)`),
	}, {
		Name: "public-keys-later", Peers: []string{openMLS, mlsRS}, Side: PeerAccepts,
		What:    "The peer takes an init_key or encryption_key that is no public key of the KEM: OpenMLS both, mls-rs the latter.",
		Right:   "either: RFC 9420 does not say when; a member with such a key breaks the Commits of others, so sooner is better",
		Section: "5.1.3", Says: "The keys are HPKE public keys of the suite's KEM.",
		Answer: "None.",
		is:     ownSays(`\((7\.2/encryption-key|10/init-key-valid)\)`),
	}, {
		Name: "extension-place-unchecked", Peers: []string{mlsRS}, Side: PeerAccepts,
		What:    "The peer takes a default extension in a list where the registry does not have it.",
		Right:   "either: no sentence asks for the check",
		Section: "17.3", Says: "The registry says in which messages an extension may appear.",
		Answer: "None: subtle point 64.",
		is:     ownSays(`\(17\.3/place\)`),
	}, {
		Name: "context-extension-unsupported", Peers: []string{openMLS}, Side: PeerAccepts,
		What:    "The peer, as one who only follows the group, takes a GroupContext with an extension that no member supports.",
		Right:   "mlsref",
		Section: "13.4", Says: "Every member supports each extension of the GroupContext, and who does not, does not join.",
		Answer: "None.",
		is:     ownSays(`\(13\.4/group-extensions\)`),
	}, {
		Name: "unmerged-unchecked", Peers: []string{openMLS}, Side: PeerAccepts,
		What:    "The peer takes a tree in which a parent lists a blank leaf as unmerged.",
		Right:   "mlsref",
		Section: "12.4.3.1", Says: "Each entry of unmerged_leaves is a leaf that is not blank and lies below the node.",
		Answer: "None.",
		is:     ownSays(`\(12\.4\.3\.1/unmerged-member\)`),
	}, {
		Name: "parent-hash-unmerged", Peers: []string{openMLS}, Side: PeerAccepts,
		What:    "The peer takes a tree in which a leaf that nobody merged is missing from its parent's unmerged_leaves: its owner does not know the parent's key, and others would encrypt to it all the same.",
		Right:   "mlsref",
		Section: "7.9.2", Says: "A parent is parent-hash valid for a descendant only if its unmerged leaves on that side are the child's resolution without the descendant.",
		Answer: "None.",
		is:     ownSays(`\(7\.9\.2/parent-hash\)`),
	}, {
		Name: "received-lifetime", Peers: []string{openMLS, mlsRS}, Side: OwnAccepts,
		What:    "The peer refuses a ratchet tree with a leaf whose lifetime is over.",
		Right:   "both",
		Section: "7.3", Says: "To check the lifetime of a leaf that somebody else sent is recommended, not required.",
		Answer: "None: treesync.Policy.ReceivedLifetimes asks for the check.",
		is:     both(doing(GroupInfo), theirsSay(`Lifetime`)),
	}, {
		Name: "defaults-listed", Peers: []string{mlsRS}, Side: OwnAccepts,
		What:    "The peer refuses capabilities that list a default proposal or extension type.",
		Right:   "the peer, by the letter; but official KeyPackages list them",
		Section: "7.2", Says: "Default types are not listed.",
		Answer: "None: subtle point 16.",
		is:     theirsSay(`DefaultValueListed`),
	}, {
		Name: "default-extension-unlisted", Peers: []string{mlsRS}, Side: OwnAccepts,
		What:    "The peer refuses a leaf with an application_id that its capabilities do not list.",
		Right:   "mlsref",
		Section: "7.2", Says: "Only the non-default extensions of a leaf are listed.",
		Answer: "None: subtle point 16.",
		is:     theirsSay(`ExtensionNotInCapabilities\(ExtensionType\(1\)\)`),
	}, {
		Name: "key-package-extension-unlisted", Peers: []string{openMLS}, Side: OwnAccepts,
		What:    "The peer refuses a KeyPackage with an unknown extension that its leaf's capabilities do not list.",
		Right:   "both",
		Section: "10", Says: "A client lists the extensions of its KeyPackage in its leaf; a receiver ignores those that it does not know (§13.4).",
		Answer: "None: mlsref refuses it in its own KeyPackages only, rule 10/extensions.",
		is:     both(doing(KeyPackage), theirsSay(`UnsupportedExtension`)),
	},
}

// On what a peer does not answer.
var failures = []Class{
	{
		Name: "empty-input", Peers: []string{mlsPP}, Side: PeerFails,
		What:    "The peer reads the length header of a vector from before its buffer if there is no byte left; on an empty input it dies by a segmentation fault.",
		Right:   "mlsref",
		Section: "2.1.2", Says: "A vector has a length header, of one byte at least.",
		Answer: "None.",
		is:     func(d *Difference) bool { return len(d.Input.Hex) == 0 },
	},
}
