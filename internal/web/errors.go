package web

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Error is an answer that is not the page asked for. It is what a handler
// returns to end a request: the code of the reply, what happened and what to
// do, both in plain Chinese. Err, when set, is the English cause for the log;
// it is never shown.
type Error struct {
	Code     int           // HTTP code, 400 to 599
	Title    string        // what happened, one short sentence, no full stop
	Sentence string        // more of it, for the person concerned
	Next     string        // what to do now
	Link     string        // where the page's button leads; "" leads to the door's first page
	LinkText string        // the button's words
	After    time.Duration // when trying again makes sense; 0 says nothing
	Err      error         // the cause, for the log only
}

// Error is the English line for the log.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("answer %d: %v", e.Code, e.Err)
	}
	return fmt.Sprintf("answer %d", e.Code)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is compare by code, so that a test or a caller can ask for
// "some 404" whatever its sentence.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Moved ends a request by leading the browser to another page: a step has to be
// taken there first. It is no fault and is not logged as one.
type Moved struct{ To string }

// Error is the English line for the log.
func (m *Moved) Error() string { return "moved to another page" }

// The answers that need no sentence of their own.
var (
	// NotFound is the one answer for a thing that is absent and for a thing
	// that belongs to somebody else, so that nobody can probe for ids.
	NotFound error = &Error{Code: http.StatusNotFound,
		Title:    "没有找到这个页面",
		Sentence: "网址可能不完整，或者内容已经撤下。",
		Next:     "请从首页重新进入。"}
	// Forbidden is for a signed-in person whose role does not do this.
	Forbidden error = &Error{Code: http.StatusForbidden,
		Title:    "您的岗位不能做这一步",
		Sentence: "这一步由别的岗位办理，您没有这项权限。",
		Next:     "需要这项权限，请联系本单位的账号管理员。"}
	// Unavailable is for work that can be tried again at once: a full queue,
	// a database that is busy. Pages with data-retry send again by themselves.
	Unavailable error = &Error{Code: http.StatusServiceUnavailable,
		Title:    "现在办的人太多",
		Sentence: "您刚才填的内容没有丢。",
		Next:     "请等几秒钟，再点一次。",
		After:    3 * time.Second}
	// SignedOut is for a write by somebody whose session has ended.
	SignedOut error = &Error{Code: http.StatusForbidden,
		Title:    "您需要重新登录",
		Sentence: "您离开的时间有点长，系统已经替您退出。",
		Next:     "请重新登录，再做一次。"}
	// NoRole is for a write by somebody who works in none of his roles.
	NoRole error = &Error{Code: http.StatusForbidden,
		Title:    "请先选择角色",
		Sentence: "您刚才用的角色已经到期或者收回，这一步没有办。",
		Next:     "请选一个现在有的角色，再做一次。"}
)

// Invalid refuses a request that no page of ours would send; the sentence says
// what is wrong with it. A form that a person filled in wrongly is not this:
// show the form again with its problems (see [Ctx.RenderAs]).
func Invalid(sentence string) error {
	return &Error{Code: http.StatusBadRequest, Title: "提交的内容不完整", Sentence: sentence,
		Next: "请返回上一页，检查后再提交一次。"}
}

// Conflict refuses an act that the present state does not allow, for example a
// second decision on the same case.
func Conflict(sentence string) error {
	return &Error{Code: http.StatusConflict, Title: "现在不能做这一步", Sentence: sentence,
		Next: "请刷新页面，看最新的情况。"}
}

// TooMany refuses for a while: a limit on codes, look-ups or sign-ins.
func TooMany(sentence string, after time.Duration) error {
	return &Error{Code: http.StatusTooManyRequests, Title: "操作太频繁", Sentence: sentence,
		Next: "请过一会儿再试。", After: after}
}

// TooLarge refuses a body over the route's limit; limit is in bytes.
func TooLarge(limit int64) error {
	return &Error{Code: http.StatusRequestEntityTooLarge, Title: "文件太大",
		Sentence: fmt.Sprintf("一次最多能传 %s。", Size(limit)),
		Next:     "请换一张小一点的照片，或重新拍一张。"}
}

// Size writes a number of bytes as people say it: 20 MB, 256 KB.
func Size(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d KB", (n+1023)>>10)
}

// asError gives the answer for any error. What is not one of ours is a fault
// of ours: 500, with the cause kept for the log.
func asError(err error, translate func(error) error) *Error {
	if translate != nil {
		if t := translate(err); t != nil {
			err = t
		}
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return TooLarge(big.Limit).(*Error)
	}
	return &Error{Code: http.StatusInternalServerError,
		Title:    "系统出了一点问题",
		Sentence: "这不是您的错。您已经提交成功的内容不会丢。",
		Next:     "请过几分钟再试。还是不行，请打电话，报下面的编号。",
		Err:      err}
}
