// Package api holds what everything that answers under /api/ has in common, whichever component it is: what a refusal looks
// like, how a body is read, how long a list may be, and where the API is described.
package api

import (
	"encoding/json"
	"net/http"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// Problem is the body of every answer that is no success. Code is stable; the message is for people; rule names the law,
// or the rule of this program, that a refused step would break.
type Problem struct {
	Code    string       `json:"code"`
	Message catalog.Text `json:"message"`
	Rule    string       `json:"rule,omitempty"`
}

// The codes of problems that are no refusals by a rule (casefile.Refusal has those).
const (
	BadRequest           = "bad_request"           // 400
	Invalid              = "invalid"               // 400: something that the action needs is missing
	Unauthorized         = "unauthorized"          // 401
	Forbidden            = "forbidden"             // 403
	NotFound             = "not_found"             // 404
	MethodNotAllowed     = "method_not_allowed"    // 405
	Conflict             = "conflict"              // 412: somebody was faster
	TooLarge             = "too_large"             // 413
	Refused              = "refused"               // 422: the register of people says no
	PreconditionRequired = "precondition_required" // 428: the action does not say what its person has seen
	Internal             = "internal"              // 500
	Unavailable          = "unavailable"           // 503
	NoRun                = "no_run"                // 503: no run has completed yet
	NoCasework           = "no_casework"           // 503: this process serves the console alone
	NoKeys               = "no_keys"               // 503: this process cannot open what is sealed
)

// Failure is a problem on its way to whoever asked, with the status of the answer.
type Failure struct {
	Status int
	Problem
}

func (f *Failure) Error() string { return f.Message.EN }

// Fail makes a failure of a text in Chinese and one in English.
func Fail(status int, code, zh, en string) *Failure {
	return &Failure{status, Problem{Code: code, Message: catalog.Text{ZH: zh, EN: en}}}
}

// Write answers the failure.
func (f *Failure) Write(w http.ResponseWriter) { WriteProblem(w, f.Status, f.Problem) }

// WriteProblem answers a problem.
func WriteProblem(w http.ResponseWriter, status int, p Problem) {
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="anxin"`)
	}
	WriteJSON(w, status, p)
}

// WriteJSON answers what nobody is to keep.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the reader may have gone; there is nobody to tell
}

// RefuseMethod answers a method that a path does not have.
func RefuseMethod(w http.ResponseWriter, allowed string) {
	w.Header().Set("Allow", allowed)
	Fail(http.StatusMethodNotAllowed, MethodNotAllowed, "不支持此方法，请使用 "+allowed, "want "+allowed).Write(w)
}

// NoSuchPath is the failure of a path that there is not.
func NoSuchPath() *Failure {
	return Fail(http.StatusNotFound, NotFound, "没有这个接口，见 /api/openapi.yaml", "there is no such path: see /api/openapi.yaml")
}
