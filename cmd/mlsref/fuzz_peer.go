package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mlsref/fuzz/peer"
	"mlsref/impl/vectors"
	"mlsref/props/encoding"
)

// fuzzPeerOptions are what the flags of fuzz peer say.
type fuzzPeerOptions struct {
	driver          string
	inputs          []string
	random, mutated int
	seed            uint64
	timeout         time.Duration
	save            string
	json            bool
}

func fuzzPeerCommand() *cobra.Command {
	var o fuzzPeerOptions
	c := &cobra.Command{
		Use:   "peer --driver COMMAND",
		Short: "Give the same bytes to another implementation, and classify disagreements",
		Long: `peer starts the driver of another implementation of MLS, gives it and mlsref the
same inputs, and compares who accepts what, and how it is written again. Known
disagreements are counted by class; see docs/peers.md, which also has the protocol
that a driver speaks. mlsref fuzz serve is such a driver.

The inputs are the own test vectors, or those of --inputs, each also with things
changed in its syntax, and random structs.

Exit code 0: only known disagreements; 1: others, or inputs on which the peer failed.`,
		Example: `  mlsref fuzz peer --driver 'mlsref fuzz serve'
  mlsref fuzz peer --driver ./driver --random 100000 --mutated 100000 --seed 7
  mlsref fuzz peer --driver ./driver --inputs ../vectors --inputs fuzz/testdata -o found.jsonl`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return fuzzPeer(c, o) },
	}
	c.Flags().StringVar(&o.driver, "driver", "", "start this `COMMAND`: words, between spaces")
	c.Flags().StringArrayVar(&o.inputs, "inputs", nil, "take the files in `DIR`: test vectors (*.json) and corpora; may be given again")
	c.Flags().IntVar(&o.random, "random", 2000, "make `N` random structs")
	c.Flags().IntVar(&o.mutated, "mutated", 2000, "make `N` inputs from others, with one thing changed")
	c.Flags().Uint64Var(&o.seed, "seed", 1, "what all randomness comes from")
	c.Flags().DurationVar(&o.timeout, "timeout", 10*time.Second, "how long an answer may take")
	c.Flags().StringVarP(&o.save, "output", "o", "", "save the requests behind unknown disagreements and failures in `FILE`, one a line")
	c.Flags().BoolVar(&o.json, "json", false, "print one JSON object")
	return c
}

func fuzzServeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Answer the requests of another implementation, or of mlsref fuzz peer",
		Long: `serve makes mlsref the driver: it reads requests from standard input, one JSON
object a line, and answers each on standard output. docs/peers.md has the protocol.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return peer.Serve(c.InOrStdin(), c.OutOrStdout())
		},
	}
}

func fuzzPeer(c *cobra.Command, o fuzzPeerOptions) error {
	command := strings.Fields(o.driver)
	switch {
	case len(command) == 0:
		return errors.New("--driver: expected the command that starts a peer's driver")
	case o.random < 0 || o.mutated < 0:
		return errors.New("--random, --mutated: expected 0 or more")
	case o.timeout <= 0:
		return errors.New("--timeout: expected more than 0")
	}
	if o.save != "" {
		if err := checkWritable(o.save); err != nil {
			return err
		}
	}
	given, err := o.given()
	if err != nil {
		return err
	}
	ctx, stop := interruptible()
	defer stop()
	p, err := peer.Start(ctx, command, o.timeout)
	if err != nil {
		return fmt.Errorf("--driver %s: %w", printable(o.driver), err)
	}
	defer p.Close()
	total := len(given) + o.mutated + o.random
	bar := newBar(c.ErrOrStderr(), total, "input")
	began := time.Now()
	tally, stopped := p.Compare(counting(bar.add, slices.Values(given), peer.Mutated(given, o.mutated, o.seed), peer.Random(p.Hello, o.random, o.seed)))
	bar.finish()
	r := fuzzPeerResult{Peer: p.Hello.Name, Version: p.Hello.Version, Tally: tally, Seconds: time.Since(began).Seconds()}
	if o.save != "" {
		if err := writeFiles([]output{{path: o.save, data: r.requests()}}); err != nil {
			return err
		}
	}
	return page(c.OutOrStdout(), func(out io.Writer, st style) error { return r.tell(out, st, o.json, stopped) })
}

// given are the inputs that are there, and not made.
func (o *fuzzPeerOptions) given() ([]peer.Input, error) {
	if o.inputs == nil {
		own, err := vectors.Own()
		if err != nil {
			return nil, err
		}
		objects, err := peer.Objects()
		return slices.Concat(peer.FromVectors(own), objects), err
	}
	var list []peer.Input
	for _, dir := range o.inputs {
		found, err := peer.FromDir(dir)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	return list, nil
}

// counting are inputs one after the other, counted.
func counting(count func(), lists ...iter.Seq[peer.Input]) iter.Seq[peer.Input] {
	return func(yield func(peer.Input) bool) {
		for _, list := range lists {
			for in := range list {
				if !yield(in) {
					return
				}
				count()
			}
		}
	}
}

// fuzzPeerResult is what came of it, as --json prints it.
type fuzzPeerResult struct {
	Peer    string  `json:"peer"`
	Version string  `json:"version"`
	Seconds float64 `json:"seconds"`
	*peer.Tally
}

// requests are those behind what is unknown and what failed, one a line.
func (r *fuzzPeerResult) requests() []byte {
	var list []peer.Input
	for _, d := range r.Examples {
		if peer.ClassOf(d) == nil {
			list = append(list, d.Input)
		}
	}
	for _, f := range r.Failures {
		list = append(list, f.Input)
	}
	var b bytes.Buffer
	for i, in := range list {
		in.ID = i + 1
		line, _ := json.Marshal(in.Request) // bytes and numbers
		b.Write(append(line, '\n'))
	}
	return b.Bytes()
}

func (r *fuzzPeerResult) tell(out io.Writer, st style, asJSON bool, stopped error) error {
	var complaints []error
	if stopped != nil {
		complaints = append(complaints, fmt.Errorf("ended early: %w", stopped))
	}
	for _, shape := range slices.Sorted(maps.Keys(r.Unknown)) {
		complaints = append(complaints, fmt.Errorf("unknown disagreement, %s: %s", count(r.Unknown[shape], "input"), printable(shape)))
	}
	if r.Failed > 0 {
		complaints = append(complaints, fmt.Errorf("the peer failed on %s", count(r.Failed, "input")))
	}
	if asJSON {
		return errors.Join(printJSON(out, "", r), check(complaints...))
	}
	fmt.Fprintf(out, "%s %s: %s answered in %.1f s, %d accepted and %d refused by both, %d unsupported, %d failed\n", printable(r.Peer), printable(r.Version),
		count(r.Asked, "input"), r.Seconds, r.Accepted, r.Refused, r.Unsupported, r.Failed)
	for _, class := range peer.Classes() {
		if n := r.Known[class.Name]; n > 0 {
			fmt.Fprintf(out, "%7d %s\n", n, st.bold(class.Name)+", "+string(class.Side))
			for _, line := range wrap(class.What+" RFC 9420 §"+class.Section+": "+class.Says+" Right: "+class.Right+".", max(20, st.width-8)) {
				fmt.Fprintf(out, "        %s\n", line)
			}
		}
	}
	for _, d := range r.Examples {
		if peer.ClassOf(d) == nil {
			fmt.Fprintf(out, "%7d %s %s\n        %s: %s\n", r.Unknown[d.Shape()], st.red("UNKNOWN"), printable(d.Shape()), printable(d.Input.From), encoding.Clipped(d.Input.Hex))
		}
	}
	for _, f := range r.Failures {
		fmt.Fprintf(out, "%s %s\n        %s: %s\n", st.red("FAILED"), printable(f.What), printable(f.Input.From), encoding.Clipped(f.Input.Hex))
	}
	if complaints == nil {
		fmt.Fprintln(out, st.green("every disagreement is a known one"))
	}
	return check(complaints...)
}
