package casework_test

import (
	"crypto/ed25519"
	"testing"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/proof"
)

func TestCheckReceipt(t *testing.T) {
	k := newKit(t)
	good, err := k.w.Receipt(k.ctx, k.accepted().row())
	k.must(err)
	key := map[string]ed25519.PrivateKey{"ours": k.keys.Signer(casework.LogSigner), "another": ed25519.NewKeyFromSeed(make([]byte, 32))}
	for _, c := range []struct {
		name, key string
		change    func(r *proof.Receipt)
		found     string
	}{
		{"good", "", func(*proof.Receipt) {}, ""},
		{"changed", "", func(r *proof.Receipt) { r.N = 9 }, "signature"},
		{"signed by another", "another", func(*proof.Receipt) {}, "signature"},
		// Only the holder of the key could make these: the log says no.
		{"another place in the log", "ours", func(r *proof.Receipt) { r.Index = 0 }, "absent"},
		{"behind the log", "ours", func(r *proof.Receipt) { r.Index = 99 }, "absent"},
	} {
		r := good
		c.change(&r)
		if c.key != "" {
			r = proof.SignReceipt(r, key[c.key])
		}
		found, err := k.w.CheckReceipt(k.ctx, r)
		k.must(err)
		got := ""
		if len(found) > 0 {
			got = found[0].Name
		}
		if got != c.found {
			t.Errorf("%s: found %q, want %q", c.name, got, c.found)
		}
	}
}
