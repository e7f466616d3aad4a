package desk

import (
	"net/http"
	"strings"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// officerInvitation is the form of an officer's invitation, as typed.
type officerInvitation struct {
	name, phone, programme, union, unionName string
	programmes, unions                       []web.Option
	typed                                    []string // names that workers have typed
}

// unionName is the shortest name of a union that can tell it from others.
const unionNameMin = 4

func (d *Door) fillOfficer(c *web.Ctx, i *officerInvitation) error {
	n, err := d.names(c.Context())
	if err != nil {
		return err
	}
	f := invitation{programme: i.programme}
	d.fillInvitation(&f, n)
	i.programme, i.programmes = f.programme, f.programmes
	i.unions = unionOptions(n.plans[i.programme])
	i.typed, err = d.Work.DB.UnionsTyped(c.Context(), i.programme, 200)
	return err
}

// unionOptions are the unions that a programme lists, and the way to name one.
func unionOptions(p *scheme.Programme) []web.Option {
	var out []web.Option
	if p != nil {
		for _, u := range p.Unions {
			out = append(out, web.Option{Value: u.Key, Label: u.Name})
		}
	}
	return append(out, web.Option{Value: scheme.UnionOwn, Label: "单位工会、村（社区）工会（在下面填名称）"})
}

// askInviteOfficer shows the form.
func (d *Door) askInviteOfficer(c *web.Ctx) error {
	if err := d.needsProof(c); err != nil {
		return err
	}
	var i officerInvitation
	if err := d.fillOfficer(c, &i); err != nil {
		return err
	}
	return c.Render(askInviteOfficerPage(c.Meta("登记工会经办人"), i))
}

// inviteOfficer binds the phone of an officer to his union.
func (d *Door) inviteOfficer(c *web.Ctx) error {
	if err := d.needsProof(c); err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	i := officerInvitation{name: f.Get("name"), phone: f.Get("phone"), programme: f.Get("programme"), union: f.Get("union"), unionName: f.Get("union_name")}
	if err := d.fillOfficer(c, &i); err != nil {
		return err
	}
	m := c.Meta("登记工会经办人")
	org, err := d.unionOf(c, i.union, i.unionName, i.programme, &m.Problems)
	if err != nil {
		return err
	}
	if len(m.Problems) == 0 {
		_, sent, err := d.Office.InviteOfficer(c.Context(), actor(c), i.name, i.phone, org, i.programme)
		if no, ok := refusedBy(err); ok {
			m.Problems.Add(fieldOf(no.code), no.sentence)
		} else if err != nil {
			return err
		} else {
			done := i.name + "已经登记，短信也发出去了。他打开 " + d.PublicURL + "/a 就能登录。"
			if !sent {
				done = i.name + "已经登记，但短信没有发出去。请打电话告诉他：用这个手机号在 " + d.PublicURL + "/a 登录。"
			}
			c.Flash(done)
			return c.Redirect("/desk/accounts/officers")
		}
	}
	return c.RenderAs(http.StatusUnprocessableEntity, askInviteOfficerPage(m, i))
}

// unionOf gives the organisation of an officer: the key of a listed union, or
// what follows from the name of another one. A listed union that was typed by
// hand is found by its key all the same.
func (d *Door) unionOf(c *web.Ctx, key, name, programme string, ps *web.Problems) (string, error) {
	p, _, err := d.Work.Programme(c.Context(), programme)
	if err != nil {
		ps.Add("programme", "请选择项目。")
		return "", nil
	}
	if key != scheme.UnionOwn {
		if _, ok := p.UnionBy(key); !ok {
			ps.Add("union", "请选择他所在的工会。")
			return "", nil
		}
		return key, nil
	}
	if u, ok := p.UnionNamed(name); ok {
		return u.Key, nil
	}
	switch org := scheme.OwnUnion(name); {
	case name == "":
		ps.Add("union_name", "请填写工会的名称，和章上刻的一样。")
	case len([]rune(strings.TrimPrefix(org, scheme.UnionOwn+":"))) < unionNameMin || !strings.Contains(name, "工会"):
		ps.Add("union_name", "请写工会的全称，名称里要有“工会”，例如：永固机械厂工会。")
	case len([]rune(name)) > 100:
		ps.Add("union_name", "名称最多100个字。")
	default:
		return org, nil
	}
	return "", nil
}
