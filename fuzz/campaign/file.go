package campaign

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"mlsref/trace/whole"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// lines reads a file's lines with their place, from the first. A last line without an
// end was torn by whatever killed its writer: each does not see it, and torn is its
// length in bytes.
func lines(path string, r io.Reader, each func(at place, b []byte, l line) error) (torn int, err error) {
	in := bufio.NewReaderSize(r, 1<<16)
	at := place{file: path, line: 1}
	for {
		b, err := readLine(in)
		if err == io.EOF {
			return len(b), nil
		}
		if err != nil {
			return 0, fmt.Errorf("%s: %w", at, err)
		}
		l, err := decode(b[:len(b)-1])
		if err != nil {
			return 0, fmt.Errorf("%s: %w: %w; %s", at, errCorrupt, err, at.advice())
		}
		at.length = len(b)
		if err := each(at, b, l); err != nil {
			return 0, err
		}
		at.offset += int64(len(b))
		at.line++
	}
}

// errCorrupt is of a line that no mlsref has written so.
var errCorrupt = errors.New("no line of a campaign")

func readLine(in *bufio.Reader) ([]byte, error) {
	var b []byte
	for {
		part, err := in.ReadSlice('\n')
		b = append(b, part...)
		switch {
		case len(b) > maxLine:
			return nil, fmt.Errorf("it has more than %d bytes: this is no file of a campaign", maxLine)
		case err != bufio.ErrBufferFull:
			return b, err
		}
	}
}

// place is where a line stands.
type place struct {
	file   string
	line   int // from 1
	offset int64
	length int
}

// advice says what to do about a line that is corrupt.
func (p place) advice() string {
	if p.line == 1 {
		return "it is the header: move the file away, and mlsref campaign run plays the shard again"
	}
	return "take the line out, and mlsref campaign run plays its seed again"
}

func (p place) String() string { return fmt.Sprintf("%s:%d", p.file, p.line) }

// shardFile is the file of a shard that is being played. Nobody else has it open for
// writing.
type shardFile struct {
	path   string
	f      *os.File
	lock   *flock.Flock
	write  func([]byte) (int, error) // of f
	size   int64                     // up to the end of the last whole line
	synced time.Time
	broken error // a write that failed: nothing is written after it

	done   map[uint64]bool   // seeds
	found  map[string]first  // findings
	shrunk map[string]uint64 // the seed from which each finding was shrunk
	torn   int               // bytes of a last line that was torn, and cut
}

// openShard opens a shard's file to go on with, or begins it.
func openShard(path string, header Header) (_ *shardFile, err error) {
	lock := flock.New(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".lock"), flock.SetPermissions(0o644))
	if locked, err := lock.TryLock(); err != nil {
		return nil, fmt.Errorf("%s: cannot be locked: %w", path, err)
	} else if !locked {
		return nil, fmt.Errorf("%s: another mlsref is playing this shard", path)
	}
	s := &shardFile{path: path, lock: lock, done: map[uint64]bool{}, found: map[string]first{}, shrunk: map[string]uint64{}, synced: time.Now()}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644); err != nil {
		return nil, err
	}
	s.write = s.f.Write
	if err := s.load(header); err != nil {
		return nil, err
	}
	if err := s.cut(); err != nil {
		return nil, err
	}
	if s.size == 0 {
		return s, s.append(line{Header: &header})
	}
	return s, nil
}

// load reads what is there.
func (s *shardFile) load(header Header) (err error) {
	s.torn, err = lines(s.path, s.f, func(at place, _ []byte, l line) error {
		s.size = at.offset + int64(at.length)
		switch {
		case at.line == 1:
			return resumable(at, l, header)
		case l.Header != nil:
			return fmt.Errorf("%s: a second header; two files were put into one", at)
		case l.Shrunk != nil:
			s.shrunk[l.Shrunk.Finding] = l.Shrunk.Seed
			return nil
		case !header.Shard.has(header.Params, l.Result.Seed):
			return fmt.Errorf("%s: seed %d is not of shard %s", at, l.Result.Seed, header.Shard)
		case s.done[l.Result.Seed]:
			return fmt.Errorf("%s: seed %d is there a second time; take one of the lines out", at, l.Result.Seed)
		}
		s.add(l.Result)
		return nil
	})
	return err
}

// resumable: a file goes on with what it began with.
func resumable(at place, l line, want Header) error {
	h := l.Header
	if h == nil {
		return fmt.Errorf("%s: not the header of a campaign", at)
	}
	other := ""
	switch {
	case h.Format != want.Format:
		return fmt.Errorf("%s: the format is %q, this mlsref writes %q; take another directory", at, h.Format, want.Format)
	case h.Params.differs(want.Params) != "":
		other = "campaign: " + h.Params.differs(want.Params)
	case h.Shard != want.Shard:
		other = fmt.Sprintf("shard: %s, not %s", h.Shard, want.Shard)
	case h.Build != want.Build:
		other = fmt.Sprintf("mlsref: %s; this is %s", h.Build, want.Build)
	default:
		return nil
	}
	return fmt.Errorf("%s: the file is of another %s; take another directory", at, other)
}

// add notes a result of the file.
func (s *shardFile) add(r *Result) {
	s.done[r.Seed] = true
	for _, f := range r.Failures {
		name := Finding(f)
		if was, known := s.found[name]; !known || r.Seed < was.seed {
			s.found[name] = first{name, r.Seed, f.Property, r.Scenario}
		}
	}
}

// cut leaves whole lines only, and goes to their end.
func (s *shardFile) cut() error {
	if err := s.f.Truncate(s.size); err != nil {
		return err
	}
	_, err := s.f.Seek(s.size, io.SeekStart)
	return err
}

// syncEvery is how much work a power cut may cost, beside the histories in flight. A
// process that is killed loses none of what it has written.
const syncEvery = 2 * time.Second

// append writes a whole line, or none: what a full disk leaves of one is taken back.
func (s *shardFile) append(l line) error {
	if s.broken != nil {
		return s.broken
	}
	b, err := l.encode()
	if err != nil {
		return fmt.Errorf("%s: %w", s.path, err)
	}
	if _, err := s.write(b); err != nil {
		err = fmt.Errorf("%s: cannot be written: %w; it is whole up to here, and the same command goes on with it", s.path, whole.Cause(err))
		s.broken = errors.Join(err, s.cut())
		return s.broken
	}
	s.size += int64(len(b))
	if time.Since(s.synced) < syncEvery {
		return nil
	}
	return s.sync()
}

func (s *shardFile) sync() error {
	s.synced = time.Now()
	if err := s.f.Sync(); err != nil {
		s.broken = fmt.Errorf("%s: cannot be written: %w", s.path, whole.Cause(err))
	}
	return s.broken
}

// close ends the writing.
func (s *shardFile) close() error {
	var errs []error
	if s.f != nil {
		if s.broken == nil {
			errs = append(errs, s.f.Sync())
		}
		errs = append(errs, s.f.Close())
	}
	return errors.Join(append(errs, s.lock.Unlock())...)
}
