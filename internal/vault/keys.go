// Package vault seals what is sensitive. One key file outside the database
// holds the master secret; everything else is derived from it by purpose: the
// key that wraps each case's data key, the key of the blind indexes, the
// signers. A case's data key seals its answers and files; destroying the
// wrapped key erases them.
package vault

import (
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Keys are the installation's secrets, derived once from the master secret.
type Keys struct {
	wrap   cipher.AEAD // wraps data keys
	own    cipher.AEAD // seals what belongs to no case: phones, TOTP secrets
	index  []byte
	master []byte
}

const (
	masterSize = 32
	fileHead   = "yuanmeng key v1 "
)

// New derives the keys of a master secret of 32 bytes.
func New(master []byte) (*Keys, error) {
	if len(master) != masterSize {
		return nil, fmt.Errorf("vault: a master secret has %d bytes, not %d", masterSize, len(master))
	}
	k := &Keys{master: append([]byte(nil), master...)}
	k.wrap = aead(derive(master, "wrap"))
	k.own = aead(derive(master, "own"))
	k.index = derive(master, "index")
	return k, nil
}

// Random makes keys that live only in memory, for tests and measurements.
func Random() *Keys {
	k, err := New(fresh(masterSize))
	if err != nil {
		panic(err) // the size is ours
	}
	return k
}

// LoadFile reads the key file. It refuses one that others on the machine may
// read: the file is all that stands between a stolen database and its people.
func LoadFile(path string) (*Keys, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("key file %s may be read by others: set its mode to 0600", path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	text, ok := strings.CutPrefix(strings.TrimSpace(string(b)), fileHead)
	if !ok {
		return nil, fmt.Errorf("key file %s is not one of this program", path)
	}
	master, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("key file %s is damaged", path)
	}
	return New(master)
}

// CreateFile makes a key file with a new master secret, mode 0600, durable
// before it returns. An existing file is never replaced.
func CreateFile(path string) (*Keys, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	master := fresh(masterSize)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.WriteString(fileHead + base64.StdEncoding.EncodeToString(master) + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return nil, err
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return nil, err
	}
	return New(master)
}

// OpenFile loads the key file, or makes it when there is none.
func OpenFile(path string) (*Keys, error) {
	k, err := LoadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return CreateFile(path)
	}
	return k, err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Fingerprint names the keys without telling them: a database remembers it and
// refuses another key file.
func (k *Keys) Fingerprint() string { return hex.EncodeToString(derive(k.master, "fingerprint")[:8]) }

// Index is the keyed blind index of a value: 64 hex digits. The same value
// gives the same index for one purpose and another for every other purpose.
func (k *Keys) Index(purpose, value string) string {
	m := hmac.New(sha256.New, k.index)
	m.Write([]byte(purpose))
	m.Write([]byte{0})
	m.Write([]byte(value))
	return hex.EncodeToString(m.Sum(nil))
}

// Seal seals a value that belongs to no case. aad binds it to its row.
func (k *Keys) Seal(aad string, plain []byte) []byte { return seal(k.own, aad, plain) }

// Open opens what Seal gave, for the same aad only.
func (k *Keys) Open(aad string, sealed []byte) ([]byte, error) { return unseal(k.own, aad, sealed) }

// Signer is the Ed25519 key of a name: the same master gives the same signer.
func (k *Keys) Signer(name string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(derive(k.master, "signer/"+name))
}

func derive(master []byte, purpose string) []byte {
	b, err := hkdf.Key(sha256.New, master, nil, "yuanmeng/v1/"+purpose, 32)
	if err != nil {
		panic(err) // 32 bytes is far below HKDF's limit
	}
	return b
}

func fresh(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: it ends the process instead
	return b
}
