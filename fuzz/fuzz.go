// Package fuzz has the fuzz targets: functions that are given bytes, and must hold
// whatever these are. Each is a Target, which any engine can run, and a native
// FuzzX of this package's tests:
//
//	go test ./fuzz -run - -fuzz '^FuzzWire$'
package fuzz

import (
	"fmt"
	"slices"

	"mlsref/fuzz/codec"
	"mlsref/fuzz/histories"
	"mlsref/fuzz/messages"
	"mlsref/fuzz/readers"
	"mlsref/fuzz/target"
)

// All are the targets, group by group.
func All() []target.Target {
	return slices.Concat(codec.Targets(), messages.Targets(), readers.Targets(), histories.Targets())
}

// Named is the target of a name; an unknown one is an error.
func Named(name string) (target.Target, error) {
	for _, t := range All() {
		if t.Name == name {
			return t, nil
		}
	}
	return target.Target{}, fmt.Errorf("there is no fuzz target %q", name)
}
