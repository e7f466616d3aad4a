package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// LeafVersion is the only version of a leaf that is written and read.
const LeafVersion = 1

// TimeLayout is how every instant of this package is written: UTC, milliseconds.
const TimeLayout = "2006-01-02T15:04:05.000Z"

// Leaf is one public leaf of a programme's log. Which fields a kind carries is
// checked by ParseLeaf; nothing in a leaf says who a number is or why it moved.
type Leaf struct {
	V         int    // LeafVersion
	Programme string // id of the programme
	Txn       int64  // number of the transaction, from 1 without a gap
	I         int    // position in the transaction, from 0
	Kind      string // rules, accept, amend, seat, confirm …
	At        time.Time

	N int // acceptance number, where the kind names one

	// Of a rules leaf.
	Cap, Max     int
	PromoteUntil *time.Time
	PlanHash     string // hex SHA-256 of the programme's folder
	Version      int

	Open  *Opening // of an open leaf
	Epoch *Epoch   // of an epoch leaf

	// Of a notice leaf.
	List        string // hex SHA-256 of the published list
	Rows        int
	From, Until *time.Time

	C string // hex commitment to what the leaf hides
}

// Opening shows what an earlier band leaf committed to, so that anybody can
// compute the commitment again.
type Opening struct {
	Index   int64  // of the band leaf in the log
	Band    int    // 0, 1 or 2
	Nonce   string // 64 hex digits
	Private string // the committed fields, a JSON object with at least n and band
}

// Epoch says what a log lost when it was put back from a backup. It is the only
// way in which leaves that were signed may be missing, or numbers be passed over.
type Epoch struct {
	Kept int64 // leaves of the restored log, so the index of this leaf
	// The newest checkpoint that anybody still had; its leaves from Kept on are
	// lost. Size 0: nobody had one.
	Size int64
	Root string // base64, as it stands in the checkpoint
	// The numbers that may have been given before the loss and are never given
	// again; both 0 where none can have been.
	From, To int
}

// What a kind carries. A leaf with a field that its kind does not have could
// smuggle something past a reader, so it is refused.
const (
	hasN = 1 << iota
	hasRules
	hasOpen
	hasNotice
	hasC
	mayN // n may be left out
	hasEpoch
)

var kinds = map[string]int{
	"rules":      hasRules,
	"accept":     hasN | hasC,
	"amend":      hasC,
	"seat":       hasN | hasC,
	"confirm":    hasC,
	"unconfirm":  hasC,
	"consume":    hasC,
	"leave":      hasN | hasC,
	"suspend":    hasN | hasC,
	"resume":     hasN | hasC,
	"band":       hasC,
	"open":       hasN | hasOpen,
	"reinstate":  hasN | hasC,
	"notice":     hasNotice | hasC | mayN,
	"endwaiting": 0,
	"batch":      hasC,
	"epoch":      hasEpoch,
	"event":      hasC, // of the audit log only
}

// Bytes is the canonical form of the leaf: one line of JSON without the line
// end, fields in fixed order, empty ones left out. It is what the log hashes.
func (l Leaf) Bytes() []byte { return l.appendTo(make([]byte, 0, 256)) }

func (l *Leaf) appendTo(b []byte) []byte {
	b = append(b, `{"v":`...)
	b = strconv.AppendInt(b, int64(l.V), 10)
	b = append(b, `,"programme":`...)
	b = appendString(b, l.Programme)
	b = append(b, `,"txn":`...)
	b = strconv.AppendInt(b, l.Txn, 10)
	b = append(b, `,"i":`...)
	b = strconv.AppendInt(b, int64(l.I), 10)
	b = append(b, `,"kind":`...)
	b = appendString(b, l.Kind)
	b = append(b, `,"at":"`...)
	b = l.At.UTC().AppendFormat(b, TimeLayout)
	b = append(b, '"')
	b = appendInt(b, "n", l.N)
	b = appendInt(b, "cap", l.Cap)
	b = appendInt(b, "max", l.Max)
	b = appendTime(b, "promote_until", l.PromoteUntil)
	b = appendText(b, "plan_hash", l.PlanHash)
	b = appendInt(b, "version", l.Version)
	if o := l.Open; o != nil {
		b = append(b, `,"open":{"index":`...)
		b = strconv.AppendInt(b, o.Index, 10)
		b = append(b, `,"band":`...)
		b = strconv.AppendInt(b, int64(o.Band), 10)
		b = append(b, `,"nonce":`...)
		b = appendString(b, o.Nonce)
		b = append(b, `,"private":`...)
		b = appendString(b, o.Private)
		b = append(b, '}')
	}
	if e := l.Epoch; e != nil {
		b = append(b, `,"epoch":{"kept":`...)
		b = strconv.AppendInt(b, e.Kept, 10)
		if e.Size != 0 {
			b = append(b, `,"size":`...)
			b = strconv.AppendInt(b, e.Size, 10)
		}
		b = appendText(b, "root", e.Root)
		b = appendInt(b, "from", e.From)
		b = appendInt(b, "to", e.To)
		b = append(b, '}')
	}
	b = appendText(b, "list", l.List)
	b = appendInt(b, "rows", l.Rows)
	b = appendTime(b, "from", l.From)
	b = appendTime(b, "until", l.Until)
	b = appendText(b, "c", l.C)
	return append(b, '}')
}

