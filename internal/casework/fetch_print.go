package casework

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// How often a print code that leads nowhere may be tried in an hour: from one
// address, from its network, and over the whole installation. Behind a code
// stands a form with ID and card: with eight digits and thirty minutes, the last
// limit keeps a crowd of addresses from finding one by guessing. So that such a
// crowd does not close the page for everybody, an address that has printed since
// yesterday is counted apart, with those like it.
const (
	printTries     = 10
	printTriesNear = 60
	printTriesAll  = 1000
	printKnown     = 24 * time.Hour
	printFetches   = 5 // of one code: a printer jams
)

var (
	errPrintCode = refuse("print_code", "打印码不对，或者已经过期。请看职工手机上最新的打印码，一共8位数字。", "打印码不对或已过期", "")
	errPrintOld  = refuse("print_old", "要了打印码以后，表上的内容改过。请职工在手机上重新要一个打印码。", "要码之后表的内容改过", "")
	errPrintMany = refuse("print_many", "输错的次数太多了，请过一小时再试。也可以请职工用手机下载推荐表，或者存成图片。", "打印码试错过多", "")
	errPrintFull = refuse("print_full", "这会儿输错打印码的人太多，先停一停，不是您的错。请过一小时再试。也可以请职工用手机下载推荐表，或者存成图片。", "各处打印码试错过多", "")
)

// network is the part of the net that an address is likely to share with others
// of the same owner.
func network(client string) string {
	ip, err := netip.ParseAddr(client)
	if err != nil {
		if block, err := netip.ParsePrefix(client); err == nil {
			ip = block.Addr()
		} else {
			return client
		}
	}
	bits := 48
	if ip = ip.Unmap(); ip.Is4() {
		bits = 24
	}
	near, err := ip.Prefix(bits)
	if err != nil {
		return client
	}
	return near.String()
}

// FetchPrint gives the form for a print code to whoever types it: a print shop
// has no account. client names the browser's address. A wrong code, an old one
// and one that was used up give the same answer; tries are counted before the
// code is looked up and taken back when it was right.
func (w *Work) FetchPrint(ctx context.Context, client, code string) (store.Case, *scheme.Application, store.PrintCode, error) {
	var pc store.PrintCode
	var c store.Case
	code = strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == ' ' || r == '-' || r == '　':
			return -1
		}
		return '?'
	}, strings.TrimSpace(code))
	machine := w.Machine()
	type limit struct {
		bucket string
		most   int
		no     error
	}
	who := w.Keys.Index("client", client)
	good := "print-good/" + who
	mine := limit{"print/" + who, printTries, errPrintMany}
	near := limit{"print-near/" + w.Keys.Index("client", network(client)), printTriesNear, errPrintFull}
	var no error
	err := w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		no = nil
		if err := tx.Alone(ctx, "print/all"); err != nil {
			return err
		}
		printed, _, err := tx.Attempts(ctx, good, machine.Add(-printKnown))
		if err != nil {
			return err
		}
		limits := []limit{mine, near, {"print/new", printTriesAll, errPrintFull}}
		if printed > 0 {
			limits = []limit{mine, {"print/known", printTriesAll, errPrintFull}}
		}
		for _, l := range limits {
			n, _, err := tx.Attempts(ctx, l.bucket, machine.Add(-time.Hour))
			if err != nil {
				return err
			}
			if n >= l.most {
				no = l.no
				return nil
			}
		}
		ok := false
		pc, err = tx.PrintCodeBy(ctx, w.Keys.Index("print-code", code), machine)
		if err == nil {
			ok, err = tx.TryPrintCode(ctx, pc.ID, printFetches)
		} else if store.IsNone(err) {
			err = nil
		}
		if err != nil {
			return err
		}
		if !ok {
			no = errPrintCode
			for _, l := range limits {
				if _, err := tx.Count(ctx, l.bucket, machine, machine); err != nil {
					return err
				}
			}
			return nil
		}
		if c, err = tx.LockCase(ctx, pc.CaseID); store.IsNone(err) {
			no = errPrintCode
			return nil
		}
		if err != nil {
			return err
		}
		if printed == 0 {
			if _, err := tx.Count(ctx, good, machine, machine); err != nil {
				return err
			}
		}
		return w.note(ctx, tx, c, scheme.Actor{}, "fetch_print", nil)
	})
	if err == nil {
		err = no
	}
	if err != nil {
		return store.Case{}, nil, pc, err
	}
	app, err := w.Application(ctx, c)
	if err != nil {
		return c, nil, pc, err
	}
	if len(w.Changed(c, app)) > 0 {
		return store.Case{}, nil, pc, errPrintOld
	}
	return c, app, pc, nil
}
