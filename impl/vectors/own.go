package vectors

import (
	"embed"
	"io/fs"
)

//go:embed testdata/*.json
var own embed.FS

// Own are the project's own vectors, a small file of each kind.
func Own() ([]*File, error) {
	paths, err := fs.Glob(own, "testdata/*.json")
	if err != nil {
		return nil, err
	}
	var files []*File
	for _, path := range paths {
		b, err := own.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, Parse(path, b))
	}
	return files, nil
}
