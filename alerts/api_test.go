package alerts_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anxin-project/anxin/alerts"
	"github.com/anxin-project/anxin/alerts/blacklist"
	"github.com/anxin-project/anxin/internal/domain/casefile"
)

// answer is what the API said.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) read(t *testing.T, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), into); err != nil {
		t.Fatalf("%s: %v", a.body, err)
	}
}

// as sends a request as a person, or with a token ("Bearer …"); seen is what If-Match says, "" for none.
func (r *rig) as(t *testing.T, who, method, path, seen, body string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(who, "Bearer ") {
		request.Header.Set("Authorization", who)
	} else {
		request.Header.Set("X-Test-Person", who)
	}
	if seen != "" {
		request.Header.Set("If-Match", seen)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(text)}
}

func TestActionsOverHTTPHaveStableAnswers(t *testing.T) {
	r := newRig(t, nil)
	if status, text := r.request(t, "POST", "/api/v1/alerts", "Bearer "+token, body); status != 200 {
		t.Fatal(status, text)
	}
	const actions = "/api/v1/cases/project:P-1/actions"
	for _, tt := range []struct {
		name, who, method, path, seen, body string
		status                              int
		code                                string
	}{
		{"nobody", "", "POST", actions, `"2"`, `{"action":"accept"}`, 401, "unauthorized"},
		{"without what was seen", "inspector", "POST", actions, "", `{"action":"accept"}`, 428, "precondition_required"},
		{"with something else", "inspector", "POST", actions, "yesterday", `{"action":"accept"}`, 400, "bad_request"},
		{"garbage", "inspector", "POST", actions, "2", "garbage", 400, "bad_request"},
		{"a cut-off body", "inspector", "POST", actions, "2", `{"action":`, 400, "bad_request"},
		{"two bodies", "inspector", "POST", actions, "2", `{"action":"accept"}{}`, 400, "bad_request"},
		{"a field nobody knows", "inspector", "POST", actions, "2", `{"action":"accept","haste":true}`, 400, "bad_request"},
		{"a body beyond the limit", "inspector", "POST", actions, "2", `{"reason":"` + strings.Repeat("x", 1<<17) + `"}`, 413, "too_large"},
		{"an unknown action", "inspector", "POST", actions, "2", `{"action":"explode"}`, 400, "invalid"},
		{"not one's case", "elsewhere", "POST", actions, "2", `{"action":"accept"}`, 404, "not_found"},
		{"not one's role", "supervisor", "POST", actions, "2", `{"action":"accept"}`, 403, "role"},
		{"not at this stage", "inspector", "POST", actions, "2", `{"action":"investigate"}`, 422, "stage"},
		{"an old sight", "inspector", "POST", actions, "1", `{"action":"accept"}`, 412, "conflict"},
		{"another method", "inspector", "DELETE", actions, "2", "", 405, "method_not_allowed"},
		{"another path", "inspector", "GET", "/api/v1/caves", "", "", 404, "not_found"},
		{"right", "inspector", "POST", actions, `"2"`, `{"action":"accept"}`, 200, ""},
		{"once more", "inspector", "POST", actions, `"2"`, `{"action":"accept"}`, 412, "conflict"},
	} {
		got := r.as(t, tt.who, tt.method, tt.path, tt.seen, tt.body)
		var p struct {
			Code    string
			Message struct{ ZH, EN string }
			Rule    string
			Event   casefile.Event
		}
		got.read(t, &p)
		if got.status != tt.status || p.Code != tt.code {
			t.Errorf("%s: %d %s, want %d %s", tt.name, got.status, got.body, tt.status, tt.code)
		}
		if p.Code != "" && (p.Message.ZH == "" || p.Message.EN == "" || tt.status == 422 && p.Rule == "") {
			t.Errorf("%s: the problem lacks a text: %s", tt.name, got.body)
		}
		if p.Code == "" && (got.header.Get("ETag") != `"3"` || p.Event.Actor != "li") {
			t.Errorf("%s: ETag %s, %s", tt.name, got.header.Get("ETag"), got.body)
		}
	}
	r.auditing.Lock()
	audited := fmt.Sprint(r.audit)
	r.auditing.Unlock()
	for _, want := range []string{"case.accept project:P-1 0 role", "case.accept project:P-1 3 ", "case.accept project:P-1 0 conflict", "case.investigate project:P-1 0 stage"} {
		if !strings.Contains(audited, want) {
			t.Errorf("the audit lacks %q: %s", want, audited)
		}
	}

	// What may be read, and as what.
	for _, tt := range []struct {
		who, path string
		status    int
		says      string
	}{
		{"inspector", "/api/v1/cases", 200, `"total":1`},
		{"inspector", "/api/v1/cases?stage=accepted&deadline=met&assignee=", 200, `"total":1`},
		{"inspector", "/api/v1/cases?stage=open", 200, `"total":0`},
		{"elsewhere", "/api/v1/cases", 200, `"total":0`},
		{"operator", "/api/v1/cases", 403, "forbidden"},
		{"inspector", "/api/v1/cases/project:P-1", 200, `"allowed":[`},
		{"elsewhere", "/api/v1/cases/project:P-1", 404, "not_found"},
		{"inspector", "/api/v1/cases.csv", 200, "已受理"},
		{"inspector", "/api/v1/cases/project:P-1/papers/order", 200, "责令限期支付决定书"},
		{"", "/api/v1/cases/project:P-1/papers/order", 401, "unauthorized"},
		{"", "/api/openapi.yaml", 200, "openapi: 3.1.0"},
		{"", "/api/v1/publication", 200, `"employers":[]`},
		{"", "/api/v1/publication/manifest.json", 404, "signing_key"},
		{"", "/api/v1/publication/poem.txt", 404, "not_found"},
		{"", "/api/v1/publication/blacklist.csv", 200, "统一社会信用代码"},
		{"", "/api/v1/publication/blacklist.json", 200, `"employers": []`},
		{"inspector", "/api/v1/blacklist", 200, `"entries":[]`},
		{"", "/api/v1/blacklist", 401, "unauthorized"},
		{"inspector", "/api/v1/blacklist/nobody-1", 404, "not_found"},
	} {
		if got := r.as(t, tt.who, "GET", tt.path, "", ""); got.status != tt.status || !strings.Contains(got.body, tt.says) {
			t.Errorf("%s as %q: %d %s, want %d and %q", tt.path, tt.who, got.status, got.body, tt.status, tt.says)
		}
	}
}

