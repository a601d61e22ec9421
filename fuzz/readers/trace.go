package readers

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"mlsref/fuzz/target"
	"mlsref/model"
	"mlsref/trace"
)

func runTrace(in []byte, seen *target.Seen) error {
	t, err := trace.Read(bytes.NewReader(in), file)
	if err != nil {
		seen.Outcome("refused")
		return placed(in, err)
	}
	if err := grounded(t); err != nil {
		return err
	}
	var once, twice bytes.Buffer
	if err := trace.Write(&once, t); err != nil {
		return fmt.Errorf("what was read cannot be written: %w", err)
	}
	again, err := trace.Read(bytes.NewReader(once.Bytes()), file)
	if err != nil {
		return fmt.Errorf("what was written cannot be read: %w", err)
	}
	if err := trace.Write(&twice, again); err != nil {
		return err
	}
	if !reflect.DeepEqual(again.Header, t.Header) || !bytes.Equal(once.Bytes(), twice.Bytes()) {
		return fmt.Errorf("read and written again it is another trace:\n%s\n%s", once.Bytes(), twice.Bytes())
	}
	report, err := trace.Judge(t)
	if err != nil {
		seen.Outcome("read, not judged")
		return nil
	}
	seen.Outcome("judged")
	// What cannot be exported is an error; any is as good.
	_ = trace.ExportProVerif(io.Discard, t, report, trace.ExportOptions{})
	_ = trace.ExportTamarin(io.Discard, t, report, trace.ExportOptions{})
	return nil
}

// grounded: each term is made of terms before it, and no event names one that is not made.
func grounded(t *trace.Trace) error {
	made := model.TermID(0)
	for _, e := range t.Events {
		for _, def := range e.Define {
			for _, arg := range def.Args {
				if arg < 0 || arg >= made {
					return fmt.Errorf("event %d makes term %d of %d, which is not made yet", e.Seq, def.ID, arg)
				}
			}
			made++
		}
		named := slices.Concat(e.Out, e.Terms)
		if e.Kind == trace.KindGoal {
			named = append(named, e.Term)
		}
		for _, id := range named {
			if id < 0 || id >= made {
				return fmt.Errorf("event %d names term %d, which is not made yet", e.Seq, id)
			}
		}
	}
	return nil
}

// traceSeeds are the traces of two small histories, and one that is written by hand,
// with a term before itself as well.
func traceSeeds() ([][]byte, error) {
	all := [][]byte{[]byte(`{"format":"mlsref-trace","version":2,"suite":"MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519","seed":0,"file":"","scenario":""}` + "\n" +
		`{"seq":0,"kind":"primitive","define":[{"id":0,"op":"const","public":true,"value":"00"},{"id":1,"op":"concat","args":[0],"value":"0000","parts":[1]}]}` + "\n" +
		`{"seq":1,"kind":"end","count":1}` + "\n")}
	all = append(all, bytes.Replace(all[0], []byte(`"args":[0]`), []byte(`"args":[1]`), 1))
	for _, text := range []string{"alice creates room\n", "alice creates room\nalice exports \"x\"\ncompromise alice\nexpect epoch 0 exposed\n"} {
		sc, err := trace.Parse(file, strings.NewReader(text))
		if err != nil {
			return nil, err
		}
		t, err := trace.Play(sc, trace.Options{})
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := trace.Write(&b, t); err != nil {
			return nil, err
		}
		all = append(all, b.Bytes())
	}
	return all, nil
}