func appendKey(b []byte, key string) []byte {
	b = append(b, ',', '"')
	b = append(b, key...)
	return append(b, '"', ':')
}

func appendInt(b []byte, key string, v int) []byte {
	if v == 0 {
		return b
	}
	return strconv.AppendInt(appendKey(b, key), int64(v), 10)
}

func appendText(b []byte, key, v string) []byte {
	if v == "" {
		return b
	}
	return appendString(appendKey(b, key), v)
}

func appendTime(b []byte, key string, v *time.Time) []byte {
	if v == nil {
		return b
	}
	b = append(appendKey(b, key), '"')
	b = v.UTC().AppendFormat(b, TimeLayout)
	return append(b, '"')
}

// appendString quotes a string as the canonical form wants it: only the quote,
// the backslash and control characters are escaped, the latter as \u00xx.
func appendString(b []byte, s string) []byte {
	const digits = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
			i++
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
			i++
		case c < utf8.RuneSelf:
			b = append(b, c)
			i++
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r) // broken bytes become U+FFFD
			i += n
		}
	}
	return append(b, '"')
}

type wireLeaf struct {
	V            int          `json:"v"`
	Programme    string       `json:"programme"`
	Txn          int64        `json:"txn"`
	I            int          `json:"i"`
	Kind         string       `json:"kind"`
	At           string       `json:"at"`
	N            int          `json:"n"`
	Cap          int          `json:"cap"`
	Max          int          `json:"max"`
	PromoteUntil string       `json:"promote_until"`
	PlanHash     string       `json:"plan_hash"`
	Version      int          `json:"version"`
	Open         *wireOpening `json:"open"`
	Epoch        *wireEpoch   `json:"epoch"`
	List         string       `json:"list"`
	Rows         int          `json:"rows"`
	From         string       `json:"from"`
	Until        string       `json:"until"`
	C            string       `json:"c"`
}

type wireOpening struct {
	Index   int64  `json:"index"`
	Band    int    `json:"band"`
	Nonce   string `json:"nonce"`
	Private string `json:"private"`
}

type wireEpoch struct {
	Kept int64  `json:"kept"`
	Size int64  `json:"size"`
	Root string `json:"root"`
	From int    `json:"from"`
	To   int    `json:"to"`
}

// MarshalJSON is Bytes.
func (l Leaf) MarshalJSON() ([]byte, error) { return l.Bytes(), nil }

// UnmarshalJSON is ParseLeaf.
func (l *Leaf) UnmarshalJSON(b []byte) (err error) {
	*l, err = ParseLeaf(b)
	return err
}

// ParseLeaf reads a canonical leaf. Unknown or missing fields, another order,
// a space, an unknown kind or version: everything but the bytes that Bytes
// would give is refused, so that one leaf has one form.
func ParseLeaf(b []byte) (Leaf, error) {
	var w wireLeaf
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&w); err != nil {
		return Leaf{}, fmt.Errorf("leaf: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return Leaf{}, errors.New("leaf: something stands after it")
	}
	l := Leaf{
		V: w.V, Programme: w.Programme, Txn: w.Txn, I: w.I, Kind: w.Kind, N: w.N, Cap: w.Cap, Max: w.Max,
		PlanHash: w.PlanHash, Version: w.Version, List: w.List, Rows: w.Rows, C: w.C,
	}
	var err error
	if l.At, err = time.Parse(TimeLayout, w.At); err != nil {
		return Leaf{}, errors.New("leaf: at is not an instant in UTC with milliseconds")
	}
	for _, t := range []struct {
		name, text string
		to         **time.Time
	}{{"promote_until", w.PromoteUntil, &l.PromoteUntil}, {"from", w.From, &l.From}, {"until", w.Until, &l.Until}} {
		if t.text == "" {
			continue
		}
		at, err := time.Parse(TimeLayout, t.text)
		if err != nil {
			return Leaf{}, fmt.Errorf("leaf: %s is not an instant in UTC with milliseconds", t.name)
		}
		*t.to = &at
	}
	if w.Open != nil {
		o := Opening(*w.Open)
		l.Open = &o
	}
	if w.Epoch != nil {
		e := Epoch(*w.Epoch)
		l.Epoch = &e
	}
	if err := l.check(); err != nil {
		return Leaf{}, err
	}
	if !bytes.Equal(l.appendTo(make([]byte, 0, len(b))), b) {
		return Leaf{}, errors.New("leaf: not in the canonical form")
	}
	return l, nil
}

