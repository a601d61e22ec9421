package draft

func readText(doc *Document, data string) []Problem { return nil }
