package apply

import "yuanmeng/internal/web"

// draftRoutes are the ways up to a complete draft: sign-in, pages, answers.
func (d *Door) draftRoutes() []web.Route {
	return []web.Route{
		{Method: "GET", Pattern: "/sign-in", Guard: web.Public, Handler: d.askPhone, Note: "ask for the phone number"},
		{Method: "POST", Pattern: "/sign-in/code", Guard: web.Public, Handler: d.sendCode, Act: "code", Note: "send a code, ask for it"},
		{Method: "POST", Pattern: "/sign-in", Guard: web.Public, Handler: d.signIn, Act: "sign_in", Note: "sign in by the code"},
		{Method: "POST", Pattern: "/sign-out", Guard: web.Public, Handler: d.signOut, Act: "sign_out", Note: "end the session"},
		{Method: "GET", Pattern: "/my/identity", Guard: web.WorkerNew, Handler: d.askIdentity, Note: "ask for the last six on a new device"},
		{Method: "POST", Pattern: "/my/identity", Guard: web.WorkerNew, Handler: d.confirmDevice, Act: "device", Note: "compare them, keep the device"},

		{Method: "GET", Pattern: "/my", Guard: web.Worker, Handler: d.home, Note: "tasks of the draft, or where the case stands"},
		{Method: "POST", Pattern: "/my/begin", Guard: web.Worker, Handler: d.begin, Act: "begin", Note: "begin a draft"},
		{Method: "GET", Pattern: "/my/p/{page}", Guard: web.Worker, Handler: d.show, Note: "one question"},
		{Method: "POST", Pattern: "/my/p/{page}", Guard: web.Worker, Handler: d.save, Act: "draft", Note: "keep its answer"},
		{Method: "GET", Pattern: "/my/pick", Guard: web.Worker, Handler: d.pickName, Note: "look up a rare character"},
		{Method: "POST", Pattern: "/my/pick", Guard: web.Worker, Handler: d.takeChar, Act: "draft", Note: "put it into the name"},
		{Method: "POST", Pattern: "/my/file/{kind}", Guard: web.Worker, Handler: d.attach, Act: "attach", MaxBody: maxUpload, Note: "take a photo or a paper"},
		{Method: "POST", Pattern: "/my/file/{kind}/remove", Guard: web.Worker, Handler: d.detach, Act: "detach", Note: "take it out again"},
		{Method: "GET", Pattern: "/my/file/{id}", Guard: web.Worker, Handler: d.showFile, Note: "one page of an own file"},
		{Method: "GET", Pattern: "/my/check", Guard: web.Worker, Handler: d.check, Note: "all answers once more"},
		{Method: "GET", Pattern: "/my/discard", Guard: web.Worker, Handler: d.askDiscard, Note: "ask before a draft goes"},
		{Method: "POST", Pattern: "/my/discard", Guard: web.Worker, Handler: d.discard, Act: "discard", Note: "remove the draft"},
	}
}
