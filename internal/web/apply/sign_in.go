package apply

import (
	"errors"
	"net/http"

	"yuanmeng/internal/gb"
	"yuanmeng/internal/office"
	"yuanmeng/internal/web"
)

// signIn is what the page of the sign-in shows: first the number, then the code.
type signIn struct {
	phone    string
	next     string
	sent     bool // a code is on its way
	problems web.Problems
}

// askPhone is the first step.
func (d *Door) askPhone(c *web.Ctx) error {
	next := web.SafeNext(c.Query("next"), "")
	if c.Viewer.Kind == web.KindWorker {
		return c.Redirect(web.SafeNext(next, "/my"))
	}
	return c.Render(signInPage(c.Meta("用手机号登录"), signIn{next: next}))
}

// sendCode sends a code and shows the second step. The number stays in the form:
// no address and no session holds it. A page that is fetched again within 30
// seconds sends nothing.
func (d *Door) sendCode(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	s := signIn{phone: f.Get("phone"), next: web.SafeNext(f.Get("next"), "")}
	if err := d.Office.SendCode(c.Context(), s.phone, office.ForSignIn, client(c)); err != nil {
		field := "phone"
		if f.Has("code") && office.RefusedCode(err) == "code_day" {
			// The second step: a code that came before is still good.
			s.sent, field = true, "code"
		}
		return d.signInAgain(c, s, field, err)
	}
	s.sent = true
	return c.Render(signInPage(c.Meta("填短信里的验证码"), s))
}

// signIn takes the code.
func (d *Door) signIn(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	s := signIn{phone: f.Get("phone"), next: web.SafeNext(f.Get("next"), ""), sent: true}
	if f.Get("code") == "" {
		s.problems.Add("code", "请填写短信里的6位数字。")
		return c.RenderAs(http.StatusUnprocessableEntity, signInPage(withProblems(c.Meta("填短信里的验证码"), s.problems), s))
	}
	workerID, _, err := d.Office.SignIn(c.Context(), s.phone, f.Get("code"))
	if err != nil {
		field := "code"
		if _, bad := gb.Mobile(s.phone); bad != nil {
			field, s.sent = "phone", false
		}
		return d.signInAgain(c, s, field, err)
	}
	return d.enter(c, workerID, s.next)
}

// signInAgain shows the step again with what the office says.
func (d *Door) signInAgain(c *web.Ctx, s signIn, field string, err error) error {
	var no *office.Refused
	if !errors.As(err, &no) {
		return err
	}
	s.problems.Add(field, no.Sentence)
	code, title := http.StatusUnprocessableEntity, "用手机号登录"
	switch no.Code {
	case "code_day", "code_client":
		code = http.StatusTooManyRequests
	case "code_unsent":
		code = http.StatusServiceUnavailable
	}
	if s.sent {
		title = "填短信里的验证码"
	}
	return c.RenderAs(code, signInPage(withProblems(c.Meta(title), s.problems), s))
}

// enter starts the session of a worker whose account is proved, in whatever way
// it was proved: by the code on his phone, or by his WeChat account. On a device
// that has not been confirmed it leads to the question for his identity number
// before any case is shown.
func (d *Door) enter(c *web.Ctx, workerID, next string) error {
	token := deviceToken(c)
	asks, err := d.Office.NeedsConfirm(c.Context(), workerID, token)
	if err != nil {
		return err
	}
	if !asks {
		if err := d.trust(c, workerID, token); err != nil {
			return err
		}
	}
	if err := d.Sessions.Start(c, web.Ticket{AccountID: workerID, Kind: web.KindWorker, Confirmed: !asks}); err != nil {
		return err
	}
	if asks {
		return c.Redirect(withNext("/my/identity", next))
	}
	return c.Redirect(web.SafeNext(next, "/my"))
}

// signOut ends the session. The device stays known: the next sign-in on it still
// needs a code.
func (d *Door) signOut(c *web.Ctx) error {
	if err := d.Sessions.End(c); err != nil {
		return err
	}
	return c.Redirect("/")
}

// withProblems puts what is wrong on top of the page.
func withProblems(m web.PageMeta, ps web.Problems) web.PageMeta {
	m.Problems = ps
	return m
}

func signInAction(sent bool) string {
	if sent {
		return "/sign-in"
	}
	return "/sign-in/code"
}

func phoneHint(sent bool) string {
	if sent {
		return "填错了可以改，再点“重新获取验证码”"
	}
	return "您自己正在用的号码，11位"
}
