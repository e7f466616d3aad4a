package files

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
	"time"
)

// key is a cipher for each label, from one byte.
type key byte

// Cipher derives a key from the label.
func (k key) Cipher(label string) (cipher.AEAD, error) {
	h := sha256.Sum256(append([]byte{byte(k)}, label...))
	b, err := aes.NewCipher(h[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(b)
}

func open(t *testing.T) *Store {
	t.Helper()
	s, err := New(filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func read(t *testing.T, s *Store, k Key, aad, id string) ([]byte, error) {
	t.Helper()
	r, _, err := s.Get(k, aad, id)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(iotest.OneByteReader(r))
}

func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7)
	}
	return b
}

func TestPutAndGet(t *testing.T) {
	s := open(t)
	for _, n := range []int{0, 1, chunkSize - 1, chunkSize, chunkSize + 1, 3*chunkSize + 5} {
		want := pattern(n)
		b, err := s.Put(key(1), "row", iotest.HalfReader(bytes.NewReader(want)), 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(want)
		if b.Size != int64(n) || b.SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("%d bytes: %+v", n, b)
		}
		got, err := read(t, s, key(1), "row", b.ID)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: came back as %d, %v", n, len(got), err)
		}
		if _, err := read(t, s, key(1), "other", b.ID); !errors.Is(err, ErrDamaged) {
			t.Errorf("%d bytes: opened for another row: %v", n, err)
		}
		if _, err := read(t, s, key(2), "row", b.ID); !errors.Is(err, ErrDamaged) {
			t.Errorf("%d bytes: opened with another key: %v", n, err)
		}
	}
}

func TestPut_TooLargeOrBrokenLeavesNothing(t *testing.T) {
	s := open(t)
	if _, err := s.Put(key(1), "row", bytes.NewReader(pattern(101)), 100); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	if _, err := s.Put(key(1), "row", bytes.NewReader(pattern(100)), 100); err != nil {
		t.Errorf("just right: %v", err)
	}
	broken := errors.New("the network went away")
	if _, err := s.Put(key(1), "row", io.MultiReader(bytes.NewReader(pattern(10)), iotest.ErrReader(broken)), 100); !errors.Is(err, broken) {
		t.Errorf("broken: %v", err)
	}
	n := 0
	filepath.WalkDir(s.dir, func(_ string, d fs.DirEntry, _ error) error {
		if !d.IsDir() {
			n++
		}
		return nil
	})
	if n != 1 {
		t.Errorf("%d files on the disk, want the good one", n)
	}
}

func TestGet_FindsEveryChange(t *testing.T) {
	s := open(t)
	b, err := s.Put(key(1), "row", bytes.NewReader(pattern(2*chunkSize+10)), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(s.dir, b.ID[:2], b.ID)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const head, sealed = 4 + saltSize, chunkSize + 16
	swapped := bytes.Clone(whole)
	copy(swapped[head:], whole[head+sealed:head+2*sealed])
	copy(swapped[head+sealed:], whole[head:head+sealed])
	for name, x := range map[string][]byte{
		"cut at a chunk":   whole[:head+sealed],
		"cut in a chunk":   whole[:head+sealed+100],
		"no chunk":         whole[:head],
		"no head":          whole[:3],
		"chunks swapped":   swapped,
		"something behind": append(bytes.Clone(whole), 0),
		"first byte":       append([]byte{'x'}, whole[1:]...),
	} {
		if err := os.WriteFile(file, x, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := read(t, s, key(1), "row", b.ID); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: read %d bytes, %v", name, len(got), err)
		}
	}
}

func TestGet_TakesOnlyIds(t *testing.T) {
	s := open(t)
	if err := os.WriteFile(filepath.Join(s.dir, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"", "../secret", "secret", "/etc/passwd", "00000000000000000000000000000000", "ABCDEF00000000000000000000000000"} {
		if _, _, err := s.Get(key(1), "row", id); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", id, err)
		}
		if id != "" && len(id) != 32 && s.Remove(id) == nil {
			t.Errorf("%q was removed", id)
		}
	}
}

func TestSweep(t *testing.T) {
	s := open(t)
	keep, err := s.Put(key(1), "row", bytes.NewReader([]byte("a")), 10)
	if err != nil {
		t.Fatal(err)
	}
	drop, err := s.Put(key(1), "row", bytes.NewReader([]byte("b")), 10)
	if err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(s.dir, "ab")
	if err := os.MkdirAll(half, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(half, "x.part"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	kept := func(id string) (bool, error) { return id == keep.ID, nil }
	if n, err := s.Sweep(time.Now().Add(-time.Hour), kept); n != 0 || err != nil {
		t.Errorf("young files went: %d %v", n, err)
	}
	if n, err := s.Sweep(time.Now().Add(time.Hour), kept); n != 2 || err != nil {
		t.Errorf("swept %d, %v; want the orphan and the half-written one", n, err)
	}
	if _, err := read(t, s, key(1), "row", keep.ID); err != nil {
		t.Error(err)
	}
	if _, err := read(t, s, key(1), "row", drop.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the orphan is still there: %v", err)
	}
	if n, err := (&Store{}).Sweep(time.Now(), kept); n != 0 || err != nil {
		t.Errorf("a store without a folder: %d %v", n, err)
	}
	if err := s.Remove(keep.ID); err != nil {
		t.Error(err)
	}
	if err := s.Remove(keep.ID); err != nil {
		t.Errorf("removed twice: %v", err)
	}
}
