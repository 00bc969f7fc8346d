package alerts

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/anxin-project/anxin/alerts/notices"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/platform/api"
)

// notice hands a notification of Alertmanager on to a group robot or an SMS gateway. It answers 200 only after that took it; what
// it did not take is for Alertmanager to send again.
func (a *Alerts) notice(w http.ResponseWriter, r *http.Request, _ caller) {
	if !a.tokenOf(r) && !a.certified(r) {
		refuseToken(w)
		return
	}
	var n notices.Notification
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, a.config.MaxBody)).Decode(&n); err != nil || n.Version != "4" || len(n.Alerts) == 0 {
		api.WriteProblem(w, http.StatusBadRequest, badRequest("不是 Alertmanager 的通知（版本 4）", "the body is not a notification of Alertmanager, version 4"))
		return
	}
	switch err := a.notices.Send(r.Context(), r.PathValue("channel"), n); {
	case errors.Is(err, notices.ErrUnknown):
		api.WriteProblem(w, http.StatusNotFound, api.Problem{Code: api.NotFound, Message: catalog.Text{ZH: "没有这个通知渠道（alerts.notices）", EN: "there is no such channel (alerts.notices)"}})
	case err != nil:
		a.logger.Error("a notice was not sent", "error", err)
		api.WriteProblem(w, http.StatusBadGateway, api.Problem{Code: api.Unavailable, Message: catalog.Text{ZH: "对方没有接收：请重发", EN: "the other side did not take it: send it again"}})
	default:
		api.WriteJSON(w, http.StatusOK, map[string]int{"alerts": len(n.Alerts)})
	}
}
