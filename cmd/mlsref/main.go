// Command mlsref plays MLS groups (RFC 9420), records them, and has the record
// judged: which secrets does the attacker hold, and is that what the theory says?
//
// It owns the words on the screen, the files that are written, and the exit
// codes. What is true of a run it asks package trace; it knows no cryptography.
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// The exit codes. A check that failed is an answer; bad input is none.
const (
	exitOK     = 0
	exitFailed = 1
	exitInput  = 2
)

// checkFailed is the error of a run whose checks failed, one complaint for each.
type checkFailed []error

func (f checkFailed) Error() string { return fmt.Sprintf("%s failed", count(len(f), "check")) }

// check is nil if there is nothing to complain of.
func check(complaints ...error) error {
	if len(complaints) == 0 {
		return nil
	}
	return checkFailed(complaints)
}

func main() { os.Exit(mlsref(os.Args[1:], os.Stdout, os.Stderr)) }

// mlsref runs one command line and returns its exit code.
func mlsref(args []string, stdout, stderr io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.Execute()
	var failed checkFailed
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &failed):
		for _, complaint := range failed {
			complain(stderr, complaint)
		}
		return exitFailed
	default:
		complain(stderr, err)
		return exitInput
	}
}

func complain(stderr io.Writer, err error) {
	fmt.Fprintf(stderr, "mlsref: %s\n", strings.ReplaceAll(explain(err), "\n", " "))
}

// explain puts the file first, as in every other message.
func explain(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Sprintf("%s: %v", path.Path, path.Err)
	}
	return err.Error()
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "mlsref",
		Short: "Play an MLS group (RFC 9420), record it, and judge who knows its secrets",
		Long: `mlsref plays a group through a real implementation of MLS (RFC 9420), records
the run, and has the record judged twice: by the theory's predicate and by the
attacker's closure over the recorded terms. Exit code 0: all agrees; 1: a check
failed; 2: the command line or a file is wrong.`,
		Example: `  mlsref run                                 play the built-in first scenario
  mlsref run lesson.scenario -o out          and write the trace and the provers' files
  mlsref judge out/lesson.trace.jsonl        judge a written trace again
  mlsref replay out/lesson.trace.jsonl       play it again and compare byte by byte
  mlsref explain out/lesson.trace.jsonl      why each secret is exposed or safe
  mlsref export out/lesson.trace.jsonl --to tamarin
  mlsref prove docs/scenarios                ask ProVerif and Tamarin too
  mlsref run --random 1000 --seed 1          judge random histories
  mlsref campaign run --seed 1 -o out        play a range of seeds, on a cluster too
  mlsref trace stats out/lesson.trace.jsonl`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.AddCommand(runCommand(), judgeCommand(), replayCommand(), exportCommand(), proveCommand(), explainCommand(), traceCommand(), inspectCommand(), vectorsCommand(), propsCommand(), bugsCommand(), specCommand(), fuzzCommand(), campaignCommand())
	return root
}
