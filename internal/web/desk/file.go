package desk

import (
	"errors"
	"net/http"
	"strconv"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/paper"
	"yuanmeng/internal/photo"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// covered are the boxes of the form that a redacted copy paints over.
var covered = []string{"id", "phone", "card"}

// fileOf opens the case of the address and the file in it; absent and foreign
// are the same 404.
func (d *Door) fileOf(c *web.Ctx) (*dossier, store.File, error) {
	f, err := d.dossier(c)
	if err != nil {
		return nil, store.File{}, err
	}
	row, err := d.caseFile(c, f, c.Path("file"))
	return f, row, err
}

func (d *Door) caseFile(c *web.Ctx, f *dossier, id string) (store.File, error) {
	row, err := d.Work.DB.File(c.Context(), id)
	if store.IsNone(err) || err == nil && row.CaseID != f.Row.ID {
		return row, web.NotFound
	}
	return row, err
}

// file shows one page of a paper: the original inside the check, a redacted copy
// of the form outside it, and a way to the reveal where there is none.
func (d *Door) file(c *web.Ctx) error {
	f, row, err := d.fileOf(c)
	if err != nil {
		return err
	}
	b, kind, err := d.Work.ReadFile(c.Context(), f.Row, row.ID)
	if errors.Is(err, casework.ErrNotFound) {
		return web.NotFound
	}
	if err != nil {
		return err
	}
	if !f.originals(row.Kind) {
		shut := &web.Error{
			Code: http.StatusForbidden, Title: "办案以外看原件，要写理由", Sentence: "这份材料上有证件号或卡号，现在不在您手上办理。",
			Next: "确实要看的，请写明理由，再验一次动态口令。", Link: revealHref(f.Row.ID, row.ID), LinkText: "写理由，查看原件",
		}
		if row.Kind != scheme.FileStamped || kind == "application/pdf" {
			return shut
		}
		if b, _, err = photo.Redact(b, paper.Boxes(), covered...); err != nil {
			return shut
		}
		kind = "image/jpeg"
	}
	return sendFile(c, row, kind, b)
}

// slots shows the boxes of the stamped form, cut out and straightened, for
// comparing with the typed values. Only inside the check.
func (d *Door) slots(c *web.Ctx) error {
	f, row, err := d.fileOf(c)
	if err != nil {
		return err
	}
	if !f.Check || row.Kind != scheme.FileStamped || row.Type == "application/pdf" {
		return web.NotFound
	}
	b, _, err := d.Work.ReadFile(c.Context(), f.Row, row.ID)
	if errors.Is(err, casework.ErrNotFound) {
		return web.NotFound
	}
	if err != nil {
		return err
	}
	out, err := photo.Slots(b, paper.Boxes(), slotKeys...)
	var fault photo.Fault
	if errors.As(err, &fault) {
		return web.NotFound // the page says so in the picture's place
	}
	if err != nil {
		return err
	}
	return sendFile(c, row, "image/jpeg", out)
}

// sendFile answers with a file that nobody keeps and that can do nothing: no
// store, no scripts, its own kind.
func sendFile(c *web.Ctx, row store.File, kind string, b []byte) error {
	ext := map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf"}[kind]
	if ext == "" {
		kind, ext = "application/octet-stream", ".bin"
	}
	h := c.W.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(b)))
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", `inline; filename="`+string(row.Kind)+"-"+strconv.Itoa(row.Page)+ext+`"`)
	// The browser's own reader of PDF works in the sandbox too.
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	c.W.WriteHeader(http.StatusOK)
	_, _ = c.W.Write(b) // a browser that has left needs no bytes
	return nil
}
