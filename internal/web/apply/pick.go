package apply

import (
	"net/http"
	"strings"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/gb"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// found is one character as the script takes it.
type found struct {
	Char   string `json:"char"`
	Pinyin string `json:"pinyin"`
	Parts  string `json:"parts"`
}

// pickName looks up characters that are hard to type, by reading or by parts: as
// a page that works without a script, or as JSON for the picker on the page.
func (d *Door) pickName(c *web.Ctx) error {
	list := []found{}
	for _, x := range gb.Pick(c.Query("q")) {
		list = append(list, found{x.Char, x.Pinyin, parts(x.Parts)})
	}
	if c.ByScript() {
		return c.JSON(http.StatusOK, map[string]any{"found": list})
	}
	s, err := d.openSheet(c, "name")
	if err != nil {
		return err
	}
	s.from = whence(c.Query("from"))
	m := c.Meta("找打不出来的字")
	m.Back = pagePath("name") + query(s.from)
	return c.Render(pickPage(m, s, c.Query("q"), list))
}

// takeChar puts a character into the name: in the place of the first gap, else
// at the end.
func (d *Door) takeChar(c *web.Ctx) error {
	s, err := d.openSheet(c, "name")
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	char := []rune(f.Get("char"))
	if len(char) != 1 || !gb.Han(char[0]) && string(char) != gb.NamePlaceholder {
		return web.Invalid("请从列出的字里选一个。")
	}
	_, err = d.Work.Save(c.Context(), c.Viewer.AccountID, s.row.ID, func(app *scheme.Application, p *scheme.Programme) error {
		name := holes.Replace(app.Answers.Name)
		switch {
		case string(char) == gb.NamePlaceholder:
			scheme.Put(app, p, "name_untypable", scheme.Yes, c.Now)
			name += gb.NamePlaceholder
		case strings.Contains(name, gb.NamePlaceholder):
			name = strings.Replace(name, gb.NamePlaceholder, string(char), 1)
			if !strings.Contains(name, gb.NamePlaceholder) {
				scheme.Put(app, p, "name_untypable", "", c.Now)
			}
		default:
			name += string(char)
		}
		scheme.Put(app, p, "name", name, c.Now)
		return nil
	})
	if casework.RefusedCode(err) == "save_many" {
		return tooFast(err)
	}
	if err != nil {
		return err
	}
	return c.Redirect(pagePath("name") + query(whence(f.Get("from"))))
}

// parts says what a character is put together from.
func parts(s string) string { return strings.Join(strings.Split(s, ""), "+") }
