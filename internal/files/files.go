// Package files keeps sealed blobs under a folder. A blob is written in one
// stream, chunk by chunk, each chunk sealed before it touches the disk; no
// plaintext lies in a temporary file. From outside a blob is an opaque id.
package files

import (
	"bufio"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// Key seals the chunks of one blob.
type Key interface {
	// Cipher is a cipher that no other label shares.
	Cipher(label string) (cipher.AEAD, error)
}

// Store is a folder of blobs.
type Store struct{ dir string }

// New opens a folder of blobs and makes it when it is not there.
func New(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &Store{dir: dir}, nil
}

// Blob is one stored blob: its id, and the size and SHA-256 of what it holds.
type Blob struct {
	ID     string
	SHA256 string
	Size   int64
}

// ErrTooLarge says that there was more to read than allowed. Nothing was kept.
var ErrTooLarge = errors.New("files: more than allowed")

// ErrDamaged says that a blob was changed, cut, or belongs to another row.
var ErrDamaged = errors.New("files: the blob is damaged or not of this row")

const (
	magic     = "YMB1" // format and algorithm: AES-256-GCM in chunks
	chunkSize = 64 << 10
	saltSize  = 16
)

// Put reads r to its end, at most max bytes, and keeps it sealed under key,
// bound to aad. It is on the disk when Put returns.
func (s *Store) Put(key Key, aad string, r io.Reader, max int64) (Blob, error) {
	b := make([]byte, 16)
	rand.Read(b)
	id := hex.EncodeToString(b)
	dir := filepath.Join(s.dir, id[:2])
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Blob{}, err
	}
	f, err := os.OpenFile(filepath.Join(dir, id+".part"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Blob{}, err
	}
	blob, err := write(f, key, aad, r, max)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, id))
	}
	if err != nil {
		os.Remove(f.Name())
		return Blob{}, err
	}
	for _, d := range []string{dir, s.dir} {
		if err := syncDir(d); err != nil {
			return Blob{}, err
		}
	}
	blob.ID = id
	return blob, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func write(w io.Writer, key Key, aad string, r io.Reader, max int64) (Blob, error) {
	salt := make([]byte, saltSize)
	rand.Read(salt)
	a, err := key.Cipher(label(aad, salt))
	if err != nil {
		return Blob{}, err
	}
	if _, err := w.Write(append([]byte(magic), salt...)); err != nil {
		return Blob{}, err
	}
	sum := sha256.New()
	in := bufio.NewReaderSize(io.LimitReader(r, max+1), chunkSize)
	plain := make([]byte, chunkSize)
	var size int64
	for n := uint32(0); ; n++ {
		k, err := io.ReadFull(in, plain)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return Blob{}, err
		}
		if size += int64(k); size > max {
			return Blob{}, ErrTooLarge
		}
		sum.Write(plain[:k])
		_, end := in.Peek(1)
		if end != nil && end != io.EOF {
			return Blob{}, end
		}
		if _, err := w.Write(a.Seal(nil, nonce(a, n, end == io.EOF), plain[:k], nil)); err != nil {
			return Blob{}, err
		}
		if end == io.EOF {
			return Blob{SHA256: hex.EncodeToString(sum.Sum(nil)), Size: size}, nil
		}
	}
}

// label makes each blob's cipher its own, so that a counter is a safe nonce.
func label(aad string, salt []byte) string { return "blob/" + hex.EncodeToString(salt) + "/" + aad }

// nonce counts the chunks and marks the last, so that none can be dropped,
// swapped or put at the end (the STREAM construction).
func nonce(a cipher.AEAD, n uint32, last bool) []byte {
	b := make([]byte, a.NonceSize())
	binary.BigEndian.PutUint32(b[len(b)-5:], n)
	if last {
		b[len(b)-1] = 1
	}
	return b
}

var isID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Get opens a blob for reading with its sealed size. A read fails with
// ErrDamaged before it gives a byte that was not written.
func (s *Store) Get(key Key, aad, id string) (io.ReadCloser, int64, error) {
	if !isID.MatchString(id) {
		return nil, 0, fs.ErrNotExist
	}
	f, err := os.Open(filepath.Join(s.dir, id[:2], id))
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	head := make([]byte, len(magic)+saltSize)
	if _, err := io.ReadFull(f, head); err != nil || string(head[:len(magic)]) != magic {
		f.Close()
		return nil, 0, ErrDamaged
	}
	a, err := key.Cipher(label(aad, head[len(magic):]))
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return &reader{f: f, in: bufio.NewReaderSize(f, chunkSize+a.Overhead()), a: a, sealed: make([]byte, chunkSize+a.Overhead())}, info.Size(), nil
}

type reader struct {
	f      *os.File
	in     *bufio.Reader
	a      cipher.AEAD
	n      uint32
	sealed []byte
	plain  []byte
	done   bool
}

// Read gives the plain bytes.
func (r *reader) Read(p []byte) (int, error) {
	for len(r.plain) == 0 {
		if r.done {
			return 0, io.EOF
		}
		k, err := io.ReadFull(r.in, r.sealed)
		if err != nil && err != io.ErrUnexpectedEOF {
			return 0, ErrDamaged // an end without the mark of the last chunk
		}
		_, end := r.in.Peek(1)
		last := end == io.EOF
		b, err := r.a.Open(r.sealed[:0:k], nonce(r.a, r.n, last), r.sealed[:k], nil)
		if err != nil {
			return 0, ErrDamaged
		}
		r.plain, r.done = b, last
		r.n++
		r.sealed = make([]byte, cap(r.sealed))
	}
	n := copy(p, r.plain)
	r.plain = r.plain[n:]
	return n, nil
}

// Close closes the file.
func (r *reader) Close() error { return r.f.Close() }

// Remove drops a blob; one that is gone already is no error.
func (s *Store) Remove(id string) error {
	if !isID.MatchString(id) {
		return fmt.Errorf("files: %q is no id", id)
	}
	err := os.Remove(filepath.Join(s.dir, id[:2], id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Sweep removes blobs written before an instant that kept does not claim, and
// what a crash left half-written. It gives how many went.
func (s *Store) Sweep(before time.Time, kept func(id string) (bool, error)) (int, error) {
	n := 0
	if s.dir == "" {
		return 0, nil
	}
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) || err == nil && !info.ModTime().Before(before) {
			return nil
		}
		if err != nil {
			return err
		}
		name := d.Name()
		switch {
		case filepath.Ext(name) == ".part":
		case isID.MatchString(name):
			if keep, err := kept(name); err != nil || keep {
				return err
			}
		default:
			return nil
		}
		n++
		return os.Remove(path)
	})
	return n, err
}
