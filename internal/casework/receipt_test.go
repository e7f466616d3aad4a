package casework_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/proof"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

func TestReceipt_HoldsBeforeAndAfterTheCheckpoint(t *testing.T) {
	k := newKit(t)
	pub := k.keys.Signer(casework.LogSigner).Public().(ed25519.PublicKey)
	var all []*person
	for range 5 {
		all = append(all, k.accepted())
	}
	if _, err := k.w.Receipt(k.ctx, k.ready().row()); !errors.Is(err, casework.ErrNotFound) {
		t.Fatalf("a draft has a receipt: %v", err)
	}
	first := map[int]string{}
	for i, pe := range all {
		r, err := k.w.Receipt(k.ctx, pe.row())
		k.must(err)
		place, rank := "seat", 0
		if i >= 2 {
			place, rank = "waiting", i-1
		}
		if r.N != pe.no || r.Place != place || r.Rank != rank || r.Sealed != nil {
			t.Fatalf("receipt %+v", r)
		}
		if f := proof.CheckReceipt(r, pub); len(f) > 0 {
			t.Fatal(f)
		}
		first[r.N] = r.Sig
	}
	k.clock.to(k.clock.now().Add(time.Minute))
	k.checkpoint()
	var log bytes.Buffer
	k.must(k.w.ExportLog(k.ctx, k.id, host, &log))
	g, err := proof.ReadExport(&log)
	k.must(err)
	for _, pe := range all {
		r, err := k.w.Receipt(k.ctx, pe.row())
		k.must(err)
		if r.Sealed == nil || r.Sig != first[r.N] {
			t.Fatalf("number %d: not sealed, or promised something else", r.N)
		}
		if f := append(proof.CheckReceipt(r, pub), proof.CheckReceiptInLog(r, g)...); len(f) > 0 {
			t.Fatal(f)
		}
		b, err := json.Marshal(r)
		if err != nil || len(b) > proof.MaxReceipt {
			t.Fatalf("%d bytes, %v", len(b), err)
		}
	}
	// Without the case's key nothing of it can be opened again.
	c := all[0].row()
	c.KeyWrapped = nil
	if _, err := k.w.Receipt(k.ctx, c); !errors.Is(err, vault.ErrErased) {
		t.Fatal(err)
	}
}

func TestExportLog_IsWhatVerifyWants(t *testing.T) {
	k := newKit(t)
	pub := k.keys.Signer(casework.LogSigner).Public().(ed25519.PublicKey)
	read := func() *proof.Log {
		t.Helper()
		var b bytes.Buffer
		k.must(k.w.ExportLog(k.ctx, k.id, host, &b))
		g, err := proof.ReadExport(&b)
		k.must(err)
		return g
	}
	if g := read(); len(g.Leaves) != 0 || len(g.Notes) != 0 {
		t.Fatalf("before the first checkpoint: %d leaves", len(g.Leaves))
	}
	seats := []int{1, 2}
	for range 3 {
		for range 2 {
			if pe := k.ready(); true {
				pe.submit()
			}
		}
		k.clock.to(k.clock.now().Add(30 * time.Second))
		k.checkpoint()
	}
	g := read()
	if len(g.Notes) != 3 {
		t.Fatalf("%d checkpoints", len(g.Notes))
	}
	if f := proof.Verify(g, nil, pub, seats); len(f) > 0 {
		t.Fatal(f)
	}
	// What came after the last checkpoint waits for the next one.
	who, err := k.db.CaseByNo(k.ctx, k.desk(), k.id, 1)
	k.must(err)
	k.must(k.w.Withdraw(k.ctx, who.WorkerID, who.ID))
	if f := proof.Verify(read(), nil, pub, seats); len(f) > 0 {
		t.Fatal(f)
	}
	k.checkpoint()
	if f := proof.Verify(read(), nil, pub, []int{2, 3}); len(f) > 0 {
		t.Fatal(f)
	}
	if err := k.w.ExportLog(k.ctx, "elsewhere", host, new(bytes.Buffer)); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
}

func TestExportLog_ReadsPageByPage(t *testing.T) {
	k := newKit(t)
	// More leaves and checkpoints than one page: written as rows, since the form
	// of the file is what is tested.
	k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error {
		var f proof.Frontier
		rows, err := k.db.Leaves(k.ctx, k.id, 0, 1)
		if err != nil {
			return err
		}
		f.Append([]byte(rows[0].Body))
		var leaves []store.Leaf
		var notes []store.Checkpoint
		for i := range 2500 {
			l := proof.Leaf{V: 1, Programme: k.id, Txn: int64(i + 2), Kind: "confirm", At: tx.Now.Truncate(time.Millisecond), C: digest("c")}
			idx, _ := f.Append(l.Bytes())
			leaves = append(leaves, store.Leaf{ProgrammeID: k.id, Idx: idx, Txn: l.Txn, Body: string(l.Bytes())})
			c := proof.Checkpoint{Origin: proof.Origin(host, k.id), Size: f.Size(), Root: f.Root(), At: l.At}
			notes = append(notes, store.Checkpoint{ProgrammeID: k.id, Size: c.Size, At: c.At, Note: string(proof.SignCheckpoint(c, k.keys.Signer(casework.LogSigner)))})
		}
		if err := tx.Insert(k.ctx, &leaves); err != nil {
			return err
		}
		return tx.Insert(k.ctx, &notes)
	}))
	var b bytes.Buffer
	k.must(k.w.ExportLog(k.ctx, k.id, host, &b))
	g, err := proof.ReadExport(&b)
	k.must(err)
	pub := k.keys.Signer(casework.LogSigner).Public().(ed25519.PublicKey)
	if f := proof.Verify(g, nil, pub, []int{}); len(f) > 0 || len(g.Leaves) != 2501 || len(g.Notes) != 2500 {
		t.Fatal(len(g.Leaves), len(g.Notes), f)
	}
}
