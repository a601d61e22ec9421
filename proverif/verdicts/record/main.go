// Record runs the provers on hand-written models and writes their verdict files:
//
//	go run ./proverif/verdicts/record [-seconds N] [-memory MiB] FILE...
//
// It exits with 1 if an answer is not the expected one or a prover is missing; the
// model's verdict file is then left as it was.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"mlsref/proverif/verdicts"
)

func main() {
	var limits verdicts.Limits
	flag.IntVar(&limits.Seconds, "seconds", 300, "time limit for each run")
	flag.IntVar(&limits.MemoryMiB, "memory", 6000, "limit of address space for each run, MiB")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	code := 0
	for _, path := range flag.Args() {
		if err := record(ctx, path, limits); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			code = 1
		}
	}
	if flag.NArg() == 0 {
		flag.Usage()
		code = 2
	}
	os.Exit(code)
}

func record(ctx context.Context, path string, limits verdicts.Limits) error {
	m, err := verdicts.Load(path)
	if err != nil {
		return err
	}
	prover, err := verdicts.Find(ctx, m.Tool)
	if err != nil {
		return err
	}
	return verdicts.Record(ctx, prover, path, limits, func(a verdicts.Answered) {
		mark := "ok"
		if !a.Agrees() {
			mark = "NOT AS EXPECTED"
		}
		fmt.Printf("%-28s %-18s %-45s %-12s %6.2f s %5d MiB  %s\n",
			m.Name(), a.Variant, a.Lemma, a.Verdict, a.Seconds, a.PeakMiB, mark)
	})
}
