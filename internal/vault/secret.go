package vault

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"runtime"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"golang.org/x/crypto/argon2"
)

// Token makes a secret for a link or a cookie, 256 bits, and the hash that is
// stored in its place.
func Token() (token, hash string) {
	token = base64.RawURLEncoding.EncodeToString(fresh(32))
	return token, HashToken(token)
}

// HashToken is the stored form of a token: SHA-256 is enough for 256 random bits.
func HashToken(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

// Code6 is a one-time code of six digits, each equally likely.
func Code6() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // the reader never fails: it ends the process instead
	}
	return fmt.Sprintf("%06d", n)
}

// Argon2id with 19 MiB and 2 passes (OWASP's first choice for it).
const (
	argonMemory = 19 * 1024 // KiB
	argonTime   = 2
	argonSize   = 32
)

// hashing lets at most as many hashes run at once as there are cores, so that a
// flood of sign-ins costs waiting and not memory.
var hashing = make(chan struct{}, runtime.NumCPU())

func argon(password string, salt []byte) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, 1, argonSize)
}

// HashPassword is the stored form of a password: PHC text with its parameters.
func HashPassword(password string) string {
	salt := fresh(16)
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=1$%s$%s", argonMemory, argonTime,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(argon(password, salt)))
}

// CheckPassword compares a password with its stored form.
func CheckPassword(stored, password string) bool {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[3] != fmt.Sprintf("m=%d,t=%d,p=1", argonMemory, argonTime) {
		CheckNoOne(password)
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil {
		CheckNoOne(password)
		return false
	}
	return subtle.ConstantTimeCompare(argon(password, salt), want) == 1
}

// CheckNoOne takes as long as CheckPassword and never agrees: an unknown login
// is not to be told from a known one by the clock.
func CheckNoOne(password string) { argon(password, make([]byte, 16)) }

const totpStep = 30 // seconds, RFC 6238

// NewTOTP makes a secret for an authenticator and the address in its QR.
func NewTOTP(issuer, account string) (secret, uri string) {
	secret = strings.TrimRight(b32.EncodeToString(fresh(20)), "=")
	return secret, TOTPAddress(issuer, account, secret)
}

// TOTPAddress is what the QR of an authenticator's secret holds.
func TOTPAddress(issuer, account, secret string) string {
	return fmt.Sprintf("otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=SHA1&digits=6&period=%d",
		escape(issuer), escape(account), secret, escape(issuer), totpStep)
}

// CheckTOTP checks a code at an instant of the machine clock, one step to either
// side, and gives the step it belongs to. A step that was used before, or an
// earlier one, is refused: last is the newest used.
func CheckTOTP(secret, code string, now time.Time, last int64) (step int64, ok bool) {
	here := now.Unix() / totpStep
	for _, s := range []int64{here, here - 1, here + 1} {
		want, err := hotp.GenerateCodeCustom(secret, uint64(s), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, false
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return s, s > last
		}
	}
	return 0, false
}

// TOTPCode is the code of a secret at an instant, for the demo's page of
// sign-ins and for tests.
func TOTPCode(secret string, at time.Time) (string, error) {
	return hotp.GenerateCodeCustom(secret, uint64(at.Unix()/totpStep), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
}
