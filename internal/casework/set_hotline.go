package casework

import (
	"context"
	"regexp"
	"strings"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

var hotlineForm = regexp.MustCompile(`^[0-9]{3,12}(-[0-9]{3,8}){0,2}$`)

// SetHotline writes the telephone that the plan does not give, and when it is
// answered. It stands on every page, so a programme does not open without it.
func (w *Work) SetHotline(ctx context.Context, a scheme.Actor, programme, hotline, hours string) error {
	hotline, hours = strings.TrimSpace(hotline), strings.TrimSpace(hours)
	switch {
	case !hotlineForm.MatchString(hotline):
		return refuse("hotline", "", "请写电话号码，例如 0715-1234567", "6.2")
	case hours == "" || len([]rune(hours)) > 60:
		return refuse("hours", "", "请写接听时间，60字以内，例如：工作日 8:30–17:30", "6.2")
	}
	return w.prepare(ctx, a, programme, "", "set_hotline", func(p *scheme.Programme) { p.Hotline, p.HotlineHours = hotline, hours })
}

// prepare changes what a lead may still settle in a programme that is not open.
// hash, where it is given, is the folder that he has read: a newer one has to be
// read first.
func (w *Work) prepare(ctx context.Context, a scheme.Actor, programme, hash, name string, change func(*scheme.Programme)) error {
	if a.Role != scheme.RoleLead {
		return refuse("role", "", "这一步由区总工会负责人办理", "5.2")
	}
	return w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		if err := tx.Alone(ctx, "programme/"+programme); err != nil {
			return err
		}
		row, err := tx.Programme(ctx, programme)
		if store.IsNone(err) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		switch {
		case row.State != "loaded":
			return refuse("state", "", "项目已经开放，开放时的内容不能再改", "5.2")
		case hash != "" && hash != row.Hash:
			return refuse("stale", "", "项目文件夹刚才换过，请看过新的内容再办", "5.2")
		}
		p, err := row.Scheme()
		if err != nil {
			return err
		}
		change(p)
		row.Body, row.Version = store.Encode(p), row.Version+1
		if err := tx.PutProgramme(ctx, &row); err != nil {
			return err
		}
		return programmeEvent(ctx, tx, row, a, name)
	})
}

func programmeEvent(ctx context.Context, tx *store.Tx, row store.Programme, a scheme.Actor, name string) error {
	return tx.Insert(ctx, &store.Event{
		ID: store.NewID(tx.Now), ProgrammeID: row.ID, ActorID: a.ID, ActorName: a.Name, Role: string(a.Role), Org: a.Org, Name: name,
		Detail: store.Encode(map[string]any{"hash": row.Hash, "version": row.Version}), At: tx.Now,
	})
}

// keepHotline carries the telephone over into a newer text of the folder that
// still has none. A signature is not carried over: it was given to the old text.
func keepHotline(old store.Programme, p *scheme.Programme) (*scheme.Programme, error) {
	was, err := old.Scheme()
	if err != nil || p.Hotline != "" || was.Hotline == "" || was.Demo {
		return p, err
	}
	next := *p
	next.Hotline, next.HotlineHours = was.Hotline, was.HotlineHours
	return &next, nil
}
