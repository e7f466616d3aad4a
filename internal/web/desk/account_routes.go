package desk

import (
	"net/http"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// The guards of the ways of accounts.
var (
	secAdmin  = web.Staff(string(scheme.RoleSecAdmin))
	sysAdmin  = web.Staff(string(scheme.RoleSysAdmin))
	lead      = web.Staff(string(scheme.RoleLead))
	preparing = web.Staff(string(scheme.RoleLead), string(scheme.RoleDistrict), string(scheme.RoleSysAdmin), string(scheme.RoleAuditor))
	releasing = web.Staff(string(scheme.RoleSysAdmin), string(scheme.RoleSecAdmin))
	seconding = web.Staff(string(scheme.RoleLead), string(scheme.RoleDistrict))
	tracing   = web.Staff(string(scheme.RoleAuditAdmin), string(scheme.RoleAuditor))
	officer   = web.Staff(string(scheme.RoleLocal))
)

// accountRoutes are the ways of accounts: sign-in, invitations, rights,
// officers, programmes, the trail.
func (d *Door) accountRoutes() []web.Route {
	const get, post = http.MethodGet, http.MethodPost
	return []web.Route{
		{Method: get, Pattern: "/desk/sign-in", Guard: web.Public, Handler: d.askSignIn, Note: "login, password and code in one form"},
		{Method: post, Pattern: "/desk/sign-in", Guard: web.Public, Handler: d.staffSignIn, Act: "staff_sign_in", Note: "sign in to the desk"},
		{Method: post, Pattern: "/desk/sign-out", Guard: web.Public, Handler: d.signOut, Act: "sign_out", Note: "end the session of the desk or of an officer"},
		{Method: get, Pattern: "/desk/{$}", Guard: web.AnyStaff, Handler: d.home, Note: "to the first page of the role"},
		{Method: get, Pattern: "/desk", Guard: web.AnyStaff, Handler: d.home, Note: "to the first page of the role"},
		{Method: get, Pattern: "/desk/grants", Guard: web.AnyStaff, Handler: d.showGrants, Note: "the roles of the account"},
		{Method: post, Pattern: "/desk/grants", Guard: web.AnyStaff, Handler: d.pickGrant, Act: "pick_grant", Note: "work in another role"},
		{Method: get, Pattern: "/desk/prove", Guard: web.AnyStaff, Handler: d.askProof, Note: "ask for a fresh second factor"},
		{Method: post, Pattern: "/desk/prove", Guard: web.AnyStaff, Handler: d.prove, Act: "fresh_factor", Note: "show the second factor again"},

		{Method: get, Pattern: "/invite/{token}", Guard: web.Public, Handler: d.showInvite, Note: "an invitation: set a password"},
		{Method: post, Pattern: "/invite/{token}", Guard: web.Public, Handler: d.accept, Act: "accept", Note: "set the password of an invited account"},
		{Method: get, Pattern: "/invite/{token}/code", Guard: web.Public, Handler: d.showEnrolment, Note: "the secret for the authenticator"},
		{Method: post, Pattern: "/invite/{token}/code", Guard: web.Public, Handler: d.acceptTOTP, Act: "accept_totp", Note: "open the account with the first code"},

		{Method: get, Pattern: "/desk/accounts", Guard: secAdmin, Handler: d.showAccounts, Note: "the accounts of the desk"},
		{Method: get, Pattern: "/desk/accounts/new", Guard: secAdmin, Handler: d.askInvite, Note: "the form of an invitation"},
		{Method: post, Pattern: "/desk/accounts/new", Guard: secAdmin, Handler: d.invite, Act: "invite", Note: "invite and show the link once"},
		{Method: get, Pattern: "/desk/accounts/officers", Guard: secAdmin, Handler: d.showOfficers, Note: "the union officers"},
		{Method: get, Pattern: "/desk/accounts/officers/new", Guard: secAdmin, Handler: d.askInviteOfficer, Note: "the form of an officer's invitation"},
		{Method: post, Pattern: "/desk/accounts/officers/new", Guard: secAdmin, Handler: d.inviteOfficer, Act: "invite_officer", Note: "bind an officer's phone"},
		{Method: get, Pattern: "/desk/accounts/{id}", Guard: secAdmin, Handler: d.showAccount, Note: "one account and its roles"},
		{Method: post, Pattern: "/desk/accounts/{id}/grant", Guard: secAdmin, Handler: d.grant, Act: "grant", Note: "give a role"},
		{Method: post, Pattern: "/desk/accounts/{id}/end-grant", Guard: secAdmin, Handler: d.endGrant, Act: "end_grant", Note: "take a role away"},
		{Method: post, Pattern: "/desk/accounts/{id}/phone", Guard: secAdmin, Handler: d.setPhone, Act: "set_phone", Note: "register or change the phone, with a reason"},
		{Method: post, Pattern: "/desk/accounts/{id}/disable", Guard: secAdmin, Handler: d.disable, Act: "disable", Note: "shut an account"},
		{Method: post, Pattern: "/desk/accounts/{id}/enable", Guard: secAdmin, Handler: d.enable, Act: "enable", Note: "open an officer's account again"},
		{Method: post, Pattern: "/desk/accounts/{id}/reinvite", Guard: secAdmin, Handler: d.reinvite, Act: "reinvite", Note: "a new link, shown once"},

		{Method: get, Pattern: "/desk/programme", Guard: preparing, Handler: d.showProgrammes, Note: "the programme of the session, or all of them"},
		{Method: get, Pattern: "/desk/programme/{id}", Guard: preparing, Handler: d.showProgramme, Note: "where a programme stands and what is red"},
		{Method: get, Pattern: "/desk/programme/{id}/readings", Guard: preparing, Handler: d.showReadings, Note: "what the plan leaves open, to be signed"},
		{Method: post, Pattern: "/desk/programme/{id}/readings", Guard: lead, Handler: d.signReadings, Act: "sign_readings", Note: "sign the readings"},
		{Method: get, Pattern: "/desk/programme/{id}/holidays", Guard: preparing, Handler: d.showHolidays, Note: "the days off, to be compared"},
		{Method: post, Pattern: "/desk/programme/{id}/holidays", Guard: lead, Handler: d.confirmHolidays, Act: "confirm_holidays", Note: "confirm the days off"},
		{Method: post, Pattern: "/desk/programme/{id}/hotline", Guard: lead, Handler: d.setHotline, Act: "set_hotline", Note: "write the telephone"},
		{Method: post, Pattern: "/desk/programme/{id}/opening", Guard: lead, Handler: d.proposeOpening, Act: "propose_opening", Note: "propose the opening"},
		{Method: post, Pattern: "/desk/programme/{id}/opening/{proposal}", Guard: seconding, Handler: d.secondOpening, Act: "second_opening", Note: "open as the second person, or drop it"},
		{Method: get, Pattern: "/desk/programme/{id}/cap", Guard: lead, Handler: d.askCapacity, Note: "the form of another cap"},
		{Method: post, Pattern: "/desk/programme/{id}/cap", Guard: lead, Handler: d.proposeCapacity, Act: "capacity", Note: "propose another cap"},
		{Method: post, Pattern: "/desk/programme/{id}/cap/{proposal}", Guard: lead, Handler: d.secondCapacity, Act: "capacity", Note: "change the cap as the second lead, or drop it"},
		{Method: get, Pattern: "/desk/health", Guard: sysAdmin, Handler: d.showHealth, Note: "queues, deadlines, logs"},
		{Method: get, Pattern: "/desk/delivery", Guard: releasing, Handler: d.showDelivery, Note: "what waits since a backup was put back"},
		{Method: post, Pattern: "/desk/delivery", Guard: releasing, Handler: d.proposeDelivery, Act: "propose_delivery", Note: "propose to let it go"},
		{Method: post, Pattern: "/desk/delivery/{proposal}", Guard: releasing, Handler: d.secondDelivery, Act: "second_delivery", Note: "let it go as the second person, or drop it"},
		{Method: get, Pattern: "/desk/trail", Guard: tracing, Handler: d.showTrail, Note: "the event trail"},
		{Method: post, Pattern: "/desk/trail/export", Guard: tracing, Handler: d.exportTrail, Act: "export_trail", Note: "take the trail out"},
		{Method: get, Pattern: "/desk/trail/checkpoints", Guard: tracing, Handler: d.showCheckpoints, Note: "the signed heads of the audit log"},

		{Method: get, Pattern: "/a", Guard: officer, SignIn: officerSignIn, Door: web.DoorOpen, Handler: d.officerHome, Note: "type a code; what I have attested"},
		{Method: get, Pattern: officerSignIn, Guard: web.Public, Door: web.DoorOpen, Handler: d.askOfficer, Note: "an officer's sign-in by phone"},
		{Method: post, Pattern: officerSignIn + "/code", Guard: web.Public, Door: web.DoorOpen, Handler: d.officerCode, Act: "code", Note: "send a code to the bound phone"},
		{Method: post, Pattern: officerSignIn, Guard: web.Public, Door: web.DoorOpen, Handler: d.officerEnter, Act: "officer_sign_in", Note: "an officer signs in"},
		{Method: get, Pattern: "/a/{code}", Guard: web.Public, Door: web.DoorOpen, Handler: d.scan, Note: "the address in a form's QR"},
		{Method: post, Pattern: "/a/{code}", Guard: officer, SignIn: officerSignIn, Door: web.DoorOpen, Handler: d.attest, Act: "attest", Note: "agree, or disagree with a reason"},
	}
}
