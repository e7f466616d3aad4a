package proof

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Fragment is the receipt as it stands behind the # of an address, short enough
// for a QR code on the receipt's picture. A browser does not send that part, so
// the receipt page can check it without telling anybody whose it is. The leaf is
// left out where the rest gives it, and so is Sealed, which the public log has.
//
// Twelve values with full stops between: the format (1), programme, number,
// case, instant in milliseconds, place (s or w) with the rank, transaction and
// position of the leaf, index, band leaf or nothing, and in URL base64 nonce,
// private fields and signature. A receipt with a leaf of another make is given
// whole, as j. and the URL base64 of its JSON.
func (r Receipt) Fragment() string {
	l, err := ParseLeaf([]byte(r.Leaf))
	nonce, err2 := parseNonce(r.Nonce)
	sig, err3 := base64.StdEncoding.DecodeString(r.Sig)
	if err != nil || err2 != nil || err3 != nil || strings.Contains(r.Programme+r.Case, ".") {
		return r.wholeFragment()
	}
	place := "s"
	if r.Place == "waiting" {
		place = "w" + strconv.Itoa(r.Rank)
	}
	band := ""
	if r.BandLeaf != nil {
		band = strconv.FormatInt(*r.BandLeaf, 10)
	}
	enc := base64.RawURLEncoding.EncodeToString
	s := strings.Join([]string{
		"1", r.Programme, strconv.Itoa(r.N), r.Case, strconv.FormatInt(r.At.UnixMilli(), 10), place,
		strconv.FormatInt(l.Txn, 10) + "-" + strconv.Itoa(l.I), strconv.FormatInt(r.Index, 10), band,
		enc(nonce[:]), enc([]byte(r.Private)), enc(sig),
	}, ".")
	again, err := ParseFragment(s)
	r.Sealed = nil
	if err != nil || !bytes.Equal(again.json(), r.json()) {
		return r.wholeFragment()
	}
	return s
}

func (r Receipt) wholeFragment() string {
	return "j." + base64.RawURLEncoding.EncodeToString(r.json())
}

func (r Receipt) json() []byte {
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings and numbers only
	}
	return b
}

// ParseFragment reads what Fragment gives.
func ParseFragment(s string) (Receipt, error) {
	bad := errors.New("receipt: not an address of ours")
	if len(s) > 4*MaxReceipt {
		return Receipt{}, bad
	}
	dec := base64.RawURLEncoding.DecodeString
	if whole, ok := strings.CutPrefix(s, "j."); ok {
		b, err := dec(whole)
		if err != nil {
			return Receipt{}, bad
		}
		return ParseReceipt(b)
	}
	f := strings.Split(s, ".")
	if len(f) != 12 || f[0] != "1" || f[5] == "" {
		return Receipt{}, bad
	}
	var failed bool
	num := func(t string) int64 {
		n, err := strconv.ParseInt(t, 10, 64)
		failed = failed || err != nil || strconv.FormatInt(n, 10) != t
		return n
	}
	raw := func(t string) []byte {
		b, err := dec(t)
		failed = failed || err != nil
		return b
	}
	r := Receipt{Programme: f[1], N: int(num(f[2])), Case: f[3], At: time.UnixMilli(num(f[4])).UTC(), Index: num(f[7])}
	switch {
	case f[5] == "s":
		r.Place = "seat"
	case f[5][0] == 'w':
		r.Place, r.Rank = "waiting", int(num(f[5][1:]))
	default:
		return Receipt{}, bad
	}
	txn, i, ok := strings.Cut(f[6], "-")
	if !ok {
		return Receipt{}, bad
	}
	if f[8] != "" {
		n := num(f[8])
		r.BandLeaf = &n
	}
	nonce, private, sig := raw(f[9]), raw(f[10]), raw(f[11])
	l := Leaf{V: LeafVersion, Programme: r.Programme, Txn: num(txn), I: int(num(i)), Kind: "accept", At: r.At, N: r.N}
	if failed || len(nonce) != 32 {
		return Receipt{}, bad
	}
	r.Nonce, r.Private, r.Sig = hex.EncodeToString(nonce), string(private), base64.StdEncoding.EncodeToString(sig)
	l.C = Commit("accept", [32]byte(nonce), private)
	r.Leaf = string(l.Bytes())
	return r, nil
}
