// Package readers has the fuzz targets of whatever reads a file from outside: scenarios,
// traces, drafts, presentation language, bytes to inspect, saved groups, vectors, models
// and their verdicts.
package readers

import "mlsref/fuzz/target"

const ofReaders = "readers" // the group

// Targets are this package's.
func Targets() []target.Target {
	return []target.Target{
		{Name: "FuzzScenario", Group: ofReaders, Run: runScenario, Seeds: scenarioSeeds,
			About: "a text is a scenario, or has a mistake in a line of it; a comment behind each line changes nothing"},
		{Name: "FuzzTrace", Group: ofReaders, Run: runTrace, Seeds: traceSeeds,
			About: "a trace that is read is written as the same, and judging and exporting it does not panic"},
		{Name: "FuzzDraft", Group: ofReaders, Run: runDraft, Seeds: draftSeeds,
			About: "Markdown, XML or text is read, and whatever is found in it has a place there"},
		{Name: "FuzzSyntax", Group: ofReaders, Run: runSyntax, Seeds: syntaxSeeds,
			About: "presentation language (RFC 8446 §3) is read and checked, and each finding has a place and a rule"},
		{Name: "FuzzInspect", Group: ofReaders, Run: runInspect, Seeds: inspectSeeds,
			About: "bytes, hex or base64 are shown as text and as JSON, with nothing that steers a terminal"},
		{Name: "FuzzSaved", Group: ofReaders, Run: runSaved, Seeds: savedSeeds,
			About: "a saved group that loads is saved as the same bytes"},
		{Name: "FuzzVectors", Group: ofReaders, Run: runVectors, Seeds: vectorSeeds,
			About: "a file of vectors is refused with a reason, or each entry is checked"},
		{Name: "FuzzModel", Group: ofReaders, Run: runModel, Seeds: modelSeeds,
			About: "a model for a prover is read, or refused with a place; a verdict file agrees with one text of one model"},
	}
}
