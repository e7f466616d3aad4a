package open

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/proof"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
	"yuanmeng/internal/web"
)

// shownCheckpoints is how many of the newest the page lists; the log file has
// all of them.
const shownCheckpoints = 20

// keyView is the public key as people compare it.
type keyView struct{ name, base64 string }

func (d *Door) key() (ed25519.PublicKey, keyView) {
	pub := d.Work.Keys.Signer(casework.LogSigner).Public().(ed25519.PublicKey)
	return pub, keyView{proof.KeyName(pub), base64.StdEncoding.EncodeToString(pub)}
}

// proofPage shows the heads of the public log and how to check it.
type proofPage struct {
	meta   web.PageMeta
	p      *scheme.Programme
	key    keyView
	opened bool
	points []point
	list   proof.SeatedList
}

// point is a checkpoint as shown.
type point struct {
	at   string
	size int64
	root string
	note string
}

// named is the programme that a request about a log names, else the current
// one. Logs of past years stay open to everybody.
func (d *Door) named(c *web.Ctx) (*scheme.Programme, error) {
	id := c.Query("programme")
	if id == "" {
		p, _, err := d.programme(c)
		return p, err
	}
	p, _, err := d.Work.Programme(c.Context(), id)
	if errors.Is(err, casework.ErrNotFound) {
		return nil, web.NotFound
	}
	return p, err
}

// query repeats the programme's name in addresses when it is not the current one.
func query(c *web.Ctx, p *scheme.Programme) string {
	if c.Query("programme") == "" {
		return ""
	}
	return "?programme=" + string(p.ID)
}

func (d *Door) proof(c *web.Ctx) error {
	p, err := d.named(c)
	if err != nil {
		return err
	}
	pg := proofPage{meta: c.Meta("查验公平"), p: p}
	pg.meta.About = p.Name + "的受理次序公开可查：每一笔都在签过名的记录里，谁都能核对。"
	pg.meta.Scripts = []string{"proof.js"}
	pub, key := d.key()
	pg.key = key
	rows, err := d.Work.DB.Checkpoints(c.Context(), string(p.ID), shownCheckpoints)
	if err != nil {
		return err
	}
	for _, k := range rows {
		open, err := proof.OpenCheckpoint([]byte(k.Note), pub)
		if err != nil {
			return err // not signed with our key: a fault of ours, never shown as good
		}
		pg.points = append(pg.points, point{at: web.Moment(open.At), size: open.Size, root: base64.StdEncoding.EncodeToString(open.Root[:]), note: k.Note})
	}
	pg.list, err = d.seatedList(c, p)
	if err != nil && !errors.Is(err, web.NotFound) {
		return err
	}
	pg.opened = err == nil
	return c.Render(proofView(pg, query(c, p)))
}

// seatedList reads the seated numbers; web.NotFound before the opening.
func (d *Door) seatedList(c *web.Ctx, p *scheme.Programme) (proof.SeatedList, error) {
	leaves, numbers, err := d.Work.DB.SeatedNumbers(c.Context(), string(p.ID))
	if err == nil && leaves == 0 {
		err = web.NotFound
	}
	return proof.SeatedList{Programme: string(p.ID), Leaves: leaves, Numbers: numbers}, err
}

func (d *Door) proofSeated(c *web.Ctx) error {
	p, err := d.named(c)
	if err != nil {
		return err
	}
	list, err := d.seatedList(c, p)
	if err != nil {
		return err
	}
	c.W.Header().Set("Content-Disposition", `inline; filename="`+string(p.ID)+`-seated.txt"`)
	return text(c, string(list.Bytes()))
}

func (d *Door) proofCheckpoint(c *web.Ctx) error {
	p, err := d.named(c)
	if err != nil {
		return err
	}
	k, err := d.Work.DB.LastCheckpoint(c.Context(), string(p.ID))
	if store.IsNone(err) {
		return &web.Error{Code: http.StatusNotFound, Title: "还没有检查点", Sentence: "开放以后，平台每分钟给公开记录签一次名。",
			Next: "请过一分钟再来看。", Link: "/proof", LinkText: "查验公平"}
	}
	if err != nil {
		return err
	}
	c.W.Header().Set("Content-Disposition", `inline; filename="`+string(p.ID)+`-checkpoint.txt"`)
	return text(c, k.Note)
}

// proofErased lists the data keys that were destroyed, by marks that tell nothing
// without the key file: whoever puts a backup back destroys them again, even when
// nothing else of the installation is left.
func (d *Door) proofErased(c *web.Ctx) error {
	marks, err := d.Work.DB.Erasures(c.Context())
	if err != nil {
		return err
	}
	c.W.Header().Set("Content-Disposition", `inline; filename="erased.txt"`)
	return text(c, string(vault.WriteErased(marks)))
}

