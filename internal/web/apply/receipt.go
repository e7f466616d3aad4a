package apply

import (
	"encoding/json"
	"fmt"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/gb"
	"yuanmeng/internal/paper"
	"yuanmeng/internal/proof"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// receiptPage is the answer of the gate, as a page that lasts.
type receiptPage struct {
	meta    web.PageMeta
	mine    *mine
	rank    int
	first   string // the place at acceptance, where it has changed since
	sealed  bool
	ended   bool
	mailing string
}

// accepted opens the own case that has a number; a draft is led to its button.
func (d *Door) accepted(c *web.Ctx) (*mine, error) {
	m, err := d.mine(c)
	if err != nil {
		return nil, err
	}
	if m.row.No == nil {
		return nil, toMy
	}
	return m, nil
}

// showReceipt shows number, instant and place (5.2, A3.n3).
func (d *Door) showReceipt(c *web.Ctx) error {
	m, err := d.accepted(c)
	if err != nil {
		return err
	}
	r, err := d.Work.Receipt(c.Context(), m.row)
	if err != nil {
		return err
	}
	pg := receiptPage{meta: c.Meta("受理回执"), mine: m, sealed: r.Sealed != nil, ended: m.s.State.Final()}
	pg.meta.Back = "/my"
	if pg.rank, err = d.rank(c.Context(), m); err != nil {
		return err
	}
	now := placeWords(m.s, pg.rank)
	if was := firstPlace(r); was != firstWords(m.s, pg.rank) {
		pg.first = was
	}
	pg.mailing = now
	return c.Render(receiptView(pg))
}

// firstPlace is the place that the receipt was signed with.
func firstPlace(r proof.Receipt) string {
	if r.Place == "seat" {
		return "有名额"
	}
	return fmt.Sprintf("候补第 %d 位", r.Rank)
}

func firstWords(s scheme.Case, rank int) string {
	if s.Place.Seated() {
		return "有名额"
	}
	return fmt.Sprintf("候补第 %d 位", rank)
}

// receiptPNG is the receipt as a picture; its square holds the whole receipt.
func (d *Door) receiptPNG(c *web.Ctx) error {
	m, err := d.accepted(c)
	if err != nil {
		return err
	}
	r, err := d.Work.Receipt(c.Context(), m.row)
	if err != nil {
		return err
	}
	card := paper.ReceiptCard{
		Programme: m.p.Name, Number: fmt.Sprint(r.N), Place: firstPlace(r), At: r.At, Name: gb.MaskName(m.row.Name),
		Code: casework.ShowCode(r.Case), QR: d.PublicURL + "/receipt#" + r.Fragment(),
		Lines: []string{"不用您本人到区总工会交表。", "这张图能证明您的次序，请不要发给别人。"},
	}
	if m.s.Contested {
		card.Lines = []string{"证件号还要核实，次序先停在那里。", "不用您本人到区总工会交表。请不要把这张图发给别人。"}
	}
	var b []byte
	if err := d.atPress(c, func() error { b, err = d.Press.ReceiptImage(card); return err }); err != nil {
		return err
	}
	return send(c, "image/png", "inline", fmt.Sprintf("受理回执-%d.png", r.N), b)
}

// receiptJSON is the receipt as a file.
func (d *Door) receiptJSON(c *web.Ctx) error {
	m, err := d.accepted(c)
	if err != nil {
		return err
	}
	r, err := d.Work.Receipt(c.Context(), m.row)
	if err != nil {
		return err
	}
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return send(c, "application/json; charset=utf-8", "attachment", fmt.Sprintf("受理回执-%d.json", r.N), b)
}
