package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/docs/reference"
	"github.com/anxin-project/anxin/internal/platform/access/people"
	"github.com/anxin-project/anxin/internal/platform/access/reveal"
	"github.com/anxin-project/anxin/internal/platform/api"
)

// The API answers in JSON what the pages show. Its routes stand in the pages' table, so the same rules admit its callers
// and the same log has what they did, and its answers are made of what the pages' functions gather. Each answer has a type
// of its own (api*.go beside the pages, view/answers.go), which docs/reference/openapi.yaml describes; a test holds the two together.

// asksAPI reports whether a request is one of the API, which is answered in JSON whatever happens.
func asksAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// apiMethods are the methods of each path of the API under /api/v1/.
func (s *Server) apiMethods() map[string][]string {
	methods := map[string][]string{}
	for _, route := range s.table {
		if method, path, _ := strings.Cut(route.Pattern, " "); strings.HasPrefix(path, "/api/v1/") {
			methods[path] = append(methods[path], method)
		}
	}
	return methods
}

// APIPaths are the paths of the API that the console answers, as patterns of a ServeMux: beside it another component may
// answer the rest of /api/.
func (s *Server) APIPaths() []string {
	var paths []string
	for path := range s.apiMethods() {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}

// DescribeAPI answers the API's description.
func DescribeAPI(*Request) (Answer, error) {
	return Answer{raw: reference.OpenAPI, kind: "application/yaml; charset=utf-8"}, nil
}

// NoSuchPath answers what the API does not know.
func NoSuchPath(*Request) (Answer, error) { return Answer{}, api.NoSuchPath() }

var (
	errNobody = errors.New("nobody known asks")
	errNoRun  = errors.New("no run has completed yet")

	// ErrNoCasework says that this process serves the console alone.
	ErrNoCasework = errors.New("casework is not connected")
)

// refuse answers an error of the API.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return // the client has gone
	}
	failure := explain(err)
	if failure.Code == api.Internal || failure.Code == api.Unavailable {
		s.log.Error("an answer of the API failed", "path", r.URL.Path, "error", err)
	}
	failure.Write(w)
}

// explain turns an error into what the API answers.
func explain(err error) *api.Failure {
	var failure *api.Failure
	var bad badRequest
	var refusal people.Refusal
	switch {
	case errors.As(err, &failure):
		return failure
	case errors.Is(err, errNobody):
		return api.Fail(http.StatusUnauthorized, api.Unauthorized, "请先登录，或在 Authorization 头中使用有效的个人令牌（anxin users token）；会话中的操作须带 Anxin-Form 头",
			"sign in, or send a person's token (anxin users token) in the header Authorization; an action of a session needs the header Anxin-Form")
	case errors.Is(err, ErrForbidden):
		return api.Fail(http.StatusForbidden, api.Forbidden, "您的角色、辖区或部门没有权限", "this is not for your role, territory or department")
	case errors.Is(err, errForged):
		return api.Fail(http.StatusForbidden, api.Forbidden, "请求来自其他网站", "the request comes from another site")
	case errors.Is(err, ErrNotFound):
		return api.Fail(http.StatusNotFound, api.NotFound, "没有找到", "there is no such thing")
	case errors.As(err, &bad):
		return api.Fail(http.StatusBadRequest, api.BadRequest, bad.in(language.Chinese), bad.in(language.English))
	case errors.As(err, &refusal):
		return &api.Failure{Status: http.StatusUnprocessableEntity, Problem: api.Problem{Code: api.Refused, Message: refusal.Text}}
	case errors.Is(err, reveal.ErrPurpose):
		return api.Fail(http.StatusBadRequest, api.Invalid, fmt.Sprintf("请填写 %d 至 %d 个字符的用途", reveal.MinPurpose, reveal.MaxPurpose),
			fmt.Sprintf("say what for: purpose has %d to %d characters", reveal.MinPurpose, reveal.MaxPurpose))
	case errors.Is(err, reveal.ErrNoKeys):
		return api.Fail(http.StatusServiceUnavailable, api.NoKeys, "本进程没有密钥，不能显示明文", "this process has no keys: nothing sealed can be shown")
	case errors.Is(err, errNoRun):
		return api.Fail(http.StatusServiceUnavailable, api.NoRun, "尚未完成首次运行：请稍后再试", "no run has completed yet: try again later")
	case errors.Is(err, ErrNoCasework):
		return api.Fail(http.StatusServiceUnavailable, api.NoCasework, "本进程未连接办案：请使用 anxin serve 的地址", "casework is not connected to this process: ask the one that runs anxin serve")
	case errors.Is(err, context.DeadlineExceeded):
		return api.Fail(http.StatusServiceUnavailable, api.Unavailable, "数据库没有应答：请稍后再试", "the store does not answer: try again")
	}
	return api.Fail(http.StatusInternalServerError, api.Internal, "系统出错：已记录，请联系运维人员", "something broke: it has been logged, tell the operator")
}

// in says which parameters a page or the API cannot take, and what they take.
func (b badRequest) in(l language.Locale) string {
	var all []string
	for _, p := range b.parameters {
		if l == language.Chinese {
			all = append(all, fmt.Sprintf("参数 %s 为 %q，应为 %s", p.Name, p.Value, p.Want))
		} else {
			all = append(all, fmt.Sprintf("%s is %q: want %s", p.Name, p.Value, p.Want))
		}
	}
	return strings.Join(all, "; ")
}

// ReadJSON reads the body of an action of the API.
func (r *Request) ReadJSON(into any) error {
	if failure := api.ReadBody(r.Writer, r.HTTP, MaxForm, into); failure != nil {
		return failure
	}
	return nil
}
