package verdicts

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"mlsref/trace/whole"
)

// Format names the verdict file's format and its version.
const Format = "mlsref-verdicts/1"

// File is the verdict file of one model.
type File struct {
	Format  string     `json:"format"`
	Model   string     `json:"model"` // file name, in the same folder
	SHA256  string     `json:"sha256"`
	Tool    Tool       `json:"tool"`
	Version string     `json:"version"`
	Date    string     `json:"date"`
	Limits  Limits     `json:"limits"` // of each run
	Answers []Answered `json:"answers"`
}

// Name is where a model's verdict file lies.
func Name(model string) string { return model + ".verdicts.json" }

// Record runs the prover on a model and writes its verdict file, which takes the place of
// an older one at once or not at all. It writes nothing unless every answer is the
// expected one and the model's file is still what was proved.
func Record(ctx context.Context, p Prover, path string, limits Limits, each func(Answered)) error {
	m, err := Load(path)
	if err != nil {
		return err
	}
	answers, err := p.Prove(ctx, m, limits, each)
	if err != nil {
		return err
	}
	f := &File{
		Format: Format, Model: filepath.Base(path), SHA256: m.SHA256,
		Tool: p.Tool, Version: p.Version, Date: time.Now().UTC().Format(time.DateOnly),
		Limits: limits, Answers: answers,
	}
	again, err := Load(path)
	if err != nil {
		return err
	}
	if err := f.Agrees(again); err != nil {
		return err
	}
	return write(Name(path), f)
}

func write(path string, f *File) error {
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	return whole.Write(path, func(w io.Writer) error {
		_, err := w.Write(append(b, '\n'))
		return err
	})
}

// Read reads a verdict file.
func Read(path string) (*File, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return ParseFile(path, b)
}

// ParseFile is Read of a verdict file's text, which path is the name of.
func ParseFile(path string, b []byte) (*File, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	f := new(File)
	if err := d.Decode(f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("%s: there is more after the verdicts, at offset %d", path, d.InputOffset())
	}
	if f.Format != Format {
		return nil, fmt.Errorf("%s: its format is %q, want %q", path, f.Format, Format)
	}
	return f, nil
}

// Check compares a model with the verdict file beside it.
func Check(path string) (*Model, *File, error) {
	m, err := Load(path)
	if err != nil {
		return nil, nil, err
	}
	f, err := Read(Name(path))
	if err != nil {
		return nil, nil, err
	}
	if err := f.Agrees(m); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", Name(path), err)
	}
	return m, f, nil
}

// Agrees says whether this file is about exactly this text of the model, has an answer
// to each expectation and no other one, and each answer is the expected one.
func (f *File) Agrees(m *Model) error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if f.Model != filepath.Base(m.Path) || f.Tool != m.Tool || f.Version == "" {
		bad("it is about %s with %s %s", f.Model, f.Tool, f.Version)
	}
	if f.SHA256 != m.SHA256 {
		bad("the model has changed since it was proved: its SHA-256 is %s, proved was %s", m.SHA256, f.SHA256)
	}
	type key struct{ variant, lemma string }
	open := map[key]Answer{}
	for _, l := range m.Lemmas {
		for variant, want := range l.Expect {
			open[key{variant, l.Name}] = want
		}
	}
	for _, a := range f.Answers {
		want, ok := open[key{a.Variant, a.Lemma}]
		delete(open, key{a.Variant, a.Lemma})
		switch {
		case !ok:
			bad("%s is not in the model, or is answered twice", a.title())
		case a.Expected != want:
			bad("%s: the model expects %q, the file %q", a.title(), want, a.Expected)
		case !a.Agrees():
			bad("%s: expected %q, the prover's answer is %q %s", a.title(), want, a.Verdict, a.Note)
		}
	}
	for k := range open {
		bad("%s has no verdict", Answered{Lemma: k.lemma, Variant: k.variant}.title())
	}
	return errors.Join(errs...)
}

func (a Answered) title() string {
	if a.Variant == "" {
		return "lemma " + a.Lemma
	}
	return "lemma " + a.Lemma + " of variant " + a.Variant
}
