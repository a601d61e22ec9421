package trace

import _ "embed"

// Schema is the JSON Schema (draft 2020-12) of one line of a trace.
//
//go:embed trace.schema.json
var Schema []byte
