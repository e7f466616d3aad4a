package vault

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestKeyFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "deep", "key")
	made, err := OpenFile(file)
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if made.Fingerprint() != again.Fingerprint() || made.Index("a", "b") != again.Index("a", "b") || !bytes.Equal(made.Signer("x"), again.Signer("x")) {
		t.Error("the same file gives other keys")
	}
	if Random().Fingerprint() == made.Fingerprint() {
		t.Error("two installations share their keys")
	}
	if _, err := CreateFile(file); !errors.Is(err, os.ErrExist) {
		t.Errorf("an existing key file was replaced: %v", err)
	}
	for _, bad := range []string{"", "yuanmeng key v1 ", "yuanmeng key v1 AAAA", "yuanmeng key v1 !!!", "-----BEGIN PRIVATE KEY-----"} {
		if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadFile(file); err == nil {
			t.Errorf("the file %q was taken for keys", bad)
		}
	}
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadFile(file); err == nil || !strings.Contains(err.Error(), "0600") {
		t.Errorf("a file that others read: %v", err)
	}
}

func TestSeal_OpensOnlyWhereItBelongs(t *testing.T) {
	k := Random()
	s := k.Seal("row/1", []byte("value"))
	if b, err := k.Open("row/1", s); err != nil || string(b) != "value" {
		t.Fatalf("%q %v", b, err)
	}
	if bytes.Equal(s, k.Seal("row/1", []byte("value"))) {
		t.Error("the same value sealed twice looks the same")
	}
	for name, f := range map[string]func() ([]byte, error){
		"another row":    func() ([]byte, error) { return k.Open("row/2", s) },
		"another key":    func() ([]byte, error) { return Random().Open("row/1", s) },
		"cut":            func() ([]byte, error) { return k.Open("row/1", s[:len(s)-1]) },
		"empty":          func() ([]byte, error) { return k.Open("row/1", nil) },
		"other alg byte": func() ([]byte, error) { return k.Open("row/1", append([]byte{9}, s[1:]...)) },
	} {
		if b, err := f(); !errors.Is(err, ErrSealed) {
			t.Errorf("%s: %q %v", name, b, err)
		}
	}
	for i := range s {
		x := bytes.Clone(s)
		x[i] ^= 1
		if _, err := k.Open("row/1", x); !errors.Is(err, ErrSealed) {
			t.Fatalf("byte %d changed and it opened", i)
		}
	}
}

func TestDataKey_ErasedIsGone(t *testing.T) {
	k := Random()
	d, wrapped, err := k.NewDataKey("case/1")
	if err != nil {
		t.Fatal(err)
	}
	s := d.Seal("x", []byte("value"))
	back, err := k.Unwrap("case/1", wrapped)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := back.Open("x", s); err != nil || string(b) != "value" || back.Nonce("l") != d.Nonce("l") || back.Nonce("l") == back.Nonce("m") {
		t.Errorf("%q %v", b, err)
	}
	if _, err := k.Unwrap("case/2", wrapped); !errors.Is(err, ErrSealed) {
		t.Errorf("a key moved to another case: %v", err)
	}
	if _, err := k.Unwrap("case/1", nil); !errors.Is(err, ErrErased) {
		t.Errorf("an erased key: %v", err)
	}
	var none DataKey
	if _, err := none.Open("x", s); !errors.Is(err, ErrErased) {
		t.Errorf("no key: %v", err)
	}
	if _, err := none.Cipher("x"); !errors.Is(err, ErrErased) {
		t.Errorf("no cipher: %v", err)
	}
}

func TestIndex_KeepsPurposesApart(t *testing.T) {
	k := Random()
	if k.Index("a", "bc") == k.Index("ab", "c") || k.Index("a", "b") == k.Index("c", "b") || len(k.Index("a", "b")) != 64 {
		t.Error("two purposes share an index")
	}
}

func TestPassword(t *testing.T) {
	h := HashPassword("一句很长的话")
	if !CheckPassword(h, "一句很长的话") || CheckPassword(h, "一句很长的") || CheckPassword("", "x") || CheckPassword("$argon2id$v=19$m=1,t=1,p=1$AA$AA", "x") || CheckPassword("$argon2id$v=19$m=19456,t=2,p=1$!$!", "x") {
		t.Error("passwords are compared wrongly")
	}
	if h == HashPassword("一句很长的话") {
		t.Error("two hashes share their salt")
	}
	if !strings.HasPrefix(h, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("parameters: %s", h)
	}
}

// A flood of sign-ins hashes no more at once than there are cores.
func TestPassword_BoundsWhatRunsAtOnce(t *testing.T) {
	for range cap(hashing) {
		hashing <- struct{}{}
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { CheckNoOne("x"); close(done) })
	select {
	case <-done:
		t.Error("one more ran while all places were taken")
	default:
	}
	for range cap(hashing) {
		<-hashing
	}
	wg.Wait()
}

// The vectors of RFC 6238, appendix B, cut to six digits.
func TestTOTP(t *testing.T) {
	secret := b32.EncodeToString([]byte("12345678901234567890"))
	for at, code := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"} {
		now := time.Unix(at, 0)
		step, ok := CheckTOTP(secret, code, now, 0)
		if !ok || step != at/30 {
			t.Errorf("%d: step %d %v", at, step, ok)
		}
		if _, ok := CheckTOTP(secret, code, now, step); ok {
			t.Errorf("%d: a code was taken twice", at)
		}
		if _, ok := CheckTOTP(secret, code, now.Add(61*time.Second), 0); ok {
			t.Errorf("%d: a code of two steps ago was taken", at)
		}
		if _, ok := CheckTOTP(secret, "000000", now, 0); ok {
			t.Errorf("%d: a wrong code was taken", at)
		}
		if got, err := TOTPCode(secret, now); err != nil || got != code {
			t.Errorf("%d: %s %v", at, got, err)
		}
	}
	s, uri := NewTOTP("圆梦", "zhang.san")
	if len(s) != 32 || !strings.HasPrefix(uri, "otpauth://totp/") || !strings.Contains(uri, "secret="+s) {
		t.Errorf("%s %s", s, uri)
	}
}

func TestCodesAndTokens(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		c := Code6()
		if len(c) != 6 || strings.Trim(c, "0123456789") != "" {
			t.Fatalf("code %q", c)
		}
		token, hash := Token()
		if seen[token] || HashToken(token) != hash || len(token) < 40 {
			t.Fatal("tokens repeat or do not hash")
		}
		seen[token] = true
	}
}

func FuzzOpen(f *testing.F) {
	k, err := New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{1}, "row")
	f.Add(k.Seal("other", []byte("x")), "row")
	f.Fuzz(func(t *testing.T, sealed []byte, aad string) {
		if b, err := k.Open(aad, sealed); err == nil && !(aad == "other" && string(b) == "x") {
			t.Errorf("opened %s", hex.EncodeToString(sealed))
		}
	})
}
