package proof

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Checkpoint is the head of a log at an instant.
type Checkpoint struct {
	Origin string // names the log and its key: no space, no plus sign
	Size   int64
	Root   [32]byte
	At     time.Time // milliseconds
}

// Origin is the origin of a programme's log at an installation. The host is the
// installation's public name.
func Origin(host, programme string) string { return host + "/" + programme }

// ofProgramme says whether a checkpoint of this origin may speak for a programme.
func ofProgramme(origin, programme string) bool {
	return origin == programme || strings.HasSuffix(origin, "/"+programme)
}

type noteSigner struct {
	note.Verifier
	key ed25519.PrivateKey
}

func (s noteSigner) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.key, msg), nil }

func noteVerifier(origin string, pub ed25519.PublicKey) (note.Verifier, error) {
	vkey, err := note.NewEd25519VerifierKey(origin, pub)
	if err != nil {
		return nil, err
	}
	return note.NewVerifier(vkey)
}

// text is the checkpoint's body: origin, size, root, and as an extension line
// the instant.
func (c Checkpoint) text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + base64.StdEncoding.EncodeToString(c.Root[:]) +
		"\nat " + c.At.UTC().Format(TimeLayout) + "\n"
}

// SignCheckpoint gives the checkpoint as a signed note (C2SP tlog-checkpoint,
// Ed25519). It panics when the origin or the key cannot be used: both are of
// the installation's own making and checked at its start.
func SignCheckpoint(c Checkpoint, key ed25519.PrivateKey) []byte {
	v, err := noteVerifier(c.Origin, key.Public().(ed25519.PublicKey))
	if err != nil {
		panic(fmt.Sprintf("checkpoint of %q: %v", c.Origin, err))
	}
	b, err := note.Sign(&note.Note{Text: c.text()}, noteSigner{v, key})
	if err != nil {
		panic(fmt.Sprintf("checkpoint of %q: %v", c.Origin, err))
	}
	return b
}

// OpenCheckpoint reads a signed checkpoint and checks its signature. Further
// signatures of witnesses are allowed and not checked.
func OpenCheckpoint(text []byte, pub ed25519.PublicKey) (Checkpoint, error) {
	origin, _, _ := strings.Cut(string(text), "\n")
	v, err := noteVerifier(origin, pub)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	n, err := note.Open(text, note.VerifierList(v))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	return parseCheckpoint(n.Text)
}

func parseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 || lines[4] != "" || !strings.HasPrefix(lines[3], "at ") {
		return Checkpoint{}, errors.New("checkpoint: not four lines")
	}
	c := Checkpoint{Origin: lines[0]}
	var err error
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 {
		return Checkpoint{}, errors.New("checkpoint: malformed size")
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != 32 {
		return Checkpoint{}, errors.New("checkpoint: malformed root")
	}
	copy(c.Root[:], root)
	if c.At, err = time.Parse(TimeLayout, lines[3][3:]); err != nil {
		return Checkpoint{}, errors.New("checkpoint: malformed instant")
	}
	if c.text() != text {
		return Checkpoint{}, errors.New("checkpoint: not in the canonical form")
	}
	return c, nil
}

// KeyName is a short name of a public key, for people to compare with the one
// in print: 16 hex digits of its SHA-256 in groups of four.
func KeyName(pub ed25519.PublicKey) string {
	h := sum(pub)
	x := binary.BigEndian.Uint64(h[:8])
	return fmt.Sprintf("%04x %04x %04x %04x", x>>48, x>>32&0xffff, x>>16&0xffff, x&0xffff)
}
