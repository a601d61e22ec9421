package trace

// Leftover is a value that a member's live state still held when RFC 9420 wants it
// gone: where it was found, and by which rule it should have been erased.
type Leftover struct {
	Seq  int    `json:"seq"`
	Who  string `json:"who"`
	Term int32  `json:"term"`
	Name string `json:"name"`
	Path string `json:"path"`
	Rule string `json:"rule"`
}
