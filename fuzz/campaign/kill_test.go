package campaign

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"
)

// childJob, in a process's environment, has the test binary play a shard: a job as JSON.
const childJob = "MLSREF_CAMPAIGN_JOB"

type job struct {
	Dir    string
	Params Params
	Shard  Shard
}

func (j job) play() error {
	_, err := Run(context.Background(), j.Dir, j.Params, j.Shard, Options{Workers: runtime.GOMAXPROCS(0), Shrink: 20})
	return err
}

// process is one that does a job, on so many cores.
func (j job) process(t testing.TB, cores int) *exec.Cmd {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), exe)
	c.Env = append(os.Environ(), childJob+"="+string(text), fmt.Sprint("GOMAXPROCS=", cores))
	return c
}

// asChild does the job of the environment, if there is one.
func asChild() {
	text, is := os.LookupEnv(childJob)
	if !is {
		return
	}
	var j job
	err := json.Unmarshal([]byte(text), &j)
	if err == nil {
		err = j.play()
	}
	if err != nil {
		os.Stderr.WriteString(err.Error())
		os.Exit(1)
	}
	os.Exit(0)
}

// A process that is killed at any time, again and again, loses at most what it was about
// to write: in the end all is there, once, as if nothing had happened.
func TestKilled(t *testing.T) {
	whole, dir := t.TempDir(), t.TempDir()
	run(t, whole, small, Shard{1, 1})
	file := Shard{1, 1}.File(dir)
	rng := rand.New(rand.NewPCG(1, 2))
	for more := 0; ; more = rng.IntN(3) {
		before := written(file)
		child := job{dir, small, Shard{1, 1}}.process(t, 2)
		var says bytes.Buffer
		child.Stderr = &says
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- child.Wait() }()
		if err, over := killAfter(child, ended, func() bool { return written(file) > before+more }); over {
			if err != nil {
				t.Fatalf("%v: %s", err, says.String())
			}
			break
		}
	}
	if got, want := merged(t, dir), merged(t, whole); got != want {
		t.Errorf("the merge is\n%s\nwant\n%s", got, want)
	}
}

// killAfter kills a process when enough is true, unless it is over before.
func killAfter(child *exec.Cmd, ended chan error, enough func() bool) (err error, over bool) {
	for !enough() {
		select {
		case err := <-ended:
			return err, true
		case <-time.After(time.Millisecond):
		}
	}
	if err := child.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err, true
	}
	err = <-ended
	return nil, err == nil
}

// written is how many lines a file has.
func written(file string) int {
	text, _ := os.ReadFile(file) // it may not be there yet
	return bytes.Count(text, []byte("\n"))
}
