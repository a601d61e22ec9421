// Package messages has the fuzz targets for what comes from outside to a member or a
// client: messages to a group, Welcomes, GroupInfos, KeyPackages, trees (RFC 9420 §6,
// §10, §12).
//
// Inputs begin in situations of package insider's stories, and may have what they say
// signed, tagged and encrypted with the real keys of whoever sends there: so they get
// behind every signature.
package messages

import "mlsref/fuzz/target"

// Targets are this group's.
func Targets() []target.Target {
	return []target.Target{Receive, External, Welcome, GroupInfo, KeyPackage, Tree}
}
