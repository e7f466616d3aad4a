package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
)

// algAESGCM is the first byte of everything sealed, so that another algorithm
// can come without guessing (agility: AES to SM4).
const algAESGCM = 1

// ErrSealed says that a value cannot be opened: the wrong key, the wrong row or
// a changed byte. Which of them is not told.
var ErrSealed = errors.New("vault: the value cannot be opened with this key for this row")

// ErrErased says that the data key is gone: the case was erased.
var ErrErased = errors.New("vault: the data key was destroyed")

func aead(key []byte) cipher.AEAD {
	b, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // 32 bytes always make a cipher
	}
	g, err := cipher.NewGCM(b)
	if err != nil {
		panic(err)
	}
	return g
}

// seal gives algorithm byte, nonce, ciphertext with tag.
func seal(a cipher.AEAD, aad string, plain []byte) []byte {
	n := a.NonceSize()
	out := make([]byte, 1+n, 1+n+len(plain)+a.Overhead())
	out[0] = algAESGCM
	copy(out[1:], fresh(n))
	return a.Seal(out, out[1:1+n], plain, []byte(aad))
}

func unseal(a cipher.AEAD, aad string, sealed []byte) ([]byte, error) {
	n := a.NonceSize()
	if len(sealed) < 1+n+a.Overhead() || sealed[0] != algAESGCM {
		return nil, ErrSealed
	}
	b, err := a.Open(nil, sealed[1:1+n], sealed[1+n:], []byte(aad))
	if err != nil {
		return nil, ErrSealed
	}
	return b, nil
}

// DataKey seals everything of one case. The zero value opens nothing.
type DataKey struct {
	raw  []byte
	aead cipher.AEAD
}

// NewDataKey makes a data key and its wrapped form, bound to aad.
func (k *Keys) NewDataKey(aad string) (DataKey, []byte, error) {
	raw := fresh(32)
	return DataKey{raw, aead(raw)}, seal(k.wrap, aad, raw), nil
}

// Unwrap opens a wrapped data key. An empty one was erased.
func (k *Keys) Unwrap(aad string, wrapped []byte) (DataKey, error) {
	if len(wrapped) == 0 {
		return DataKey{}, ErrErased
	}
	raw, err := unseal(k.wrap, aad, wrapped)
	if err != nil {
		return DataKey{}, err
	}
	return DataKey{raw, aead(raw)}, nil
}

// Seal seals a value of the case; aad binds it to its row.
func (d DataKey) Seal(aad string, plain []byte) []byte { return seal(d.aead, aad, plain) }

// Open opens what Seal gave, for the same aad only.
func (d DataKey) Open(aad string, sealed []byte) ([]byte, error) {
	if d.aead == nil {
		return nil, ErrErased
	}
	return unseal(d.aead, aad, sealed)
}

// Nonce derives 32 secret bytes for a label: the nonce of a commitment in the
// public log. It lives as long as the key and cannot be guessed without it.
func (d DataKey) Nonce(label string) (n [32]byte) {
	m := hmac.New(sha256.New, d.raw)
	m.Write([]byte("nonce"))
	m.Write([]byte{0})
	m.Write([]byte(label))
	copy(n[:], m.Sum(nil))
	return n
}

// Cipher is a cipher of its own for one stream of chunks (package files).
func (d DataKey) Cipher(label string) (cipher.AEAD, error) {
	if d.aead == nil {
		return nil, ErrErased
	}
	m := hmac.New(sha256.New, d.raw)
	m.Write([]byte("cipher"))
	m.Write([]byte{0})
	m.Write([]byte(label))
	return aead(m.Sum(nil)), nil
}