// proofLog streams the log. Once a byte has left, a fault can only be told by
// cutting the connection: half a log must not look like a whole one.
func (d *Door) proofLog(c *web.Ctx) error {
	p, err := d.named(c)
	if err != nil {
		return err
	}
	out := &logFile{c: c, name: string(p.ID) + "-log.txt"}
	err = d.Work.ExportLog(c.Context(), string(p.ID), d.Host, out)
	switch {
	case err == nil:
		return nil
	case out.begun:
		panic(http.ErrAbortHandler)
	case errors.Is(err, casework.ErrNotFound):
		return web.NotFound
	}
	return err
}

// logFile sets the headers with the first byte, so that an error before it is
// still a page.
type logFile struct {
	c     *web.Ctx
	name  string
	begun bool
}

// Write sends a piece of the file.
func (f *logFile) Write(b []byte) (int, error) {
	if !f.begun {
		f.begun = true
		f.c.W.Header().Set("Content-Type", "text/plain; charset=utf-8")
		f.c.W.Header().Set("Content-Disposition", `attachment; filename="`+f.name+`"`)
		f.c.W.WriteHeader(http.StatusOK)
	}
	return f.c.W.Write(b)
}

// receiptPage checks one receipt: in the browser, or here without a script.
type receiptPage struct {
	meta    web.PageMeta
	key     keyView
	p       *scheme.Programme // nil before anything is loaded
	typed   string
	verdict *receiptVerdict
}

// receiptVerdict is what the check found.
type receiptVerdict struct {
	receipt  proof.Receipt
	findings []proof.Finding
}

func (d *Door) receiptPage(c *web.Ctx) (receiptPage, error) {
	p, _, err := d.current(c)
	pg := receiptPage{meta: c.Meta("核对回执"), p: p}
	pg.meta.Scripts = []string{"proof.js"}
	pg.meta.NoIndex = true
	_, pg.key = d.key()
	return pg, err
}

func (d *Door) receipt(c *web.Ctx) error {
	pg, err := d.receiptPage(c)
	if err != nil {
		return err
	}
	return c.Render(receiptView(pg))
}

// readReceipt takes a receipt as JSON, as an address, or as what stands behind
// its #.
func readReceipt(s string) (proof.Receipt, error) {
	s = strings.TrimSpace(strings.TrimPrefix(s, "\ufeff"))
	if strings.HasPrefix(s, "{") {
		return proof.ParseReceipt([]byte(s))
	}
	if _, after, ok := strings.Cut(s, "#"); ok {
		s = after
	}
	return proof.ParseFragment(s)
}

// checkReceipt is the way without a script: the receipt comes here, is checked
// and forgotten.
func (d *Door) checkReceipt(c *web.Ctx) error {
	pg, err := d.receiptPage(c)
	if err != nil {
		return err
	}
	typed, err := d.typedReceipt(c)
	if err != nil {
		return err
	}
	r, err := readReceipt(typed)
	if err != nil {
		if len(typed) <= 2*proof.MaxReceipt {
			pg.typed = typed
		}
		pg.meta.Problems.Add("receipt", "这不是一份完整的回执。请从头到尾复制，或者选平台给您的回执文件。")
		return c.RenderAs(http.StatusUnprocessableEntity, receiptView(pg))
	}
	v := receiptVerdict{receipt: r}
	if v.findings, err = d.Work.CheckReceipt(c.Context(), r); err != nil {
		return err
	}
	pg.verdict = &v
	return c.Render(receiptView(pg))
}

// typedReceipt is the text of the form, or the file chosen in it.
func (d *Door) typedReceipt(c *web.Ctx) (string, error) {
	if !strings.HasPrefix(c.R.Header.Get("Content-Type"), "multipart/form-data") {
		f, err := c.Form()
		return f.Get("receipt"), err
	}
	file := ""
	f, err := c.Upload(func(p web.Part) error {
		b, err := io.ReadAll(io.LimitReader(p.Body, 2*proof.MaxReceipt+1))
		file = string(b)
		return err
	})
	if strings.TrimSpace(file) != "" {
		return file, err
	}
	return f.Get("receipt"), err
}

func placeText(r proof.Receipt) string {
	if r.Place == "seat" {
		return "有名额"
	}
	return fmt.Sprintf("候补第 %d 位", r.Rank)
}

func programmeID(pg receiptPage) string {
	if pg.p == nil {
		return ""
	}
	return string(pg.p.ID)
}

// numbersText joins numbers and shortens runs: 1–45、47.
func numbersText(ns []int) string {
	var b strings.Builder
	for i := 0; i < len(ns); {
		j := i
		for j+1 < len(ns) && ns[j+1] == ns[j]+1 {
			j++
		}
		if i > 0 {
			b.WriteString("、")
		}
		fmt.Fprint(&b, ns[i])
		switch {
		case j == i+1:
			fmt.Fprintf(&b, "、%d", ns[j])
		case j > i+1:
			fmt.Fprintf(&b, "–%d", ns[j])
		}
		i = j + 1
	}
	return b.String()
}
