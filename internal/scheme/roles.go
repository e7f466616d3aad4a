package scheme

// Role is what somebody may be in one programme. Administrators have three
// separate duties and no power over cases (DESIGN §1).
type Role string

// The roles. System is the clock acting through due rows.
const (
	RoleWorker     Role = "worker"     // 职工
	RoleLocal      Role = "local"      // 基层工会经办人: attests only
	RoleCentre     Role = "centre"     // 求学圆梦服务中心
	RoleDistrict   Role = "district"   // 区总工会审核
	RoleLead       Role = "lead"       // 区总工会负责人
	RoleCollege    Role = "college"    // 高校审核
	RoleFinance    Role = "finance"    // 财务
	RoleAuditor    Role = "auditor"    // 经审、审计、纪检: read-only
	RoleSysAdmin   Role = "sysadmin"   // 系统管理员
	RoleSecAdmin   Role = "secadmin"   // 安全管理员
	RoleAuditAdmin Role = "auditadmin" // 审计管理员
	RoleSystem     Role = "system"     // the clock
)

// RoleName is the Chinese name of a role, as people see it.
func RoleName(r Role) string {
	switch r {
	case RoleWorker:
		return "职工本人"
	case RoleLocal:
		return "基层工会"
	case RoleCentre:
		return "服务中心"
	case RoleDistrict:
		return "区总工会审核"
	case RoleLead:
		return "区总工会负责人"
	case RoleCollege:
		return "高校"
	case RoleFinance:
		return "财务"
	case RoleAuditor:
		return "审计"
	case RoleSysAdmin:
		return "系统管理员"
	case RoleSecAdmin:
		return "安全管理员"
	case RoleAuditAdmin:
		return "审计管理员"
	case RoleSystem:
		return "系统（到期自动办理）"
	}
	return string(r)
}

// CaseRoles are the roles that see cases at the desk.
var CaseRoles = []Role{RoleCentre, RoleDistrict, RoleLead, RoleAuditor}

// AdminRoles are the three duties that one person never holds together.
var AdminRoles = []Role{RoleSysAdmin, RoleSecAdmin, RoleAuditAdmin}

// Actor is who acts: an account in one role. Union is the key of the union of
// an officer. Case is the actor's own case if he is an applicant too.
type Actor struct {
	ID    string
	Role  Role
	Org   string // organisation: union key, college key, "centre", "district"
	Name  string // for the timeline
	Cases []string
}

// SystemActor is the clock.
var SystemActor = Actor{ID: "system", Role: RoleSystem, Org: "", Name: "系统"}
