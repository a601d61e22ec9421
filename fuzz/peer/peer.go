package peer

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Peer is a driver that is asked. It is for one goroutine.
type Peer struct {
	Hello    Hello
	Restarts int // how often it had to be started again

	ctx     context.Context
	command []string
	timeout time.Duration
	run     *process // nil: it has to be started
	last    int      // the latest request's ID
}

// Failure says that a driver did not answer a request, or not as the protocol has it.
// Request.ID 0: it failed before the first.
type Failure struct {
	Request Request
	What    string
	Stderr  string // the end of what it wrote there
}

func (f *Failure) Error() string {
	at := f.Request.String()
	if f.Request.ID == 0 {
		at = "its start"
	}
	text := fmt.Sprintf("the peer failed at %s: %s", at, f.What)
	if f.Stderr != "" {
		text += "; it said: " + f.Stderr
	}
	return text
}

// Start starts a driver, and waits for its hello. timeout is how long any answer may
// take; when ctx ends, so does the driver.
func Start(ctx context.Context, command []string, timeout time.Duration) (*Peer, error) {
	if len(command) == 0 {
		return nil, errors.New("peer: there is no command")
	}
	p := &Peer{ctx: ctx, command: command, timeout: timeout}
	return p, p.start()
}

func (p *Peer) start() error {
	run, err := begin(p.ctx, p.command)
	if err != nil {
		return &Failure{What: err.Error()}
	}
	p.run = run
	line, err := run.line(p.timeout)
	if err != nil {
		return p.fail(Request{}, err)
	}
	h, err := parseHello(line)
	if err != nil {
		return p.fail(Request{}, fmt.Errorf("its hello is wrong: %w: %s", err, short(line)))
	}
	p.Hello = h
	return nil
}

// Ask sends a request, under the next ID, and waits for the answer. A *Failure says
// that there is none; the next Ask starts the driver again.
func (p *Peer) Ask(r Request) (Answer, error) {
	p.last++
	r.ID = p.last
	b, err := json.Marshal(r)
	if err != nil {
		return Answer{}, err
	}
	if len(b) >= MaxLine {
		return Answer{}, fmt.Errorf("peer: %s makes a line of %d bytes, the most is %d", r, len(b), MaxLine)
	}
	if p.run == nil {
		p.Restarts++
		if err := p.start(); err != nil {
			return Answer{}, err
		}
	}
	p.run.send(append(b, '\n'))
	line, err := p.run.line(p.timeout)
	if err != nil {
		return Answer{}, p.fail(r, err)
	}
	a, err := parseAnswer(line, r)
	if err != nil {
		return a, p.fail(r, fmt.Errorf("its answer is wrong: %w: %s", err, short(line)))
	}
	return a, nil
}

// Close ends the driver.
func (p *Peer) Close() {
	if p.run != nil {
		p.run.end()
		p.run = nil
	}
}

func (p *Peer) fail(r Request, what error) error {
	run := p.run
	p.Close()
	text := what.Error()
	if errors.Is(what, io.EOF) {
		text = "it died"
		if state := run.cmd.ProcessState; state != nil {
			text += ", " + state.String()
		}
	}
	return &Failure{Request: r, What: text, Stderr: run.stderr.String()}
}

// process is a driver that runs.
type process struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stderr *tail
	lines  chan []byte
	ended  error // why there are no more lines; set before lines is closed
	done   chan struct{}
}

func begin(ctx context.Context, command []string) (*process, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.WaitDelay = time.Second // for what it started itself
	p := &process{cmd: cmd, stderr: &tail{}, lines: make(chan []byte), done: make(chan struct{})}
	cmd.Stderr = p.stderr
	var err error
	if p.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go p.read(stdout)
	return p, nil
}

func (p *process) read(stdout io.Reader) {
	defer close(p.lines)
	s := bufio.NewScanner(stdout)
	s.Buffer(nil, MaxLine)
	for s.Scan() {
		select {
		case p.lines <- []byte(s.Text()):
		case <-p.done:
			return
		}
	}
	p.ended = io.EOF
	if errors.Is(s.Err(), bufio.ErrTooLong) {
		p.ended = fmt.Errorf("its answer is a line of more than %d bytes", MaxLine)
	}
}

// send writes without waiting: a driver that does not read is one that does not answer.
func (p *process) send(b []byte) { go p.stdin.Write(b) }

func (p *process) line(timeout time.Duration) ([]byte, error) {
	late := time.NewTimer(timeout)
	defer late.Stop()
	select {
	case line, ok := <-p.lines:
		if !ok {
			return nil, p.ended
		}
		return line, nil
	case <-late.C:
		return nil, fmt.Errorf("no answer in %v", timeout)
	}
}

// end gives the driver a moment to see the end of its input, and then kills it.
func (p *process) end() {
	close(p.done)
	p.stdin.Close()
	kill := time.AfterFunc(time.Second, func() { p.cmd.Process.Kill() })
	defer kill.Stop()
	p.cmd.Wait() // how it ended matters only where it died, and is in ProcessState
}

// tail keeps the end of what is written to it.
type tail struct {
	mu sync.Mutex
	b  []byte
}

// kept is how much a tail keeps, in bytes.
const kept = 1 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, b[max(0, len(b)-kept):]...)
	t.b = t.b[max(0, len(t.b)-kept):]
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.b))
}

// short is the beginning of a line.
func short(line []byte) string {
	if len(line) > 200 {
		return fmt.Sprintf("%q… (%d bytes)", line[:200], len(line))
	}
	return fmt.Sprintf("%q", line)
}