func TestAThousandAlertsAtOnceAreAllKeptOnceAndAcceptedTogether(t *testing.T) {
	r := newRig(t, nil)
	notification := func(from, to int) string {
		var list []string
		for i := from; i < to; i++ {
			list = append(list, fmt.Sprintf(`{"status":"firing","labels":{"alertname":"RedWarning","detector":"wages-overdue","level":"red","scope":"project","scope_id":"P-%04d",`+
				`"sector":"water","county":"331024","township":"331024001"},"startsAt":"2026-03-09T03:59:00Z","fingerprint":"%016x"}`, i, i))
		}
		return `{"version":"4","alerts":[` + strings.Join(list, ",") + `]}`
	}
	var wg sync.WaitGroup
	for n := range 20 { // each is sent twice, all at once, with cut-off ones among them
		for range 2 {
			wg.Go(func() {
				if status, text := r.request(t, "POST", "/api/v1/alerts", "Bearer "+token, notification(n*50, n*50+50)); status != 200 {
					t.Errorf("%d %s", status, text)
				}
			})
		}
		wg.Go(func() {
			full := notification(n*50, n*50+50)
			if status, _ := r.request(t, "POST", "/api/v1/alerts", "Bearer "+token, full[:len(full)-1-n]); status != 400 {
				t.Errorf("%d for a cut-off body", status)
			}
		})
	}
	wg.Wait()
	list, err := r.Cases().List(t.Context(), casefile.Filter{})
	if err != nil || len(list) != 1000 {
		t.Fatalf("%d cases, %v", len(list), err)
	}
	var steps []string
	for _, c := range list {
		if c.Seq != 2 || len(c.Alerts) != 1 {
			t.Fatalf("%+v", c)
		}
		steps = append(steps, fmt.Sprintf(`{"id":%q,"seq":%d}`, c.ID, c.Seq))
	}
	got := r.as(t, "inspector", "POST", "/api/v1/cases/accept", "", `{"cases":[`+strings.Join(steps, ",")+`]}`)
	if got.status != 200 || !strings.Contains(got.body, `"accepted":1000`) {
		t.Errorf("%d %.300s", got.status, got.body)
	}
	again := r.as(t, "inspector", "POST", "/api/v1/cases/accept", "", `{"cases":[`+steps[0]+`]}`)
	if again.status != 200 || !strings.Contains(again.body, `"accepted":0`) || !strings.Contains(again.body, `"code":"conflict"`) {
		t.Errorf("%d %s", again.status, again.body)
	}
	for _, bad := range []string{`{"cases":[]}`, `{}`, `{"cases":[` + strings.Repeat(steps[0]+",", 1000) + steps[0] + `]}`} {
		if got := r.as(t, "inspector", "POST", "/api/v1/cases/accept", "", bad); got.status != 400 {
			t.Errorf("%d for %.40s", got.status, bad)
		}
	}
}

