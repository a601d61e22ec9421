package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"mlsref/impl/vectors"
	"mlsref/impl/wire"
	"mlsref/trace/whole"
)

func vectorsVerifyCommand() *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use:   "verify PATH…",
		Short: "Verify test vectors",
		Long: `verify checks every entry of every file, on all cores. PATH is a file, or a folder
for all *.json in it. What kind of vectors a file holds is told by its name; if
that is none of the kinds' names, by the fields of its first entry.

Exit code 0: every entry passed; 1: an entry failed, a file could not be read as
vectors, or the run was interrupted; 2: a PATH leads nowhere.`,
		Example: `  mlsref vectors verify vectors/
  mlsref vectors verify treekem.json welcome.json`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			paths, err := vectors.Find(args...)
			if err != nil {
				return err
			}
			ctx, stop := interruptible()
			defer stop()
			return verifyVectors(ctx, c.OutOrStdout(), c.ErrOrStderr(), paths, all)
		},
	}
	c.Flags().BoolVar(&all, "all", false, "show every failure, not only the first ones of a file")
	return c
}

func verifyVectors(ctx context.Context, stdout, stderr io.Writer, paths []string, all bool) error {
	var files []*vectors.File
	total := 0
	for _, path := range paths {
		f := vectors.Read(path)
		files, total = append(files, f), total+f.Entries()
	}
	bar := newBar(stderr, total, "entry")
	results := vectors.Verify(ctx, files, bar.add)
	bar.finish()
	return page(stdout, func(out io.Writer, st style) error {
		complaints := tellFiles(out, files)
		failed := tellFailures(out, st, results, all)
		if failed > 0 {
			complaints = append(complaints, fmt.Errorf("%d of %s failed", failed, countEntries(len(results))))
		}
		printVectorTable(out, st, results)
		if len(results) < total {
			complaints = append(complaints, fmt.Errorf("interrupted: %d of %s were verified", len(results), countEntries(total)))
		}
		if len(complaints) == 0 {
			fmt.Fprintln(out, st.green(fmt.Sprintf("%s in %s: all passed", countEntries(total), count(len(files), "file"))))
		}
		return check(complaints...)
	})
}

func countEntries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

// tellFiles says what the name of a file does not, and complains of files that
// are no vectors.
func tellFiles(out io.Writer, files []*vectors.File) (complaints []error) {
	for _, f := range files {
		if f.ByShape {
			fmt.Fprintf(out, "%s: %s, as its entries tell\n", printable(f.Path), f.Kind.Name)
		}
		if f.Err != nil {
			complaints = append(complaints, fmt.Errorf("%s: %s", printable(f.Path), printable(whole.Cause(f.Err).Error())))
		}
	}
	return complaints
}

// How many failures are shown without --all: of one entry, and entries of one file.
const (
	mostFailures = 5
	mostEntries  = 10
)

func tellFailures(out io.Writer, st style, results []vectors.Result, all bool) (failed int) {
	inFile := map[*vectors.File]int{}
	for i := range results {
		r := &results[i]
		if r.Passed() {
			continue
		}
		failed++
		if inFile[r.File]++; inFile[r.File] > mostEntries && !all {
			continue
		}
		for k, f := range r.Failures {
			if k == mostFailures && !all {
				fmt.Fprintf(out, "       and %d more in this entry\n", len(r.Failures)-k)
				break
			}
			fmt.Fprintf(out, "%s %s: entry %d (line %d): %s\n", st.red("FAILED"), printable(r.File.Path), r.Entry, r.Line, printable(f.String()))
		}
	}
	for i := range results {
		f := results[i].File
		if n := inFile[f] - mostEntries; n > 0 && !all {
			fmt.Fprintf(out, "       and %d more entries of %s; --all shows them\n", n, printable(f.Path))
		}
		delete(inFile, f)
	}
	return failed
}

// printVectorTable counts by kind and suite.
func printVectorTable(out io.Writer, st style, results []vectors.Result) {
	type tally struct{ passed, failed int }
	cells := map[string]map[wire.CipherSuite]tally{}
	var suites []wire.CipherSuite
	for i := range results {
		r := &results[i]
		row := cells[r.File.Kind.Name]
		if row == nil {
			row = map[wire.CipherSuite]tally{}
			cells[r.File.Kind.Name] = row
		}
		t := row[r.Suite]
		if r.Passed() {
			t.passed++
		} else {
			t.failed++
		}
		row[r.Suite] = t
		if !slices.Contains(suites, r.Suite) {
			suites = append(suites, r.Suite)
		}
	}
	if len(results) == 0 {
		return
	}
	slices.Sort(suites)
	line := pad("kind", 31)
	for _, s := range suites {
		line += pad(suiteHead(s), 9)
	}
	fmt.Fprintln(out, st.bold(strings.TrimRight(line, " ")))
	for _, k := range vectors.Kinds() {
		if cells[k.Name] == nil {
			continue
		}
		line := pad(k.Name, 31)
		for _, s := range suites {
			cell := ""
			if t := cells[k.Name][s]; t.failed > 0 {
				cell = st.red(fmt.Sprintf("%d -%d", t.passed, t.failed))
			} else if t.passed > 0 {
				cell = strconv.Itoa(t.passed)
			}
			line += pad(cell, 9)
		}
		fmt.Fprintln(out, strings.TrimRight(line, " "))
	}
	fmt.Fprintln(out, st.dim("entries that passed, -entries that failed, by cipher suite"))
}

func suiteHead(s wire.CipherSuite) string {
	if s == 0 {
		return "no suite"
	}
	return fmt.Sprintf("0x%04x", uint16(s))
}

// bar shows how far a long command is: a bar on a terminal, a plain line for each
// tenth elsewhere.
type bar struct {
	w           io.Writer
	what        string
	done, total int
	shown       *progressbar.ProgressBar // on a terminal
}

func newBar(w io.Writer, total int, what string) *bar {
	b := &bar{w: w, what: what, total: total}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		b.shown = progressbar.NewOptions(total, progressbar.OptionSetWriter(w), progressbar.OptionShowCount(),
			progressbar.OptionClearOnFinish(), progressbar.OptionFullWidth())
	}
	return b
}

func (b *bar) add() {
	b.done++
	if b.shown != nil {
		_ = b.shown.Add(1) // a bar that cannot be drawn is no failure
		return
	}
	if b.total >= 10 && b.done*10/b.total > (b.done-1)*10/b.total {
		fmt.Fprintf(b.w, "%d of %d %s\n", b.done, b.total, map[string]string{"entry": "entries", "kind": "kinds", "history": "histories", "run": "runs"}[b.what])
	}
}

// finish clears the bar.
func (b *bar) finish() {
	if b.shown != nil {
		_ = b.shown.Finish()
	}
}
