package coverage

import "io"

// RenderHTML writes one page that needs nothing else.
func (ix *Index) RenderHTML(w io.Writer, entries []Entry) error { return nil }
