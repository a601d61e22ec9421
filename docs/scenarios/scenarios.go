// Package scenarios has the lessons as files, for whoever plays them from Go.
package scenarios

import "embed"

// Files are the lessons, by name: 1-forward-secrecy.scenario.
//
//go:embed *.scenario
var Files embed.FS