// check says whether the leaf carries what its kind carries.
func (l *Leaf) check() error {
	has, known := kinds[l.Kind]
	bad := func(why string) error { return fmt.Errorf("leaf: %s: %s", l.Kind, why) }
	switch {
	case l.V != LeafVersion:
		return fmt.Errorf("leaf: version %d is unknown", l.V)
	case !known:
		return fmt.Errorf("leaf: kind %q is unknown", l.Kind)
	case l.Programme == "" || strings.ContainsAny(l.Programme, " +/\\\n"):
		return bad("no usable programme")
	case l.Txn < 1 || l.I < 0:
		return bad("no place in a transaction")
	case l.N < 0 || has&hasN != 0 && l.N == 0 || has&(hasN|mayN) == 0 && l.N != 0:
		return bad("n does not fit")
	case has&hasRules == 0 && (l.Cap != 0 || l.Max != 0 || l.PromoteUntil != nil || l.PlanHash != "" || l.Version != 0):
		return bad("carries rules")
	case l.Cap < 0 || l.Max < 0 || l.Version < 0 || l.Rows < 0:
		return bad("a figure below zero")
	case (has&hasOpen != 0) != (l.Open != nil):
		return bad("the opening does not fit")
	case (has&hasEpoch != 0) != (l.Epoch != nil):
		return bad("the epoch does not fit")
	case has&hasNotice == 0 && (l.List != "" || l.Rows != 0 || l.From != nil || l.Until != nil):
		return bad("carries a notice")
	case has&hasC == 0 && l.C != "":
		return bad("carries a commitment")
	case has&hasC != 0 && has&hasNotice == 0 && l.C == "":
		return bad("no commitment")
	case l.C != "" && !isHex(l.C):
		return bad("c is not 64 hex digits")
	case l.List != "" && !isHex(l.List):
		return bad("list is not 64 hex digits")
	case l.Open != nil && (l.Open.Index < 0 || l.Open.Band < 0 || l.Open.Band > 2 || !isHex(l.Open.Nonce)):
		return bad("malformed opening")
	case l.Epoch != nil && !l.Epoch.wellFormed():
		return bad("malformed epoch")
	}
	return nil
}

func (e *Epoch) wellFormed() bool {
	root, err := base64.StdEncoding.DecodeString(e.Root)
	named := err == nil && len(root) == 32 && base64.StdEncoding.EncodeToString(root) == e.Root
	return e.Kept >= 0 && e.Size >= 0 && (e.Size > 0) == (e.Root != "") && (e.Size == 0 || named) &&
		e.From >= 0 && (e.From == 0) == (e.To == 0) && e.To >= e.From
}

func isHex(s string) bool {
	if len(s) != 64 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

const commitDomain = "yuanmeng commitment v1\n"

// Commit is the commitment of a leaf: hex SHA-256 over the line "yuanmeng
// commitment v1", the line of the kind, the 32 bytes of the nonce and the
// private bytes. Kind and nonce have no way to run into each other, so two
// different inputs never hash the same text.
func Commit(kind string, nonce [32]byte, private []byte) string {
	h := sha256.New()
	h.Write([]byte(commitDomain))
	h.Write([]byte(kind))
	h.Write([]byte{'\n'})
	h.Write(nonce[:])
	h.Write(private)
	return hex.EncodeToString(h.Sum(nil))
}

// parseNonce reads 64 lower-case hex digits.
func parseNonce(s string) (n [32]byte, err error) {
	if !isHex(s) {
		return n, errors.New("the nonce is not 64 hex digits")
	}
	_, err = hex.Decode(n[:], []byte(s))
	return n, err
}

// opens says whether an opening shows that a band leaf's commitment was made
// for number n and the band it names.
func (o *Opening) opens(c string, n int) error {
	nonce, err := parseNonce(o.Nonce)
	if err != nil {
		return err
	}
	if Commit("band", nonce, []byte(o.Private)) != c {
		return errors.New("the opening does not give the commitment of the band leaf")
	}
	var p struct {
		N    *int `json:"n"`
		Band *int `json:"band"`
	}
	if err := json.Unmarshal([]byte(o.Private), &p); err != nil {
		return errors.New("the committed fields are not JSON")
	}
	if p.N == nil || p.Band == nil || *p.N != n || *p.Band != o.Band {
		return errors.New("the band leaf was made for another number or band")
	}
	return nil
}

func sum(b []byte) [32]byte { return sha256.Sum256(b) }
