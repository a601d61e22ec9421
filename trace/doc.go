// Package trace plays a scenario through the implementation, records the run as
// a trace, has it judged, and hands it to the provers.
//
// It owns the scenario language (scenario*.go), the recorder at the seam of
// impl/suite (recorder*.go), the walk of a live Go state (walk.go), the player
// (player*.go), the file format, and what reads a trace again: judging, the
// replay of a derivation with real cryptography, the exports.
//
// It must not know how a group works. The player calls the public API of
// impl/group and reads what happened off the tree that comes back; the recorder
// sees primitive calls and bytes, and no layer knows that it is watched. Who
// must be safe is package model's question, not this one's.
package trace
