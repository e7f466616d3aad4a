package proof

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// MaxReceipt is the most a receipt's JSON may measure, in bytes.
const MaxReceipt = 2048

// Receipt is what the worker holds: the promise, signed at acceptance, that his
// leaf stands in the log at an index, with what opens its commitment. Sealed is
// added once a checkpoint covers the leaf. It holds no name and no ID number,
// but who has it knows which number is whose.
type Receipt struct {
	Programme string
	N         int       // acceptance number
	Case      string    // the case's public code
	At        time.Time // of acceptance, milliseconds
	Place     string    // seat or waiting
	Rank      int       // in the waiting list at acceptance; 0 with a seat
	Leaf      string    // the accept leaf's bytes
	Index     int64     // of the leaf in the log
	Nonce     string    // 64 hex digits
	Private   string    // the fields that the leaf commits to
	BandLeaf  *int64    // index of his band leaf, if there is one
	Sig       string    // base64 Ed25519 over signed()
	Sealed    *Sealed   // nil until a checkpoint covers the leaf
}

// Sealed proves a leaf against a signed checkpoint.
type Sealed struct {
	Proof      string `json:"proof"`      // base64 of the proof's hashes in a row
	Checkpoint string `json:"checkpoint"` // signed note
}

// Seal packs an inclusion proof and the checkpoint it was made for.
func Seal(proof [][32]byte, checkpoint []byte) *Sealed {
	b := make([]byte, 0, 32*len(proof))
	for _, h := range proof {
		b = append(b, h[:]...)
	}
	return &Sealed{base64.StdEncoding.EncodeToString(b), string(checkpoint)}
}

func (s *Sealed) hashes() ([][32]byte, error) {
	b, err := base64.StdEncoding.DecodeString(s.Proof)
	if err != nil || len(b)%32 != 0 || len(b) > 63*32 {
		return nil, errors.New("proof: not base64 of hashes")
	}
	out := make([][32]byte, len(b)/32)
	for i := range out {
		copy(out[i][:], b[32*i:])
	}
	return out, nil
}

type wireReceipt struct {
	V         int     `json:"v"`
	Programme string  `json:"programme"`
	N         int     `json:"n"`
	Case      string  `json:"case"`
	At        string  `json:"at"`
	Place     string  `json:"place"`
	Rank      int     `json:"rank,omitempty"`
	Leaf      string  `json:"leaf"`
	Index     int64   `json:"index"`
	Nonce     string  `json:"nonce"`
	Private   string  `json:"private"`
	BandLeaf  *int64  `json:"band_leaf,omitempty"`
	Sig       string  `json:"sig"`
	Sealed    *Sealed `json:"sealed,omitempty"`
}

// MarshalJSON gives the receipt as it stands in a file or in a page; characters
// that end a script element are escaped.
func (r Receipt) MarshalJSON() ([]byte, error) {
	return json.Marshal(wireReceipt{
		1, r.Programme, r.N, r.Case, r.At.UTC().Format(TimeLayout), r.Place, r.Rank, r.Leaf, r.Index, r.Nonce, r.Private, r.BandLeaf, r.Sig, r.Sealed,
	})
}

// UnmarshalJSON refuses unknown fields and another version.
func (r *Receipt) UnmarshalJSON(b []byte) error {
	var w wireReceipt
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&w); err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("receipt: something stands after it")
	}
	at, err := time.Parse(TimeLayout, w.At)
	if err != nil || w.V != 1 {
		return errors.New("receipt: version or instant of another form")
	}
	*r = Receipt{w.Programme, w.N, w.Case, at, w.Place, w.Rank, w.Leaf, w.Index, w.Nonce, w.Private, w.BandLeaf, w.Sig, w.Sealed}
	return nil
}

// ParseReceipt reads a receipt from a file.
func ParseReceipt(b []byte) (Receipt, error) {
	var r Receipt
	if len(b) > 2*MaxReceipt {
		return r, errors.New("receipt: too long")
	}
	err := r.UnmarshalJSON(b)
	return r, err
}

