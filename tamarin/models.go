// Package tamarin has the hand-written models for Tamarin in it, so that a program
// finds them wherever it runs.
package tamarin

import "embed"

// Models are the .spthy files of this folder.
//
//go:embed *.spthy
var Models embed.FS
