package desk

import (
	"encoding/base64"
	"net/http"
	"strings"

	"rsc.io/qr"

	"yuanmeng/internal/web"
)

// deadLink is the page of a link that is used, old or made up: one answer for
// all three.
func deadLink(sentence string) error {
	return &web.Error{Code: http.StatusGone, Title: "邀请链接不能用了", Sentence: sentence,
		Next: "已经设好密码的，直接登录就行。", Link: "/desk/sign-in", LinkText: "去登录"}
}

// showInvite is the first page of an invitation.
func (d *Door) showInvite(c *web.Ctx) error {
	s, err := d.Office.Invited(c.Context(), c.Path("token"))
	if no, ok := refusedBy(err); ok {
		return deadLink(no.sentence)
	}
	if err != nil {
		return err
	}
	return c.Render(invitePage(quiet(c, "设密码"), c.Path("token"), s.Name, s.Login))
}

// accept sets the password and goes on to the authenticator.
func (d *Door) accept(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	token := c.Path("token")
	s, err := d.Office.Invited(c.Context(), token)
	if no, ok := refusedBy(err); ok {
		return deadLink(no.sentence)
	}
	if err != nil {
		return err
	}
	m := quiet(c, "设密码")
	var first, again string
	if v := f.All("password"); len(v) > 0 {
		first = v[0]
	}
	if v := f.All("again"); len(v) > 0 {
		again = v[0]
	}
	if first != again {
		m.Problems.Add("again", "两次填的密码不一样，请重新填。")
		return c.RenderAs(http.StatusUnprocessableEntity, invitePage(m, token, s.Name, s.Login))
	}
	_, err = d.Office.Accept(c.Context(), token, first)
	if no, ok := refusedBy(err); ok {
		if no.code == "dead_link" {
			return deadLink(no.sentence)
		}
		m.Problems.Add("password", no.sentence)
		return c.RenderAs(http.StatusUnprocessableEntity, invitePage(m, token, s.Name, s.Login))
	}
	if err != nil {
		return err
	}
	return c.Redirect("/invite/" + token + "/code")
}

// enrolment is the second page: the secret as a picture and as text.
type enrolment struct {
	token, login, secret, picture string
}

func (d *Door) enrolment(c *web.Ctx) (enrolment, error) {
	e, err := d.Office.Enrolled(c.Context(), c.Path("token"))
	if no, ok := refusedBy(err); ok {
		if no.code == "no_password_yet" {
			return enrolment{}, &web.Moved{To: "/invite/" + c.Path("token")}
		}
		return enrolment{}, deadLink(no.sentence)
	}
	if err != nil {
		return enrolment{}, err
	}
	picture, err := qrImage(e.URI)
	return enrolment{c.Path("token"), e.Login, grouped(e.Secret), picture}, err
}

// qrImage is a QR as a picture inside the page: it leaves no file and no cache.
func qrImage(text string) (string, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", err
	}
	code.Scale = 6
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(code.PNG()), nil
}

// grouped writes a secret in fours, as people type it.
func grouped(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// showEnrolment shows the secret for the authenticator.
func (d *Door) showEnrolment(c *web.Ctx) error {
	e, err := d.enrolment(c)
	if err != nil {
		return err
	}
	return c.Render(enrolmentPage(quiet(c, "绑定动态码"), e))
}

// acceptTOTP opens the account with the first code.
func (d *Door) acceptTOTP(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	e, err := d.enrolment(c)
	if err != nil {
		return err
	}
	_, err = d.Office.AcceptTOTP(c.Context(), c.Path("token"), f.Get("totp"))
	if no, ok := refusedBy(err); ok {
		if no.code == "dead_link" {
			return deadLink(no.sentence)
		}
		m := quiet(c, "绑定动态码")
		m.Problems.Add("totp", no.sentence)
		return c.RenderAs(no.status(), enrolmentPage(m, e))
	}
	if err != nil {
		return err
	}
	c.Flash("账号已开通。请用登录名、密码和手机上的下一个动态码登录。")
	return c.Redirect("/desk/sign-in")
}