// signed is what the signature covers: eleven values, each on its own line,
// after a line that names the format. The leaf and the private fields are one
// line each by their own form.
func (r *Receipt) signed() []byte {
	band := "-"
	if r.BandLeaf != nil {
		band = strconv.FormatInt(*r.BandLeaf, 10)
	}
	return []byte(strings.Join([]string{
		"yuanmeng receipt v1", r.Programme, strconv.Itoa(r.N), r.Case, r.At.UTC().Format(TimeLayout), r.Place, strconv.Itoa(r.Rank),
		r.Leaf, strconv.FormatInt(r.Index, 10), r.Nonce, r.Private, band, "",
	}, "\n"))
}

func (r *Receipt) oneLine() bool {
	for _, s := range []string{r.Programme, r.Case, r.Place, r.Leaf, r.Nonce, r.Private} {
		if s == "" || strings.ContainsAny(s, "\r\n") {
			return false
		}
	}
	return true
}

// SignReceipt gives the receipt with its signature. It panics on a field that
// is empty or holds a line end: all are of the program's own making.
func SignReceipt(r Receipt, key ed25519.PrivateKey) Receipt {
	if !r.oneLine() {
		panic("receipt: a field is empty or has several lines")
	}
	r.At = r.At.UTC().Truncate(time.Millisecond)
	r.Sig = base64.StdEncoding.EncodeToString(ed25519.Sign(key, r.signed()))
	return r
}

// CheckReceipt checks a receipt against the installation's key. Each thing that
// does not hold is one finding; none means that all holds. A receipt without
// Sealed is a signed promise only, which is no finding.
func CheckReceipt(r Receipt, pub ed25519.PublicKey) []Finding {
	var out []Finding
	add := func(name, text string) { out = append(out, Finding{Name: name, Text: text}) }
	sig, err := base64.StdEncoding.DecodeString(r.Sig)
	if err != nil || !r.oneLine() || len(pub) != ed25519.PublicKeySize || !ed25519.Verify(pub, r.signed(), sig) {
		add("signature", "回执的签名不对：内容被改过，或者不是用这把钥匙签的。")
	}
	l, err := ParseLeaf([]byte(r.Leaf))
	switch {
	case err != nil || l.Kind != "accept":
		add("leaf", "回执里的记录不是一条受理记录。")
	default:
		if l.Programme != r.Programme {
			add("programme", "回执和记录不属于同一个项目。")
		}
		if l.N != r.N {
			add("number", fmt.Sprintf("回执上是%d号，记录里是%d号。", r.N, l.N))
		}
		if !l.At.Equal(r.At) {
			add("time", "回执上的受理时间和记录里的不一样。")
		}
		nonce, err := parseNonce(r.Nonce)
		if err != nil || Commit("accept", nonce, []byte(r.Private)) != l.C {
			add("commitment", "回执里的资料算不出记录里的承诺值。")
		}
	}
	if r.Place != "seat" && r.Place != "waiting" || r.Place == "waiting" && r.Rank < 1 || r.Place == "seat" && r.Rank != 0 {
		add("place", "回执上的位置（名额或候补）写得不对。")
	}
	if r.Sealed != nil {
		out = append(out, r.Sealed.check(r.Programme, r.Index, []byte(r.Leaf), pub)...)
	}
	return out
}

// check checks a leaf's proof against its checkpoint.
func (s *Sealed) check(programme string, index int64, leaf []byte, pub ed25519.PublicKey) []Finding {
	c, err := OpenCheckpoint([]byte(s.Checkpoint), pub)
	if err != nil || !ofProgramme(c.Origin, programme) {
		return []Finding{{Name: "checkpoint", Text: "回执所附检查点的签名不对，或者不是这个项目的。"}}
	}
	p, err := s.hashes()
	if err != nil || CheckInclusion(p, c.Size, c.Root, index, leaf) != nil {
		return []Finding{{Name: "inclusion", Text: "这条记录不在检查点所指的公开记录里。"}}
	}
	return nil
}

// NoticeCode stands in a published list instead of the acceptance number: 8
// letters or digits (base32) of the SHA-256 over the nonce, the word notice and
// the number. The worker finds himself by it; nobody else can tie the name to
// a place in the log.
func NoticeCode(nonce [32]byte, n int) string {
	h := sum(append(append(nonce[:], "notice"...), strconv.Itoa(n)...))
	return base32.StdEncoding.EncodeToString(h[:5])
}
