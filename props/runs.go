package props

// ofRuns are what holds of whole runs and of their bytes.
var ofRuns = []Property{
	{
		Name: "codec", Source: "RFC 9420 §2.1; every struct of the RFC",
		About: "what parses is canonical, what is written parses back, and both are as the schema says; anything longer, shorter or padded is refused",
		New:   newCodec,
	},
	{
		Name: "determinism", Source: "DESIGN: rules that shape the code",
		About: "the same scenario and seed give the same trace, whoever looks on, and the trace that was written is judged as the run was",
		New:   newDeterminism,
	},
	{
		Name: "metamorphic", Source: "model/predicate.go, model/closure.go",
		About: "names, seed, cipher suite, exports, and whether a proposal goes by value or by reference decide about no secret; public framing of handshakes saves none that private framing loses",
		New:   newMetamorphic,
	},
}
