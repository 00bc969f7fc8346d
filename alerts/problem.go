package alerts

import (
	"errors"
	"net/http"

	"github.com/anxin-project/anxin/alerts/blacklist"
	"github.com/anxin-project/anxin/alerts/cases"
	"github.com/anxin-project/anxin/alerts/eventlog"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/platform/api"
)

func badRequest(zh, en string) api.Problem {
	return api.Problem{Code: api.BadRequest, Message: catalog.Text{ZH: "请求有误：" + zh, EN: en}}
}

func refuseToken(w http.ResponseWriter) {
	api.WriteProblem(w, http.StatusUnauthorized, api.Problem{Code: api.Unauthorized, Message: catalog.Text{
		ZH: "缺少或错误的令牌：请在 Authorization 头中使用 alerts.token", EN: "want the header Authorization: Bearer TOKEN with the token of alerts.token"}})
}

// explain turns an error of casework into a status and a problem.
func (a *Alerts) explain(doing string, err error) (int, api.Problem) {
	var r *casefile.Refusal
	switch {
	case errors.As(err, &r):
		p := api.Problem{Code: r.Code, Message: r.Message, Rule: a.laws.Annotate(r.Basis)}
		switch r.Code {
		case "invalid":
			return http.StatusBadRequest, p
		case "role", "territory", "department", "same_person", "nobody":
			return http.StatusForbidden, p
		}
		return http.StatusUnprocessableEntity, p
	case errors.Is(err, eventlog.ErrConflict):
		return http.StatusPreconditionFailed, api.Problem{Code: api.Conflict, Message: catalog.Text{
			ZH: "他人已先行操作或情况已有变化：请重新查看后再操作", EN: "somebody was faster, or something has changed: look again, then act"}}
	case errors.Is(err, cases.ErrNotFound), errors.Is(err, blacklist.ErrNotFound), errors.Is(err, errUnseen):
		return http.StatusNotFound, api.Problem{Code: api.NotFound, Message: catalog.Text{
			ZH: "没有该记录，或不在您的辖区", EN: "no such case or entry (a case is scope:scope_id, such as project:P-1), or not one of yours"}}
	}
	a.logger.Error(doing, "error", err)
	return http.StatusServiceUnavailable, api.Problem{Code: api.Unavailable, Message: catalog.Text{
		ZH: "数据库没有应答：请稍后再试", EN: "the store does not answer: try again"}}
}

// fail answers an error of casework.
func (a *Alerts) fail(w http.ResponseWriter, doing string, err error) {
	status, p := a.explain(doing, err)
	api.WriteProblem(w, status, p)
}

// errUnseen says that there is such a thing, but not for this person: told as if there were none.
var errUnseen = errors.New("not this person's")
