package office

import (
	"context"
	"slices"
	"time"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// coolOff is how long after one administrator's duty a person may not take
// another: who gave himself a trace to hide could otherwise wait a day and
// become its keeper.
const coolOff = 30 * 24 * time.Hour

// Grant gives a role to an account. Only the security administrator gives
// roles, and never to himself. The three administrators' duties exclude one
// another, and administrators have no power over cases.
func (o *Office) Grant(ctx context.Context, by scheme.Actor, staffID string, g Grant) error {
	return o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		if no, err := o.maySet(ctx, tx, by, staffID); no != nil || err != nil {
			return no, err
		}
		s, err := tx.LockStaff(ctx, staffID)
		if store.IsNone(err) {
			return refuse("no_staff", "没有这个账号。"), nil
		}
		if err != nil {
			return nil, err
		}
		return nil, orRefused(o.grant(ctx, tx, by, s, g))
	})
}

// Grants lists the roles of an active account that stand now; none for a
// disabled one.
func (o *Office) Grants(ctx context.Context, staffID string) ([]store.Grant, error) {
	s, err := o.DB.Staff(ctx, staffID)
	if store.IsNone(err) || err == nil && s.State != "active" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return o.DB.Q.Grants(ctx, staffID, o.Now())
}

// Chosen is the role in which an account works: the one it has chosen while that
// one stands, otherwise its only one. ok is false where there are several: which one
// takes the place of a role that has ended is the person's to say.
func Chosen(grants []store.Grant, id string) (g store.Grant, ok bool) {
	for _, g := range grants {
		if g.ID == id {
			return g, true
		}
	}
	if len(grants) == 1 {
		return grants[0], true
	}
	return store.Grant{}, false
}

// maySet says no unless the actor is the security administrator, by a grant that
// stands in this transaction, and acts on somebody else. The system acts before
// there is anybody (Bootstrap).
func (o *Office) maySet(ctx context.Context, tx *store.Tx, by scheme.Actor, staffID string) (*Refused, error) {
	if by.ID == scheme.SystemActor.ID && by.Role == scheme.RoleSystem {
		return nil, nil
	}
	no := func(code, sentence string) (*Refused, error) {
		return refuse(code, sentence), o.event(ctx, tx, by, "refused", map[string]any{"code": code, "staff": staffID})
	}
	// Two security administrators who shut each other out wait for one another
	// here: the second is out already, and one always remains.
	if err := tx.Alone(ctx, "rights"); err != nil {
		return nil, err
	}
	if by.ID == staffID {
		return no("self", "不能改自己的账号和权限。请由另一位安全管理员办理。")
	}
	s, err := tx.Staff(ctx, by.ID)
	if err != nil && !store.IsNone(err) {
		return nil, err
	}
	if err == nil && s.State == "active" && by.Role == scheme.RoleSecAdmin {
		gs, err := tx.Grants(ctx, by.ID, tx.Now)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(gs, func(g store.Grant) bool { return g.Role == scheme.RoleSecAdmin }) {
			return nil, nil
		}
	}
	return no("not_secadmin", "只有安全管理员能管理账号和权限。")
}

var grantable = []scheme.Role{
	scheme.RoleLocal, scheme.RoleCentre, scheme.RoleDistrict, scheme.RoleLead, scheme.RoleCollege, scheme.RoleFinance,
	scheme.RoleAuditor, scheme.RoleSysAdmin, scheme.RoleSecAdmin, scheme.RoleAuditAdmin,
}

func (o *Office) grant(ctx context.Context, tx *store.Tx, by scheme.Actor, s store.Staff, g Grant) (*Refused, error) {
	admin := slices.Contains(scheme.AdminRoles, g.Role)
	switch {
	case !slices.Contains(grantable, g.Role):
		return refuse("role", "没有这个角色。"), nil
	case s.State == "disabled":
		return refuse("disabled", "这个账号已停用，请先重新邀请。"), nil
	case s.Login == "" && g.Role != scheme.RoleLocal:
		return refuse("needs_factor", "只用手机登录的经办人不能有别的角色。请另发邀请链接，设密码和动态码。"), nil
	case s.Login != "" && g.Role == scheme.RoleLocal:
		return refuse("needs_phone", "基层工会经办人用手机号登记，不用登录名。"), nil
	case admin && g.Programme != "":
		return refuse("admin_scope", "管理员不属于某个项目。"), nil
	case !admin && g.Programme == "":
		return refuse("no_programme", "请选择项目。"), nil
	case g.Role == scheme.RoleSecAdmin && g.Until != nil:
		// Nobody could open the house again after the last one's term.
		return refuse("secadmin_until", "安全管理员不设到期时间，要换人时由另一位安全管理员收回。"), nil
	case g.Role == scheme.RoleLocal && g.Org == "":
		return refuse("no_union", "请选择他所在的工会。"), nil
	case g.Until != nil && !g.Until.After(tx.Now):
		return refuse("until_past", "到期时间已经过了，请重新填写。"), nil
	}
	held, err := tx.Grants(ctx, s.ID, tx.Now)
	if err != nil {
		return nil, err
	}
	for _, h := range held {
		switch {
		case h.Role == g.Role && h.ProgrammeID == g.Programme && h.Org == g.Org:
			return refuse("twice", "这个角色他已经有了。"), nil
		case admin && h.Duty != "":
			return refuse("one_duty", "系统、安全、审计三种管理员必须是三个人，他已经是"+scheme.RoleName(h.Role)+"。"), nil
		case admin != (h.Duty != ""):
			return refuse("admin_cases", "管理员不能办理申请，办理申请的人不能当管理员。"), nil
		}
	}
	row := store.Grant{
		ID: store.NewID(tx.Now), StaffID: s.ID, ProgrammeID: g.Programme, Role: g.Role, Org: g.Org, FromAt: tx.Now, ByID: by.ID,
	}
	if g.Until != nil {
		until := g.Until.UTC()
		row.UntilAt = &until
	}
	if admin {
		row.Duty = "admin"
		other, err := tx.DutyHeldSince(ctx, s.ID, string(g.Role), tx.Now.Add(-coolOff))
		if err != nil {
			return nil, err
		}
		if other {
			return refuse("cool_off", "他30天内当过另一种管理员，期满后才能换。"), nil
		}
	}
	if err := tx.Insert(ctx, &row); err != nil {
		// The database holds the rule even where two grants race.
		if store.IsUnique(err) {
			return nil, refuse("one_duty", "系统、安全、审计三种管理员必须是三个人，他已经有一种了。")
		}
		return nil, err
	}
	return nil, o.event(ctx, tx, by, "grant", map[string]any{"staff": s.ID, "grant": row.ID, "role": g.Role, "programme": g.Programme, "org": g.Org})
}
