package alerts

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/anxin-project/anxin/alerts/blacklist"
	"github.com/anxin-project/anxin/alerts/cases"
	"github.com/anxin-project/anxin/alerts/eventlog"
	"github.com/anxin-project/anxin/internal/casefile"
	"github.com/anxin-project/anxin/internal/catalog"
)

// problem is the body of every answer that is no success. Code is stable; the message is for people; rule names the law,
// or the part of the design, that a refused step would break.
type problem struct {
	Code    string       `json:"code"`
	Message catalog.Text `json:"message"`
	Rule    string       `json:"rule,omitempty"`
}

// The codes of problems that are no refusals by a rule (casefile.Refusal has those).
const (
	codeBadRequest   = "bad_request"           // 400
	codeUnauthorized = "unauthorized"          // 401
	codeForbidden    = "forbidden"             // 403
	codeNotFound     = "not_found"             // 404
	codeMethod       = "method_not_allowed"    // 405
	codeConflict     = "conflict"              // 412: somebody was faster
	codeTooLarge     = "too_large"             // 413
	codePrecondition = "precondition_required" // 428: the action does not say what its person has seen
	codeUnavailable  = "unavailable"           // 503
)

func badRequest(zh, en string) problem {
	return problem{Code: codeBadRequest, Message: catalog.Text{ZH: "请求有误：" + zh, EN: en}}
}

func writeProblem(w http.ResponseWriter, status int, p problem) { writeJSON(w, status, p) }

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the reader may have gone; there is nobody to tell
}

func refuseMethod(w http.ResponseWriter, allowed string) {
	w.Header().Set("Allow", allowed)
	writeProblem(w, http.StatusMethodNotAllowed, problem{Code: codeMethod, Message: catalog.Text{ZH: "不支持此方法，请使用 " + allowed, EN: "want " + allowed}})
}

func refuseToken(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", `Bearer realm="anxin"`)
	writeProblem(w, http.StatusUnauthorized, problem{Code: codeUnauthorized, Message: catalog.Text{
		ZH: "缺少或错误的令牌：请在 Authorization 头中使用 alerts.token", EN: "want the header Authorization: Bearer TOKEN with the token of alerts.token"}})
}

// explain turns an error of casework into a status and a problem.
func (a *Alerts) explain(doing string, err error) (int, problem) {
	var r *casefile.Refusal
	switch {
	case errors.As(err, &r):
		p := problem{Code: r.Code, Message: r.Message, Rule: r.Basis}
		switch r.Code {
		case "invalid":
			return http.StatusBadRequest, p
		case "role", "territory", "department", "same_person", "nobody":
			return http.StatusForbidden, p
		}
		return http.StatusUnprocessableEntity, p
	case errors.Is(err, eventlog.ErrConflict):
		return http.StatusPreconditionFailed, problem{Code: codeConflict, Message: catalog.Text{
			ZH: "他人已先行操作或情况已有变化：请重新查看后再操作", EN: "somebody was faster, or something has changed: look again, then act"}}
	case errors.Is(err, cases.ErrNotFound), errors.Is(err, blacklist.ErrNotFound), errors.Is(err, errUnseen):
		return http.StatusNotFound, problem{Code: codeNotFound, Message: catalog.Text{
			ZH: "没有该记录，或不在您的辖区", EN: "no such case or entry (a case is scope:scope_id, such as project:P-1), or not one of yours"}}
	}
	a.logger.Error(doing, "error", err)
	return http.StatusServiceUnavailable, problem{Code: codeUnavailable, Message: catalog.Text{
		ZH: "数据库没有应答：请稍后再试", EN: "the store does not answer: try again"}}
}

// fail answers an error of casework.
func (a *Alerts) fail(w http.ResponseWriter, doing string, err error) {
	status, p := a.explain(doing, err)
	writeProblem(w, status, p)
}

// errUnseen says that there is such a thing, but not for this person: told as if there were none.
var errUnseen = errors.New("not this person's")
