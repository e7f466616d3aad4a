package apply

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/paper"
	"yuanmeng/internal/photo"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// maxUpload is what a form with one file may weigh: the file and its frame.
const maxUpload = photo.MaxBytes + 64<<10

// fileView is a file field with what was kept of it.
type fileView struct {
	field scheme.FieldSpec
	note  scheme.FileNote
	pages []store.File
}

// has says whether a file is there.
func (v fileView) has() bool { return v.note.ID != "" }

func (d *Door) fileView(c *web.Ctx, s *sheet) (fileView, error) {
	v := fileView{field: s.fields[0]}
	v.note = s.app.Files[v.field.File]
	if v.note.ID == "" {
		return v, nil
	}
	var err error
	v.pages, err = d.Work.FilePages(c.Context(), s.row, v.note)
	return v, err
}

// attach takes one file. What is kept is a clean copy; what the machine noticed
// is said and stops nobody, but a form of somebody else is not kept at all.
func (d *Door) attach(c *web.Ctx) error {
	s, err := d.openSheet(c, c.Path("kind"))
	if err != nil {
		return err
	}
	kind := s.fields[0].File
	if kind == "" {
		return web.NotFound
	}
	room, err := atRoom.enter(c.Viewer.AccountID)
	if err != nil {
		return err
	}
	defer room.leave()
	raw, f, err := room.receive(c, string(kind))
	if err != nil {
		return err
	}
	s.from = cmp.Or(s.from, whence(f.Get("from")))
	if raw == nil {
		return d.badFile(c, s, "请先选一张照片，再点上传。")
	}
	r, err := look(kind, raw)
	var fault photo.Fault
	if errors.As(err, &fault) {
		return d.badFile(c, s, fault.Sentence)
	}
	if err != nil {
		return err
	}
	if kind == scheme.FileStamped && r.QR != "" {
		code, ours := d.Work.FormCode(r.QR)
		if no := foreignForm(s.row, code, ours); no != "" {
			return d.badFile(c, s, no)
		}
		r.Findings = append([]scheme.Finding{{Code: "qr_own", Level: "ok", Text: "二维码是您这份推荐表的。"}}, r.Findings...)
	}
	if _, err := d.Work.Attach(c.Context(), c.Viewer.AccountID, s.row.ID, handed(kind, r)); err != nil {
		if casework.RefusedCode(err) == "upload_many" {
			return d.badFile(c, s, refusal(err))
		}
		return err
	}
	return c.Redirect(pagePath(string(kind)) + query(s.from))
}

// receive takes the one file that a form brings for a field; nil where none was
// chosen.
func (u *upload) receive(c *web.Ctx, field string) (raw []byte, f web.Form, err error) {
	f, err = c.Upload(func(p web.Part) (err error) {
		if p.Field != field || raw != nil {
			return web.Invalid("一次只能传一个文件。")
		}
		raw, err = u.read(p.Body)
		return err
	})
	return raw, f, err
}

// handed is what casework keeps of a file that was looked at.
func handed(kind scheme.FileKind, r photo.Result) casework.Upload {
	up := casework.Upload{Kind: kind, SHA256: r.SHA256, Findings: r.Findings}
	for _, pg := range r.Pages {
		up.Pages = append(up.Pages, casework.Page{Type: pg.Type, Body: pg.Body})
	}
	return up
}

// look reads a file by what it is for.
func look(kind scheme.FileKind, raw []byte) (photo.Result, error) {
	switch kind {
	case scheme.FilePhoto:
		return photo.Photo(raw)
	case scheme.FileStamped:
		return photo.Scan(raw, paper.Boxes())
	}
	return photo.Picture(raw)
}

// foreignForm says why a form is not taken whose square names another
// application, or nothing of ours; "" when it is this one's. It never says whose
// form it is.
func foreignForm(row store.Case, code string, ours bool) string {
	switch {
	case !ours:
		return "照片里的二维码不是推荐表上的，没有收下。请只拍推荐表，整张纸都拍进去，旁边不要有别的二维码。"
	case row.FormCode == "":
		return "这张推荐表不是您这次申请打印的，没有收下。请先打印您自己的推荐表，再签名、盖章、上传。"
	case code != row.FormCode:
		return "这张推荐表不是您这次申请的，没有收下。您的推荐表右上角的编码是 " + casework.ShowCode(row.FormCode) + "，请传编码一样的那一张。"
	}
	return ""
}

// badFile says why a file was not taken; what was there before stays.
func (d *Door) badFile(c *web.Ctx, s *sheet, sentence string) error {
	if c.ByScript() {
		return c.JSON(http.StatusUnprocessableEntity, map[string]any{"error": sentence})
	}
	s.problems.Add(s.fields[0].Key, sentence)
	return d.render(c, http.StatusUnprocessableEntity, s)
}

// detach takes a file out of the draft.
func (d *Door) detach(c *web.Ctx) error {
	s, err := d.openSheet(c, c.Path("kind"))
	if err != nil {
		return err
	}
	kind := s.fields[0].File
	if kind == "" {
		return web.NotFound
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	if err := d.Work.Detach(c.Context(), c.Viewer.AccountID, s.row.ID, kind); err != nil {
		return err
	}
	c.Flash("已经删除。")
	return c.Redirect(pagePath(string(kind)) + query(whence(f.Get("from"))))
}

// showFile gives one page of a file of the worker's own case. Absent and foreign
// give the same answer.
func (d *Door) showFile(c *web.Ctx) error {
	if strings.Trim(c.Path("id"), "0123456789abcdef-") != "" {
		return web.NotFound // no id of ours; PostgreSQL refuses some characters
	}
	n, err := d.Work.DB.File(c.Context(), c.Path("id"))
	if store.IsNone(err) {
		return web.NotFound
	}
	if err != nil {
		return err
	}
	row, err := d.Work.DB.Case(c.Context(), viewer(c), n.CaseID)
	if store.IsNone(err) {
		return web.NotFound
	}
	if err != nil {
		return err
	}
	body, kind, err := d.Work.ReadFile(c.Context(), row, n.ID)
	if err != nil {
		return err
	}
	h := c.W.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", "inline")
	_, _ = c.W.Write(body) // a browser that has left needs no bytes
	return nil
}
