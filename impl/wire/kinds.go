package wire

import "strings"

// Kind is a struct of RFC 9420: what it is called, and where it is defined.
type Kind struct {
	Name    string
	Section string
	New     func() Wirer
}

// kinds has every struct that can stand alone. Where bytes could be several of
// them, the first is the likeliest: what applications send and store comes
// before its parts, and those before what is only hashed or signed.
var kinds = []Kind{
	kind[MLSMessage]("6"),
	kind[KeyPackage]("10"),
	kind[GroupInfo]("12.4.3"),
	kind[Welcome]("12.4.3.1"),
	kind[PublicMessage]("6.2"),
	kind[PrivateMessage]("6.3"),
	kind[RatchetTree]("12.4.3.3"),
	kind[LeafNode]("7.2"),
	kind[Proposal]("12.1"),
	kind[Commit]("12.4"),
	kind[GroupContext]("8.1"),
	kind[GroupSecrets]("12.4.3.1"),
	kind[AuthenticatedContent]("6"),
	kind[FramedContent]("6"),
	kind[Node]("12.4.3.3"),
	kind[ParentNode]("7.1"),
	kind[UpdatePath]("7.6"),
	kind[UpdatePathNode]("7.6"),
	kind[ProposalOrRef]("12.4"),
	kind[Add]("12.1.1"),
	kind[Update]("12.1.2"),
	kind[PreSharedKey]("12.1.4"),
	kind[ReInit]("12.1.5"),
	kind[GroupContextExtensions]("12.1.7"),
	kind[PreSharedKeyID]("8.4"),
	kind[Extension]("7.2"),
	kind[Capabilities]("7.2"),
	kind[RequiredCapabilities]("11.1"),
	kind[Credential]("5.3"),
	kind[ExternalSender]("12.1.8.1"),
	kind[ExternalSenders]("12.1.8.1"),
	kind[EncryptedGroupSecrets]("12.4.3.1"),
	kind[HPKECiphertext]("7.6"),
	kind[Sender]("6"),
	kind[SenderData]("6.3.2"),
	kind[Lifetime]("7.2"),
	kind[Remove]("12.1.3"),
	kind[ExternalInit]("12.1.6"),
	kind[ExternalPub]("12.4.3.2"),
	kind[ApplicationID]("5.3.3"),
	kind[PathSecret]("12.4.3.1"),
	kind[Certificate]("5.3"),
	kind[FramedContentTBS]("6.1"),
	kind[AuthenticatedContentTBM]("6.2"),
	kind[PrivateContentAAD]("6.3.1"),
	kind[SenderDataAAD]("6.3.2"),
	kind[LeafNodeTBS]("7.2"),
	kind[KeyPackageTBS]("10"),
	kind[GroupInfoTBS]("12.4.3"),
	kind[TreeHashInput]("7.8"),
	kind[LeafNodeHashInput]("7.8"),
	kind[ParentNodeHashInput]("7.8"),
	kind[ParentHashInput]("7.9"),
	kind[ConfirmedTranscriptHashInput]("8.2"),
	kind[InterimTranscriptHashInput]("8.2"),
	kind[KDFLabel]("8"),
	kind[PSKLabel]("8.4"),
	kind[SignContent]("5.1.2"),
	kind[EncryptContext]("5.1.3"),
	kind[RefHashInput]("5.2"),
}

func kind[T any, PT interface {
	*T
	Wirer
}](section string) Kind {
	return Kind{typeName(PT(nil)), section, func() Wirer { return PT(new(T)) }}
}

// sections has the section of every struct, those too that cannot stand alone
// because their syntax depends on a content type outside of them.
var sections = func() map[string]string {
	m := map[string]string{"FramedContentAuthData": "6.1", "PrivateMessageContent": "6.3.1"}
	for _, k := range kinds {
		m[k.Name] = k.Section
	}
	return m
}()

// Kinds lists the structs that can stand alone, the likeliest first.
func Kinds() []Kind { return append([]Kind(nil), kinds...) }

// KindOf finds a struct by its name in the RFC, in any case of letters.
func KindOf(name string) (Kind, bool) {
	for _, k := range kinds {
		if strings.EqualFold(k.Name, name) {
			return k, true
		}
	}
	return Kind{}, false
}

// SectionOf says where RFC 9420 defines a struct; "" for anything else.
func SectionOf(structName string) string { return sections[structName] }
