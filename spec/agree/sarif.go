package agree

import (
	"io"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
)

// The parts of SARIF 2.1.0 that are written here.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID    string       `json:"id"`
		Short sarifMessage `json:"shortDescription"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        Level              `json:"level"`
		Message      sarifMessage       `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification"`
	}
)

// WriteSARIF writes reports as one run of SARIF 2.1.0. What is known of RFC 9420 is
// there too, suppressed.
func WriteSARIF(w io.Writer, reports []*Report) error {
	demands := Rules()
	ids := slices.Sorted(maps.Keys(demands))
	run := sarifRun{Tool: sarifTool{sarifDriver{Name: "mlsref spec check"}}, ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	for _, id := range ids {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{id, sarifMessage{demands[id]}})
	}
	for _, r := range reports {
		for _, f := range slices.Concat(r.Findings, r.Known) {
			text := f.Text
			if f.Expected != "" && f.Rule != "statement-changed" && f.Rule != "statement-gone" {
				text += "; expected " + f.Expected
			}
			index, _ := slices.BinarySearch(ids, f.Rule)
			result := sarifResult{f.Rule, index, f.Level, sarifMessage{text}, []sarifLocation{{sarifPhysical{
				sarifArtifact{uriOf(f.File)}, sarifRegion{f.Line, f.Col}}}}, nil}
			if f.Known != "" {
				result.Suppressions = []sarifSuppression{{"external", f.Known}}
			}
			run.Results = append(run.Results, result)
		}
	}
	return encode(w, sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

// uriOf is a file's name as a reference; an absolute one is a file URL.
func uriOf(file string) string {
	u := url.URL{Path: filepath.ToSlash(file)}
	if filepath.IsAbs(file) {
		u.Scheme = "file"
	}
	return u.String()
}
