package apply

import (
	"errors"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// askDiscard asks once more before a draft goes.
func (d *Door) askDiscard(c *web.Ctx) error {
	row, err := d.ownCase(c)
	if errors.Is(err, casework.ErrNotFound) || err == nil && row.State != scheme.Draft {
		return c.Redirect("/my")
	}
	if err != nil {
		return err
	}
	m := c.Meta("删除草稿？")
	m.Back = "/my"
	return c.Render(web.ConfirmPage(m, web.Confirm{
		Sentence: "填过的内容和传过的照片都会删除。",
		Warning:  "删除以后找不回来。已经打印、盖章的推荐表也不能再用。",
		Action:   "/my/discard",
		Yes:      web.Button{Label: "删除草稿", Kind: web.Danger},
		No:       web.Button{Label: "不删，回去", Kind: web.Secondary, Href: "/my"},
	}))
}

// discard removes the draft.
func (d *Door) discard(c *web.Ctx) error {
	row, err := d.ownCase(c)
	if err != nil {
		return err
	}
	if err := d.Work.Discard(c.Context(), c.Viewer.AccountID, row.ID); err != nil {
		return err
	}
	c.Flash("草稿已经删除。")
	return c.Redirect("/my")
}
