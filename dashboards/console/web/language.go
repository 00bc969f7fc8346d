package web

import (
	"net/http"

	"github.com/anxin-project/anxin/dashboards/console/language"
)

const languageCookie = "anxin_lang"

// language of a request: what the address says, else what was chosen before, else the configured one. What the browser
// asks for plays no part: office machines often ask for English without their users knowing.
func (s *Server) language(r *http.Request) language.Locale {
	if l, ok := language.Known(r.URL.Query().Get("lang")); ok {
		return l
	}
	if cookie, err := r.Cookie(languageCookie); err == nil {
		if l, ok := language.Known(cookie.Value); ok {
			return l
		}
	}
	return language.Locale(s.otherwise)
}

// rememberLanguage keeps a choice for a year. The cookie holds nothing but the language.
func (s *Server) rememberLanguage(w http.ResponseWriter, r *http.Request, l language.Locale) {
	http.SetCookie(w, &http.Cookie{
		Name: languageCookie, Value: string(l), Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil,
	})
}