// listed is an employer that the latest run finds to be a candidate for the list, and proposal proposes it.
const (
	listed   = "91331024MA00000001"
	proposal = `{"employer":"` + listed + `","order_no":"监令3号","persons":[{"name":"王小明","capacity":"legal_representative"}]}`
)

// candidate stores a run that finds it.
func (r *rig) candidate(t *testing.T) {
	t.Helper()
	// The run's snapshot is this database itself: its proceedings are all there is to read.
	r.exec(t, `INSERT INTO warnings (as_of, run, detector, scope, scope_id, opened_on, level, name, township, county, evidence) VALUES ('2026-03-08', 7, 'blacklist-candidate', 'employer', '`+listed+`',
		'2026-03-08', 'red', '某某建筑劳务有限公司', '331024001', '331024', '{"grounds":["amount_many_workers"],"ordered_workers":12,"ordered_fen":3600000,"records":["O-1"]}')`)
	r.exec(t, `INSERT INTO proceedings (source, id, version, recorded_at, kind, employer_uscc, workers, amount_fen, opened_on, due_on)
		VALUES ('court', 'O-1', 1, '2026-02-20 00:00:00', 'rectification_order', '`+listed+`', 12, 3600000, '2026-02-20', '2026-03-06')`)
	r.exec(t, `INSERT INTO runs (as_of, run, started_at, finished_at, snapshot, detectors) SELECT '2026-03-08', 7, '2026-03-08 02:00:00', '2026-03-08 03:00:00', currentDatabase(), ['blacklist-candidate']`)
	r.refresh(t)
}

