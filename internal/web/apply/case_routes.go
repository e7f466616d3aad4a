package apply

import "yuanmeng/internal/web"

// caseRoutes are the ways from the form on: print, submit, receipt, my page.
func (d *Door) caseRoutes() []web.Route {
	return []web.Route{
		{Method: "GET", Pattern: "/my/form", Guard: web.Worker, Handler: d.showForm, Note: "the recommendation: what is missing, the picture, ways to print it"},
		{Method: "POST", Pattern: "/my/form", Guard: web.Worker, Handler: d.print, Act: "print", Note: "make the recommendation from the present values"},
		{Method: "GET", Pattern: "/my/form.png", Guard: web.Worker, Handler: d.formPNG, Note: "the recommendation as a picture"},
		{Method: "GET", Pattern: "/my/form.pdf", Guard: web.Worker, Handler: d.formPDF, Note: "the recommendation as a PDF"},
		{Method: "POST", Pattern: "/my/print-code", Guard: web.Worker, Handler: d.printCode, Act: "print_code", Note: "a one-time code for a print shop"},
		{Method: "GET", Pattern: "/print", Guard: web.Public, Handler: d.showPrintShop, Door: web.DoorOpen, Note: "a print shop types the code"},
		{Method: "POST", Pattern: "/print", Guard: web.Public, Handler: d.fetchPrint, Act: "fetch_print", Door: web.DoorOpen, Note: "the PDF for a print code"},

		{Method: "GET", Pattern: "/my/submit", Guard: web.Worker, Handler: d.showSubmit, Note: "what is handed in, and the one button"},
		{Method: "POST", Pattern: "/my/submit", Guard: web.Worker, Handler: d.submit, Act: "submit", Note: "through the gate"},
		{Method: "GET", Pattern: "/my/submit/double", Guard: web.Worker, Handler: d.showDouble, Note: "the ID has an application already: ask for the card's picture"},
		{Method: "GET", Pattern: "/my/receipt", Guard: web.Worker, Handler: d.showReceipt, Note: "number, instant, place"},
		{Method: "GET", Pattern: "/my/receipt.png", Guard: web.Worker, Handler: d.receiptPNG, Note: "the receipt as a picture to keep"},
		{Method: "GET", Pattern: "/my/receipt.json", Guard: web.Worker, Handler: d.receiptJSON, Note: "the receipt as a file to keep"},

		{Method: "GET", Pattern: "/my/correct", Guard: web.Worker, Handler: d.showCorrect, Note: "the named items of a return"},
		{Method: "POST", Pattern: "/my/resubmit", Guard: web.Worker, Handler: d.resubmit, Act: "resubmit", Note: "send the correction"},
		{Method: "GET", Pattern: "/my/hearing", Guard: web.Worker, Handler: d.showHearing, Note: "why the place may go, until when, the answer"},
		{Method: "POST", Pattern: "/my/hearing", Guard: web.Worker, Handler: d.answer, Act: "answer", Note: "answer in a hearing"},
		{Method: "GET", Pattern: "/my/waive", Guard: web.Worker, Handler: d.showWaive, Note: "asks again before the days of a hearing are waived"},
		{Method: "POST", Pattern: "/my/waive", Guard: web.Worker, Handler: d.waive, Act: "waive", Note: "give the place up without waiting"},
		{Method: "GET", Pattern: "/my/withdraw", Guard: web.Worker, Handler: d.showWithdraw, Note: "asks again and takes a fresh code"},
		{Method: "POST", Pattern: "/my/withdraw/code", Guard: web.Worker, Handler: d.withdrawCode, Act: "code", Note: "send the code of a withdrawal"},
		{Method: "POST", Pattern: "/my/withdraw", Guard: web.Worker, Handler: d.withdraw, Act: "withdraw", Note: "end the case and free the place"},

		{Method: "GET", Pattern: "/my/messages", Guard: web.Worker, Handler: d.showMessages, Note: "the inbox; what it shows is read"},
		{Method: "GET", Pattern: "/my/lookers", Guard: web.Worker, Handler: d.showLookers, Note: "which organisation and role looked, and when"},
		{Method: "GET", Pattern: "/my/data", Guard: web.Worker, Handler: d.showOwn, Note: "all that is held, masked"},
		{Method: "POST", Pattern: "/my/data/code", Guard: web.Worker, Handler: d.ownCode, Act: "code", Note: "send the code of the file with the own values"},
		{Method: "POST", Pattern: "/my/data", Guard: web.Worker, Handler: d.takeOut, Act: "take_out", Note: "all that is held, whole, as a file"},
	}
}
