package coverage

import (
	"go/ast"
	"go/token"
	"path"
	"strconv"

	"mlsref/proverif/verdicts"
)

// Lemma is a lemma or query of a hand-written model.
type Lemma struct {
	File   string // the model's, from the module's root
	Line   int
	Proves bool   // a property of all runs, which is proved for this text of the model
	Why    string // if not: why not
}

// parsed is a file of source.
type parsed struct {
	file   string // from the module's root
	fset   *token.FileSet
	syntax *ast.File
}

func isModel(file string) bool {
	dir, ext := path.Dir(file), path.Ext(file)
	return dir == "tamarin" && ext == ".spthy" || dir == "proverif" && ext == ".pv"
}

// model notes the lemmas of a model, and whether its verdict file proves them. A
// verdict file that is missing or stale is no error here: the lemmas prove nothing.
func (ix *Index) model(file, rel string) error {
	m, err := verdicts.Load(file)
	if err != nil {
		return err
	}
	_, _, stale := verdicts.Check(file)
	for _, l := range m.Lemmas {
		lemma := Lemma{File: rel, Line: l.Line}
		switch {
		case stale != nil:
			lemma.Why = "its verdict file does not fit the model"
		case l.Exists:
			lemma.Why = "it asks for a run only"
		case l.Expect[""] != verdicts.Verified:
			lemma.Why = "it is expected to fail, and does"
		default:
			lemma.Proves = true
		}
		ix.Lemmas[path.Base(rel)+" "+l.Name] = lemma
	}
	return nil
}

// properties notes each literal of a struct with both a Name and a Source, in the files
// of package props. A name may be a constant of the package.
func (ix *Index) properties(files []parsed) {
	constants := map[string]string{}
	for _, f := range files {
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && len(v.Names) == 1 && len(v.Values) == 1 {
				constants[v.Names[0].Name] = stringOf(v.Values[0])
			}
			return true
		})
	}
	for _, f := range files {
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok {
				if name := propertyName(lit, constants); name != "" {
					ix.Properties[name] = Function{File: f.file, Package: path.Dir(f.file), Line: f.fset.Position(lit.Pos()).Line}
				}
			}
			return true
		})
	}
}

// propertyName is the Name in a literal that has a Source too, or "".
func propertyName(lit *ast.CompositeLit, constants map[string]string) string {
	fields := map[string]string{}
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		if key, ok := kv.Key.(*ast.Ident); ok {
			fields[key.Name] = stringOf(kv.Value)
			if constant, ok := kv.Value.(*ast.Ident); ok {
				fields[key.Name] = constants[constant.Name]
			}
		}
	}
	if fields["Source"] == "" {
		return ""
	}
	return fields["Name"]
}

// kinds notes each kind of vector that is made by newKind("name", …).
func (ix *Index) kinds(f parsed) {
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		if fn, ok := call.Fun.(*ast.Ident); ok && fn.Name == "newKind" {
			if name := stringOf(call.Args[0]); name != "" {
				ix.Vectors[name] = Function{File: f.file, Package: path.Dir(f.file), Line: f.fset.Position(call.Pos()).Line}
			}
		}
		return true
	})
}

// stringOf is the value of a string literal, or "".
func stringOf(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		text, _ := strconv.Unquote(lit.Value)
		return text
	}
	return ""
}
