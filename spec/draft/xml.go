package draft

func readXML(doc *Document, data []byte) []Problem { return nil }
