package console

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"
)

// hangUp sends a whole form and closes the connection without waiting for the answer.
func (s *server) hangUp(t *testing.T, path string, form url.Values) {
	t.Helper()
	host := strings.TrimPrefix(s.url, "http://")
	conn, err := net.Dial("tcp", host)
	must(t, err)
	body, cookie := form.Encode(), ""
	if s.session != nil {
		cookie = "Cookie: " + s.session.Name + "=" + s.session.Value + "\r\n"
	}
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\n%sContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", path, host, cookie, len(body), body)
	must(t, err)
	must(t, conn.Close())
}

func TestWhatWasDoneIsInTheAuditLogWhoeverHangsUp(t *testing.T) {
	s := emptyServer(t, small)
	const each = 10
	s.post(t, "/account", url.Values{}) // reads the session's form token
	begun := len(s.audited(t, 0))
	for n := range each {
		s.hangUp(t, "/people", url.Values{"form": {s.token}, "id": {fmt.Sprintf("clerk-%d", n)}, "name": {"无名"}, "role": {"operator"}, "territory": {""}})
	}
	session := s.session
	s.session = nil
	for n := range each {
		s.hangUp(t, "/sign-in", url.Values{"name": {fmt.Sprintf("nobody-%d", n)}, "password": {"wrong-password-of-nobody"}})
	}
	s.session = session
	count := func() (registered, wrong int) {
		for _, line := range s.audited(t, begun) {
			switch {
			case strings.Contains(line, " people.add clerk-") || strings.Contains(line, "clerk-") && strings.HasSuffix(line, " done"):
				registered++
			case strings.Contains(line, " sign_in ") && strings.HasSuffix(line, " refused"):
				wrong++
			}
		}
		return registered, wrong
	}
	deadline := time.Now().Add(2 * time.Minute)
	for {
		registered, wrong := count()
		if registered == each && wrong == each {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("of %d forms and %d wrong passwords whose clients hung up the audit log has %d and %d:\n%s", each, each, registered, wrong, strings.Join(s.audited(t, begun), "\n"))
		}
		time.Sleep(100 * time.Millisecond)
	}
	for n := range each {
		if _, err := s.gate.Register().Get(fmt.Sprintf("clerk-%d", n)); err != nil {
			t.Errorf("clerk-%d is in the audit log and not registered: %v", n, err)
		}
	}
}
