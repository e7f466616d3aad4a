package apply

import (
	"errors"
	"net/http"
	"net/url"

	"yuanmeng/internal/office"
	"yuanmeng/internal/vault"
	"yuanmeng/internal/web"
)

// deviceCookie holds the token of a device on which a worker has confirmed
// himself. It signs nobody in: it only spares the question for the last six.
const deviceCookie = "ym-device"

// deviceDays is the longest time that browsers keep a cookie.
const deviceDays = 400

func deviceToken(c *web.Ctx) string {
	k, err := c.R.Cookie(deviceCookie)
	if err != nil {
		return ""
	}
	return k.Value
}

func (d *Door) keepDevice(c *web.Ctx, token string) {
	http.SetCookie(c.W, &http.Cookie{Name: deviceCookie, Value: token, Path: "/", MaxAge: deviceDays * 24 * 3600,
		HttpOnly: true, Secure: d.secure(), SameSite: http.SameSiteLaxMode})
}

// trust keeps the device of a worker who need not confirm: one that is known
// already, or one on which he will type his number himself.
func (d *Door) trust(c *web.Ctx, workerID, token string) error {
	if token != "" {
		of, err := d.Work.DB.DeviceOf(c.Context(), vault.HashToken(token))
		if err != nil {
			return err
		}
		if of == workerID {
			d.keepDevice(c, token)
			return nil
		}
	}
	fresh, err := d.Office.TrustDevice(c.Context(), workerID)
	if err != nil {
		return err
	}
	if fresh != "" {
		d.keepDevice(c, fresh)
	}
	return nil
}

// askIdentity asks for the last six of the identity number.
func (d *Door) askIdentity(c *web.Ctx) error {
	next := web.SafeNext(c.Query("next"), "/my")
	if c.Viewer.Confirmed {
		return c.Redirect(next)
	}
	return c.Render(identityPage(c.Meta("请核对是您本人"), next, ""))
}

// confirmDevice compares them and keeps the device.
func (d *Door) confirmDevice(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	next := web.SafeNext(f.Get("next"), "/my")
	if c.Viewer.Confirmed {
		return c.Redirect(next)
	}
	token, err := d.Office.ConfirmDevice(c.Context(), c.Viewer.AccountID, f.Get("last6"))
	var no *office.Refused
	if errors.As(err, &no) {
		code := http.StatusUnprocessableEntity
		if no.Code == "confirm_tries" {
			code = http.StatusTooManyRequests
		}
		ps := web.Problems{{Field: "last6", Sentence: no.Sentence}}
		return c.RenderAs(code, identityPage(withProblems(c.Meta("请核对是您本人"), ps), next, f.Get("last6")))
	}
	if err != nil {
		return err
	}
	d.keepDevice(c, token)
	// A new token for the session: from here on it shows more.
	if err := d.Sessions.Start(c, web.Ticket{AccountID: c.Viewer.AccountID, Kind: web.KindWorker, Confirmed: true}); err != nil {
		return err
	}
	return c.Redirect(next)
}

// withNext adds the page to go on to.
func withNext(path, next string) string {
	if next == "" {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}
