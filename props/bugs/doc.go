// Package bugs holds seeded bugs: small mistakes, each with a name and a source, that
// the properties must catch. A bug is a change to the source of impl, in
// catalogue/NAME.txtar; it is applied to a copy, which the go command overlays when it
// builds mlsref, so that no bug ever lives in impl. The mlsref that results then runs
// its properties. If they hold, they are not good enough.
//
// What cannot be seeded is what MLS allows by design: that a node key, once used for a
// path, opens that path when it is stolen later; that a signature key outlives an
// Update. Nor is slowness seeded.
//
// Of the properties it knows the names, and what "mlsref props --json" prints.
package bugs
