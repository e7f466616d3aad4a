package app

import (
	"context"
	"net/http"
	"strings"

	"yuanmeng/internal/gb"
	"yuanmeng/internal/office"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// resolve turns a session's ticket into what the account may do at this moment.
// Rights are read with every request: a disabled account, an ended grant or a
// newer epoch is out at once.
func (h *house) resolve(ctx context.Context, t web.Ticket) (web.Viewer, error) {
	switch t.Kind {
	case web.KindWorker:
		var sealed []byte
		if t.Entered != nil { // read together with the session
			sealed = t.Entered.PhoneSealed
		} else {
			w, err := h.db.Worker(ctx, t.AccountID)
			if store.IsNone(err) {
				return web.Viewer{}, nil
			}
			if err != nil {
				return web.Viewer{}, err
			}
			sealed = w.PhoneSealed
		}
		v := web.Viewer{AccountID: t.AccountID, Kind: web.KindWorker, Confirmed: t.Confirmed, ProvedAt: t.ProvedAt}
		if phone, err := h.keys.Open("worker/"+t.AccountID, sealed); err == nil {
			v.Name = gb.MaskMobile(string(phone))
		}
		return v, nil
	case web.KindStaff:
		s, err := h.db.Staff(ctx, t.AccountID)
		if store.IsNone(err) || err == nil && (s.State != "active" || s.Epoch != t.Epoch) {
			return web.Viewer{}, nil
		}
		if err != nil {
			return web.Viewer{}, err
		}
		grants, err := h.office.Grants(ctx, s.ID)
		if err != nil || len(grants) == 0 {
			return web.Viewer{}, err
		}
		v := web.Viewer{AccountID: s.ID, Kind: web.KindStaff, Name: s.Name, Confirmed: true, ProvedAt: t.ProvedAt, MoreRoles: len(grants) > 1}
		g, ok := office.Chosen(grants, t.Grant)
		if !ok {
			return v, nil // without a role: the guard leads to the page that asks
		}
		v.Roles, v.Org, v.OrgName, v.Programme = []string{string(g.Role)}, g.Org, scheme.RoleName(g.Role), g.ProgrammeID
		if v.Org == "" {
			v.Org = s.Org
		}
		if g.ProgrammeID != "" {
			if p, _, err := h.work.Programme(ctx, g.ProgrammeID); err == nil {
				v.ProgrammeName = p.Name
			}
		}
		return v, nil
	}
	return web.Viewer{}, nil
}

// site is what the frame of every page shows.
func (h *house) site(r *http.Request, v web.Viewer) web.Site {
	s := web.Site{Name: "求学圆梦行动"}
	p, _, err := h.work.Current(r.Context())
	if v.Programme != "" {
		p, _, err = h.work.Programme(r.Context(), v.Programme)
	}
	if err != nil {
		return s
	}
	s.Programme, s.Phone, s.Hours, s.Organiser, s.Operator = p.Name, p.Hotline, p.HotlineHours, p.Union, p.CentreFull
	if p.Demo {
		s.Programme += "（演示）"
	}
	return s
}

// nav is the navigation of a door for who is signed in.
func (h *house) nav(r *http.Request, v web.Viewer) []web.NavItem {
	var items []web.NavItem
	add := func(label, href string) {
		here := r.URL.Path == href || href != "/" && href != "/my" && href != "/desk" && strings.HasPrefix(r.URL.Path, href+"/")
		items = append(items, web.NavItem{Label: label, Href: href, Here: here})
	}
	switch {
	case v.Kind == web.KindStaff && strings.HasPrefix(r.URL.Path, "/desk"):
		for _, n := range deskNav {
			if n.any || v.Has(n.roles...) {
				add(n.label, n.href)
			}
		}
		if v.Has(string(scheme.RoleSysAdmin), string(scheme.RoleSecAdmin)) {
			if held, err := h.db.Held(r.Context()); err == nil && held {
				add("消息扣着，要放行", "/desk/delivery")
			}
		}
		if v.MoreRoles {
			add("换一个角色", "/desk/grants")
		}
	case v.Kind == web.KindStaff:
		add("我推荐过的人", "/a")
	default:
		add("首页", "/")
		if v.Kind == web.KindWorker {
			add("我的申请", "/my")
			add("消息", "/my/messages")
			add("谁看过我的信息", "/my/lookers")
			add("我的资料", "/my/data")
		} else {
			add("看我能不能申请", "/check")
			add("我的申请", "/my")
		}
		add("方案原文", "/policy")
		add("学校", "/colleges")
		add("专业", "/majors")
		add("查验公平", "/proof")
		add("帮助", "/help")
	}
	return items
}

var cases = []string{string(scheme.RoleCentre), string(scheme.RoleDistrict), string(scheme.RoleLead), string(scheme.RoleAuditor)}

// deskNav is the desk's navigation; a role sees only what its routes admit.
var deskNav = []struct {
	label, href string
	any         bool
	roles       []string
}{
	{label: "工作台", href: "/desk", any: true},
	{label: "申请", href: "/desk/cases", roles: cases},
	{label: "后续材料", href: "/desk/duties", roles: cases},
	{label: "两人办理", href: "/desk/proposals", roles: []string{"district", "lead"}},
	{label: "名额", href: "/desk/seats", roles: cases},
	{label: "项目", href: "/desk/programme", roles: []string{"lead", "district", "sysadmin", "auditor"}},
	{label: "账号", href: "/desk/accounts", roles: []string{"secadmin"}},
	{label: "运行", href: "/desk/health", roles: []string{"sysadmin"}},
	{label: "日志", href: "/desk/trail", roles: []string{"auditadmin", "auditor"}},
}
