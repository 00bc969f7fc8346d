package console

import (
	"net/http"
)

const languageCookie = "anxin_lang"

// language of a request: what the address says, else what was chosen before, else the configured one. What the browser
// asks for plays no part: office machines often ask for English without their users knowing.
func (s *webServer) language(r *http.Request) locale {
	if l, ok := known(r.URL.Query().Get("lang")); ok {
		return l
	}
	if cookie, err := r.Cookie(languageCookie); err == nil {
		if l, ok := known(cookie.Value); ok {
			return l
		}
	}
	return locale(s.otherwise)
}

// rememberLanguage keeps a choice for a year. The cookie holds nothing but the language.
func (s *webServer) rememberLanguage(w http.ResponseWriter, r *http.Request, l locale) {
	http.SetCookie(w, &http.Cookie{
		Name: languageCookie, Value: string(l), Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil,
	})
}