func TestAnEmployerIsListedOverHTTPAndPublishedSigned(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *alerts.Configuration) { c.SigningKey = key })
	const firm = listed
	r.candidate(t)
	for _, tt := range []struct {
		name, who, body string
		status          int
		code            string
	}{
		{"an employer that is no candidate", "inspector", strings.Replace(proposal, firm, "91331024MA00000002", 1), 422, "no_candidate"},
		{"by an inspector of another county", "elsewhere", proposal, 403, "territory"},
		{"without the legal representative", "inspector", strings.Replace(proposal, "legal_representative", "directly_responsible", 1), 422, "no_representative"},
	} {
		if got := r.as(t, tt.who, "POST", "/api/v1/blacklist", "", tt.body); got.status != tt.status || !strings.Contains(got.body, `"code":"`+tt.code+`"`) {
			t.Errorf("%s: %d %s", tt.name, got.status, got.body)
		}
	}
	got := r.as(t, "inspector", "POST", "/api/v1/blacklist", "", proposal)
	if got.status != 201 {
		t.Fatal(got.status, got.body)
	}
	const path = "/api/v1/blacklist/" + firm + "-1"
	act := func(who, body string, status int, says string) {
		t.Helper()
		tag := r.as(t, "supervisor", "GET", path, "", "").header.Get("ETag")
		if got := r.as(t, who, "POST", path+"/actions", tag, body); got.status != status || !strings.Contains(got.body, says) {
			t.Errorf("%s by %s: %d %s, want %d and %q", body, who, got.status, got.body, status, says)
		}
	}
	act("inspector", `{"action":"notify","document_no":"告1号"}`, 200, `"stage":"notified"`)
	if got := r.as(t, "inspector", "GET", path+"/papers/notice", "", ""); got.status != 200 || !strings.Contains(got.body, "告1号") ||
		!strings.HasPrefix(got.header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("the notice: %d %s", got.status, got.body)
	}
	// Papers and entries name persons: reading one is in the audit log, or does not happen.
	readings := []string{path, path + "/papers/notice", "/api/v1/blacklist", "/api/v1/cases.csv", "/api/v1/cases.xlsx"}
	for i, action := range []string{"read_entry", "print", "read_entry", "export", "export"} {
		r.as(t, "inspector", "GET", readings[i], "", "")
		r.auditing.Lock()
		if got := r.audit[len(r.audit)-1]; got.Action != action || got.Subject != readings[i] || got.Person.ID != "li" {
			t.Errorf("reading %s is written down as %+v", readings[i], got)
		}
		r.auditFails = errors.New("the store is gone")
		r.auditing.Unlock()
		if got := r.as(t, "inspector", "GET", readings[i], "", ""); got.status != 503 || strings.Contains(got.body, "小明") {
			t.Errorf("%s without the audit log: %d %s", readings[i], got.status, got.body)
		}
		r.auditing.Lock()
		r.auditFails = nil
		r.auditing.Unlock()
	}
	if got := r.as(t, "inspector", "GET", path+"/papers/poem", "", ""); got.status != 404 {
		t.Errorf("a paper that there is not: %d", got.status)
	}
	act("supervisor", `{"action":"decide","document_no":"决1号"}`, 422, `"code":"too_early"`)
	r.clock.Add(8 * 24 * 3600)
	r.expect(t, `
# HELP anxin_deadlines Deadlines of cases, of leads taken in here and of the joint-discipline list that are near or have passed without the thing being done.
# TYPE anxin_deadlines gauge
anxin_deadlines{county="331024",kind="objection",state="passed"} 1
`, "anxin_deadlines")
	act("supervisor", `{"action":"decide","document_no":"决1号"}`, 200, `"stage":"decided"`)
	act("inspector", `{"action":"list"}`, 200, `"stage":"listed"`)

	dir := t.TempDir()
	for _, name := range []string{blacklist.JSONFile, blacklist.CSVFile, blacklist.WorkbookFile, blacklist.ManifestFile, blacklist.SignatureFile} {
		file := r.as(t, "", "GET", "/api/v1/publication/"+name, "", "")
		if file.status != 200 {
			t.Fatal(name, file.status, file.body)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(file.body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if m, err := blacklist.Check(dir, public); err != nil || m.Employers != 1 {
		t.Errorf("the publication: %+v, %v", m, err)
	}
	if got := r.as(t, "", "GET", "/api/v1/publication", "", ""); !strings.Contains(got.body, "王**") || strings.Contains(got.body, "小明") {
		t.Errorf("published: %s", got.body)
	}
}

func TestAlertsComeByMutualTLSToo(t *testing.T) {
	r := newRig(t, func(c *alerts.Configuration) { c.ClientNames = []string{"alertmanager.example"} })
	authority, stranger := newAuthority(t), newAuthority(t)
	pool := x509.NewCertPool()
	pool.AddCert(authority.certificate)
	serve := func(auth tls.ClientAuthType) *httptest.Server {
		server := httptest.NewUnstartedServer(r.Handler())
		server.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshakes that are to fail
		server.TLS = &tls.Config{ClientCAs: pool, ClientAuth: auth}
		server.StartTLS()
		t.Cleanup(server.Close)
		return server
	}
	verifies, believes := serve(tls.VerifyClientCertIfGiven), serve(tls.RequestClientCert)
	for _, tt := range []struct {
		name   string
		server *httptest.Server
		shows  []tls.Certificate
		status int // 0: no connection
	}{
		{"the name that may", verifies, []tls.Certificate{authority.issue(t, "alertmanager.example")}, 200},
		{"another name", verifies, []tls.Certificate{authority.issue(t, "somebody.example")}, 401},
		{"no certificate", verifies, nil, 401},
		{"the right name from a stranger", verifies, []tls.Certificate{stranger.issue(t, "alertmanager.example")}, 0},
		{"the right name where nobody verifies", believes, []tls.Certificate{stranger.issue(t, "alertmanager.example")}, 401},
	} {
		server := tt.server
		client := server.Client()
		transport := client.Transport.(*http.Transport).Clone()
		transport.TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			if len(tt.shows) == 0 {
				return new(tls.Certificate), nil
			}
			return &tt.shows[0], nil // whatever authorities the server asks for
		}
		response, err := (&http.Client{Transport: transport}).Post(server.URL+"/api/v1/alerts", "application/json", strings.NewReader(body))
		status := 0
		if err == nil {
			status = response.StatusCode
			_ = response.Body.Close()
		}
		if status != tt.status {
			t.Errorf("%s: %d (%v), want %d", tt.name, status, err, tt.status)
		}
		transport.CloseIdleConnections()
	}
}

// authority signs client certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of the tests"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{certificate, key}
}

func (a authority) issue(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "client"}, DNSNames: []string{name}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
