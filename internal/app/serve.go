package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"sort"
	"strings"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sms"
	"yuanmeng/plan"
)

// serveCmd runs the platform in earnest.
type serveCmd struct {
	settings
	Programme []string   `help:"Folder of a programme; the embedded one when none is named." type:"existingdir" placeholder:"DIR"`
	SMS       smsOptions `embed:"" prefix:"sms-"`
}

// smsOptions choose how text messages leave.
type smsOptions struct {
	Driver    string            `help:"aliyun, or log, which sends nothing. Unnamed it is log, and serve refuses once people apply." enum:",log,aliyun" default:""`
	KeyID     string            `help:"Aliyun access key id." env:"YM_SMS_KEY_ID"`
	KeySecret string            `help:"Aliyun access key secret." env:"YM_SMS_KEY_SECRET"`
	Sign      string            `help:"Signature that the operator has approved."`
	Templates map[string]string `help:"Operator's template code by the key of a wording: login_code=SMS_1;…"`
	Endpoint  string            `help:"Operator's address, for tests."`
}

// Run serves until it is told to stop.
func (s *serveCmd) Run(o *out) error {
	opt := options{}
	if s.SMS.Driver == "aliyun" {
		opt.sender = s.SMS.aliyun
	}
	// The programmes are judged before anything is opened or made.
	type loaded struct {
		p    *scheme.Programme
		hash string
		from string
	}
	var list []loaded
	if len(s.Programme) == 0 {
		p, hash, err := embedded()
		if err != nil {
			return err
		}
		list = append(list, loaded{p, hash, "the embedded programme"})
	}
	for _, dir := range s.Programme {
		p, hash, err := readProgramme(o.stderr, dir)
		if err != nil {
			return err
		}
		list = append(list, loaded{p, hash, dir})
	}
	opt.listen = true
	h, err := build(o.ctx, s.settings, o.stderr, opt)
	if err != nil {
		return err
	}
	for _, l := range list {
		if err := h.load(o.ctx, l.p, l.hash, l.from, o.stderr); err != nil {
			return errors.Join(err, h.close(context.WithoutCancel(o.ctx)))
		}
	}
	if err := h.textsLeave(o.ctx, s.SMS.Driver); err != nil {
		return errors.Join(err, h.close(context.WithoutCancel(o.ctx)))
	}
	token, created, err := h.office.Bootstrap(o.ctx)
	if err != nil {
		return errors.Join(err, h.close(context.WithoutCancel(o.ctx)))
	}
	return h.serve(o.ctx, func(addr string) {
		if created {
			fmt.Fprintf(o.stdout, "first administrator: %s/invite/%s (once, within 72 hours)\n", h.PublicURL, token)
		}
		fmt.Fprintf(o.stdout, "listening on http://%s\n", addr)
	})
}

// textsLeave refuses to serve people whom no message would reach: a hearing runs
// on what was sent (DESIGN §2.6). Named on purpose the log is only warned of, and
// so it is while nothing is open or all that is open is a demonstration.
func (h *house) textsLeave(ctx context.Context, driver string) error {
	if driver == "aliyun" {
		return nil
	}
	all, err := h.db.Programmes(ctx)
	if err != nil {
		return err
	}
	opened := ""
	for _, row := range all {
		p, err := row.Scheme()
		if err != nil {
			return err
		}
		if row.State != "loaded" && !p.Demo {
			opened = row.ID
		}
	}
	const how = "name an operator with --sms-driver aliyun --sms-sign … --sms-templates …"
	switch {
	case opened == "":
		h.log.Warn("text messages go to the log and to nobody's phone; before a programme is opened, " + how)
		return nil
	case driver == "":
		return fmt.Errorf("programme %s is open, but no text message would leave: no code, no notice of a correction or a hearing; %s, or say --sms-driver log to serve without any", opened, how)
	}
	h.log.Error("NO TEXT MESSAGE LEAVES: --sms-driver log was asked for, so nobody gets a code or a notice by phone; "+how, "programme", opened)
	return nil
}

func (o smsOptions) aliyun(h *house) (sms.Sender, error) {
	return sms.Aliyun(sms.AliyunConfig{
		KeyID: o.KeyID, Secret: o.KeySecret, SignName: o.Sign, Templates: o.Templates, Endpoint: o.Endpoint, Now: h.machine,
	})
}

func embedded() (*scheme.Programme, string, error) {
	p, err := plan.Embedded()
	if err != nil {
		return nil, "", err
	}
	hash, err := plan.Hash(plan.EmbeddedFS())
	return p, hash, err
}

// load puts a programme into the installation. The folder of an opened one must
// say what was opened; otherwise the differences are listed and serve stops.
func (h *house) load(ctx context.Context, p *scheme.Programme, hash, from string, stderr io.Writer) error {
	err := h.work.Load(ctx, p, hash)
	if casework.RefusedCode(err) != "frozen" {
		return err
	}
	row, e := h.db.Programme(ctx, string(p.ID))
	if e != nil {
		return e
	}
	was, e := row.Scheme()
	if e != nil {
		return e
	}
	// The cap may have been changed since by two leads; that is no difference
	// of the folder.
	for _, line := range differences(*was, *p) {
		fmt.Fprintf(stderr, "%s: %s\n", from, line)
	}
	return fmt.Errorf("%s differs from programme %s as it was opened; after opening the database is the truth: take the change back, or make it in the platform", from, p.ID)
}

// differences names the parts of a programme that are not the same, in the words
// of programme.yaml.
func differences(was, is scheme.Programme) []string {
	// What the leads have settled in the platform is no difference of the folder:
	// it may leave the telephone empty and the readings and the days unsigned.
	if is.Hotline == "" {
		is.Hotline, is.HotlineHours = was.Hotline, was.HotlineHours
	}
	is.ReadingsSigned = is.ReadingsSigned || was.ReadingsSigned
	if len(is.Holidays) == len(was.Holidays) {
		is.Holidays = slices.Clone(is.Holidays)
		for i := range is.Holidays {
			is.Holidays[i].Confirmed = is.Holidays[i].Confirmed || was.Holidays[i].Confirmed
		}
	}
	a, b := fields(was), fields(is)
	var out []string
	for k, v := range b {
		if !reflect.DeepEqual(a[k], v) {
			out = append(out, fmt.Sprintf("%s: opened with %s, now %s", k, short(a[k]), short(v)))
		}
	}
	sort.Strings(out)
	if len(out) == 0 {
		out = []string{"a file that no parameter comes from was changed"}
	}
	return out
}

func fields(p scheme.Programme) map[string]any {
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // a plain struct of our own
	}
	m := map[string]any{}
	if err := json.Unmarshal(b, &m); err != nil {
		panic(err)
	}
	return m
}

func short(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	s := []rune(strings.TrimSpace(string(b)))
	if len(s) > 60 {
		return string(s[:60]) + "…"
	}
	return string(s)
}
