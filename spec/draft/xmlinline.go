package draft

import "strings"

// inline writes an element's text as the published RFC has it.
func (r *xmlReader) inline(n *xmlNode, out *span) {
	switch n.name {
	case "":
		for i, l := range strings.Split(n.text, "\n") {
			if i == 0 {
				out.write(l, n.line, n.col)
				continue
			}
			out.write("\n", n.line+i, 1)
			out.write(l, n.line+i, 1)
		}
		return
	case "iref", "cref":
		return
	case "br", "vspace":
		out.write(" ", n.line, n.col)
		return
	case "xref", "relref", "eref":
		out.write(r.reference(n), n.line, n.col)
		return
	case "contact":
		out.write(n.attrs["fullname"], n.line, n.col)
	case "sup":
		out.write("^", n.line, n.col)
	case "sub":
		out.write("_", n.line, n.col)
	}
	for _, c := range n.children {
		r.inline(c, out)
	}
}

// reference is what a reference reads.
func (r *xmlReader) reference(n *xmlNode) string {
	content := strings.Join(strings.Fields(n.allText()), " ")
	target := n.attrs["target"]
	if n.name == "eref" {
		if content == "" {
			return "<" + target + ">"
		}
		return content + " (" + target + ")"
	}
	name, within := r.anchors[target]
	switch section := n.attrs["section"]; {
	case section != "":
		word := "Section "
		if section[0] >= 'A' {
			word = "Appendix "
		}
		name = word + section + " of [" + target + "]"
	case !within:
		name = "[" + target + "]"
	case n.attrs["format"] == "counter":
		name = name[strings.LastIndexByte(name, ' ')+1:]
	case n.attrs["format"] == "title":
		name = `"` + r.titles[target] + `"`
	}
	switch {
	case content == "":
		return name
	case n.attrs["format"] == "none":
		return content
	}
	return content + " (" + name + ")"
}
