package main

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/anxin-project/anxin/internal/platform/api"
)

// One address answers what both components have of the API, and what neither has.
func TestPagesAndCaseworkShareTheAPIsAddress(t *testing.T) {
	o := openOffice(t)
	for _, tt := range []struct {
		method, path string
		status       int
		code         string
	}{
		{"GET", "/api/v1/units", 401, api.Unauthorized},
		{"GET", "/api/v1/subjects/employer/" + firm, 401, api.Unauthorized},
		{"POST", "/api/v1/people", 401, api.Unauthorized},
		{"PUT", "/api/v1/people", 405, api.MethodNotAllowed},
		{"GET", "/api/v1/cases", 401, api.Unauthorized},
		{"PUT", "/api/v1/cases", 405, api.MethodNotAllowed},
		{"GET", "/api/v1/units/331024/nothing", 404, api.NotFound},
		{"GET", "/api/v2/units", 404, api.NotFound},
		{"GET", "/api/v1/publication", 200, ""},
		{"GET", "/api/openapi.yaml", 200, ""},
	} {
		r, err := http.NewRequest(tt.method, o.url+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var p api.Problem
		if tt.code != "" {
			err = json.NewDecoder(response.Body).Decode(&p)
		}
		response.Body.Close()
		if err != nil || response.StatusCode != tt.status || p.Code != tt.code || tt.code != "" && p.Message.ZH == "" {
			t.Errorf("%s %s answers %d %+v, %v", tt.method, tt.path, response.StatusCode, p, err)
		}
	}
}
