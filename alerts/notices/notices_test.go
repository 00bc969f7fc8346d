package notices

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/internal/testing/prometheustest"
)

// seen is what one stand-in got.
type seen struct {
	mu   sync.Mutex
	got  []*http.Request
	body []map[string]any
	raw  []string
}

func (s *seen) add(r *http.Request, raw []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body map[string]any
	_ = json.Unmarshal(raw, &body)
	s.got, s.body, s.raw = append(s.got, r), append(s.body, body), append(s.raw, string(raw))
}

func (s *seen) all() ([]map[string]any, []*http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]map[string]any(nil), s.body...), append([]*http.Request(nil), s.got...)
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const robotSecret = "SEC0123456789abcdef"

// standIns are the documented interfaces of four channels, each of which refuses what its documents say it refuses.
func standIns(t *testing.T) (channels map[string]Channel, of map[string]*seen) {
	t.Helper()
	of = map[string]*seen{}
	serve := func(name, good, bad string, takes func(r *http.Request, body map[string]any) bool) string {
		s := &seen{}
		of[name] = s
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			raw, _ := io.ReadAll(r.Body)
			var body map[string]any
			if json.Unmarshal(raw, &body) != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") || !takes(r, body) {
				fmt.Fprint(w, bad) // 200, as robots answer what they refuse
				return
			}
			s.add(r, raw)
			fmt.Fprint(w, good)
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	text := func(body map[string]any, kind, key, field string) bool {
		part, _ := body[key].(map[string]any)
		said, _ := part[field].(string)
		return body[kind] == key && said != ""
	}
	dingtalk := serve(DingTalk, `{"errcode":0,"errmsg":"ok"}`, `{"errcode":310000,"errmsg":"sign not match"}`, func(r *http.Request, body map[string]any) bool {
		q := r.URL.Query()
		at := q.Get("timestamp")
		return q.Get("access_token") == "k" && len(at) == 13 && q.Get("sign") == sign(robotSecret, at+"\n"+robotSecret) && text(body, "msgtype", "markdown", "text") && text(body, "msgtype", "markdown", "title")
	})
	wecom := serve(WeCom, `{"errcode":0,"errmsg":"ok"}`, `{"errcode":93000,"errmsg":"invalid webhook url"}`, func(r *http.Request, body map[string]any) bool {
		part, _ := body["markdown"].(map[string]any)
		content, _ := part["content"].(string)
		return r.URL.Query().Get("key") == "k" && body["msgtype"] == "markdown" && content != "" && len(content) <= 4096
	})
	feishu := serve(Feishu, `{"code":0,"msg":"success","data":{}}`, `{"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"}`, func(r *http.Request, body map[string]any) bool {
		at, _ := body["timestamp"].(string)
		card, _ := body["card"].(map[string]any)
		return body["msg_type"] == "interactive" && card["header"] != nil && card["elements"] != nil && len(at) == 10 && body["sign"] == sign(at+"\n"+robotSecret, "")
	})
	gateway := serve(SMS, `accepted`, `{"code":7}`, func(r *http.Request, body map[string]any) bool {
		phones, _ := body["phones"].([]any)
		return r.Header.Get("Authorization") == "Bearer "+robotSecret && len(phones) == 2 && body["text"] != ""
	})
	return map[string]Channel{
		"housing-dingtalk": {Kind: DingTalk, URLFile: file(t, dingtalk+"/robot/send?access_token=k"), SecretFile: file(t, robotSecret)},
		"labour-wecom":     {Kind: WeCom, URLFile: file(t, wecom+"/cgi-bin/webhook/send?key=k")},
		"transport-feishu": {Kind: Feishu, URLFile: file(t, feishu+"/open-apis/bot/v2/hook/k"), SecretFile: file(t, robotSecret)},
		"supervisors-sms":  {Kind: SMS, URLFile: file(t, gateway+"/send"), SecretFile: file(t, robotSecret), PhonesFile: file(t, "13800000000\n13900000000")},
	}, of
}

// mailbox is an SMTP server as far as a sender needs it; it keeps what it is handed.
func mailbox(t *testing.T) (address string, got func() []string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var mu sync.Mutex
	var letters []string
	serve := func(c net.Conn) {
		defer c.Close()
		fmt.Fprint(c, "220 mail.example.cn ESMTP\r\n")
		lines := bufio.NewReader(c)
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			switch verb := strings.ToUpper(strings.Fields(line + " x")[0]); verb {
			case "EHLO", "HELO":
				fmt.Fprint(c, "250 mail.example.cn\r\n")
			case "DATA":
				fmt.Fprint(c, "354 go on\r\n")
				var letter strings.Builder
				for {
					part, err := lines.ReadString('\n')
					if err != nil || part == ".\r\n" {
						break
					}
					letter.WriteString(part)
				}
				mu.Lock()
				letters = append(letters, letter.String())
				mu.Unlock()
				fmt.Fprint(c, "250 taken\r\n")
			case "QUIT":
				fmt.Fprint(c, "221 bye\r\n")
				return
			default:
				fmt.Fprint(c, "250 ok\r\n")
			}
		}
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	return l.Addr().String(), func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), letters...)
	}
}

// alertmanager runs the shipped configuration, its addresses and waits changed, in front of a relay.
func alertmanager(t *testing.T, quiet bool) (post func(labels map[string]string), of map[string]*seen, letters func() []string, cases *seen) {
	t.Helper()
	prometheustest.Program(t, "prometheus-alertmanager")
	channels, of := standIns(t)
	relay, err := New(channels, "https://anxin.example.cn/", time.Now, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	cases = &seen{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/alerts", func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		cases.add(r, raw)
	})
	mux.HandleFunc("POST /api/v1/notices/{channel}", func(w http.ResponseWriter, r *http.Request) {
		var n Notification
		if r.Header.Get("Authorization") != "Bearer the-alerts-token" || json.NewDecoder(r.Body).Decode(&n) != nil || n.Version != "4" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if err := relay.Send(r.Context(), r.PathValue("channel"), n); err != nil {
			t.Errorf("%v", err)
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	anxin := httptest.NewServer(mux)
	t.Cleanup(anxin.Close)
	smtp, letters := mailbox(t)
	templates, err := filepath.Abs("../../deploy/alertmanager/templates")
	if err != nil {
		t.Fatal(err)
	}
	hours := `start_time: "00:00", end_time: "00:01"`
	if quiet {
		hours = `start_time: "00:00", end_time: "24:00"`
	} else if now := time.Now().UTC(); now.Hour() == 0 && now.Minute() <= 1 {
		hours = `start_time: "12:00", end_time: "12:01"`
	}
	config := filepath.Join(t.TempDir(), "alertmanager.yml")
	prometheustest.Rewrite(t, "../../deploy/alertmanager/notices.yml", config, prometheustest.Changes{
		"http://anxin:8080": anxin.URL, "/run/secrets/alerts_token": file(t, "the-alerts-token"), "group_wait: 15s": "group_wait: 100ms", "group_interval: 1m": "group_interval: 300ms",
		"mail.example.cn:465": smtp, "smtp_auth_username: anxin@example.cn": "smtp_require_tls: false", "  smtp_auth_password_file: /run/secrets/smtp_password\n": "",
		"/etc/alertmanager/templates/*.tmpl": filepath.Join(templates, "*.tmpl"), `start_time: "12:00", end_time: "24:00"`: hours,
	})
	address := prometheustest.FreeAddress(t)
	prometheustest.StartAlertmanager(t, address, config)
	return func(labels map[string]string) {
		t.Helper()
		raw, err := json.Marshal([]map[string]any{{"labels": labels, "annotations": map[string]string{"summary": "红色预警：工资逾期未付（" + labels["scope_id"] + labels["county"] + "）", "description": "请在规定期限内受理。", "subject_url": "/subjects/project/" + labels["scope_id"]}}})
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.Post("http://"+address+"/api/v2/alerts", "application/json", bytes.NewReader(raw))
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("posting an alert: %v %v", response, err)
		}
		response.Body.Close()
	}, of, letters, cases
}

const patience = 30 * time.Second

func until(t *testing.T, what string, true_ func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !true_(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

func count(s *seen) int { all, _ := s.all(); return len(all) }

func warning(county, sector, id string) map[string]string {
	return map[string]string{"alertname": "RedWarning", "severity": "critical", "scope": "project", "scope_id": id, "county": county, "sector": sector, "level": "red"}
}

func TestNoticesReachWhomTheyConcernByRealAlertmanager(t *testing.T) {
	post, of, letters, cases := alertmanager(t, false)
	post(warning("331024", "construction", "P-1"))
	post(warning("331024", "transport", "P-2"))
	post(warning("331002", "construction", "P-3"))
	post(map[string]string{"alertname": "DeadlinePassed", "severity": "critical", "kind": "order", "county": "331024"})
	post(map[string]string{"alertname": "DeadlineUnanswered", "severity": "critical", "kind": "order", "county": "331002", "escalated": "prefecture"})
	until(t, "each channel has its notices, and cases all", func() bool {
		return count(of[DingTalk]) >= 1 && count(of[Feishu]) >= 1 && count(of[WeCom]) >= 1 && count(of[SMS]) >= 2 && len(letters()) >= 1 && count(cases) >= 3
	})
	for kind, want := range map[string][2]string{DingTalk: {"P-1", "P-2"}, Feishu: {"P-2", "P-1"}, WeCom: {"P-3", "P-1"}} {
		bodies, _ := of[kind].all()
		said := of[kind].raw[0]
		if len(bodies) != 1 || !strings.Contains(said, want[0]) || strings.Contains(said, want[1]) || !strings.Contains(said, "【安薪】紧急 1 条") || !strings.Contains(said, "https://anxin.example.cn/subjects/project/"+want[0]) {
			t.Errorf("%s got %d notices: %s", kind, len(bodies), said)
		}
	}
	bodies, _ := of[SMS].all()
	for _, body := range bodies {
		if text := body["text"].(string); len([]rune(text)) > 200 || !strings.HasPrefix(text, "【安薪】紧急 1 条：") {
			t.Errorf("an SMS says %s", text)
		}
	}
	letter, err := mail.ReadMessage(strings.NewReader(letters()[0]))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(letter.Header.Get("Subject"))
	_, parameters, _ := mime.ParseMediaType(letter.Header.Get("Content-Type"))
	if err != nil || subject != "【安薪】紧急 1 条" {
		t.Errorf("the letter is about %q, %v", subject, err)
	}
	parts := multipart.NewReader(letter.Body, parameters["boundary"])
	for n := 0; ; n++ {
		part, err := parts.NextRawPart()
		if err != nil {
			if n != 2 {
				t.Errorf("the letter has %d parts: %v", n, err)
			}
			break
		}
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil || !strings.Contains(string(text), "请登录安薪系统办理") || !strings.Contains(string(text), "331002") {
			t.Errorf("part %d says %s, %v", n, text, err)
		}
	}
}

func TestQuietHoursHoldNoticesBackAndNeitherCasesNorWhatGoesUp(t *testing.T) {
	post, of, letters, cases := alertmanager(t, true)
	post(warning("331024", "construction", "P-1"))
	post(map[string]string{"alertname": "DeadlineNear", "severity": "warning", "kind": "order", "county": "331024"})
	post(map[string]string{"alertname": "DeadlineUnanswered", "severity": "critical", "kind": "order", "county": "331024", "escalated": "prefecture"})
	until(t, "the case, the SMS and the letter", func() bool { return count(cases) >= 1 && count(of[SMS]) >= 1 && len(letters()) >= 1 })
	post(warning("331024", "construction", "P-9")) // a later one is a case as well: by then the first would have been told
	until(t, "the later case", func() bool { return count(cases) >= 2 })
	for _, kind := range []string{DingTalk, Feishu, WeCom} {
		if n := count(of[kind]); n != 0 {
			t.Errorf("%s was told %d times in quiet hours", kind, n)
		}
	}
}

func TestANoticeThatIsNotTakenIsAnErrorThatTellsNoSecret(t *testing.T) {
	channels, _ := standIns(t)
	closed := httptest.NewServer(http.NotFoundHandler())
	gone := closed.URL
	closed.Close()
	wrong := channels["housing-dingtalk"]
	wrong.SecretFile = file(t, "SECwrong")
	relay, err := New(map[string]Channel{
		"refused": wrong, "gone": {Kind: WeCom, URLFile: file(t, gone+"/send?key=TOPSECRET")}, "nowhere": {Kind: WeCom, URLFile: file(t, "TOPSECRET")}, "empty": {Kind: WeCom, URLFile: file(t, "")},
		"feishu": {Kind: Feishu, URLFile: channels["transport-feishu"].URLFile, SecretFile: file(t, "SECwrong")}, "sms": {Kind: SMS, URLFile: channels["supervisors-sms"].URLFile, PhonesFile: file(t, "13800000000")},
	}, "", time.Now, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	n := Notification{Version: "4", Status: "firing", Alerts: []Alert{{Status: "firing", Labels: map[string]string{"severity": "critical"}, Annotations: map[string]string{"summary": "一条"}}}}
	for name, want := range map[string]string{"refused": "refuses with code 310000", "gone": "connection refused", "nowhere": "holds no address", "empty": "is empty", "feishu": "code 19021", "sms": "code 7"} {
		err := relay.Send(t.Context(), name, n)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "SECRET") || strings.Contains(err.Error(), "access_token") {
			t.Errorf("%s: %v, want %q and no secret", name, err, want)
		}
	}
	if err := relay.Send(t.Context(), "nobody", n); err != ErrUnknown {
		t.Errorf("an unknown channel: %v", err)
	}
}

func TestWhatRecordsSayIsNoMarkupAndALongNoticeIsCut(t *testing.T) {
	r := &Relay{pages: "https://anxin.example.cn"}
	n := Notification{Status: "firing"}
	for i := range 400 {
		n.Alerts = append(n.Alerts, Alert{Status: "firing", Labels: map[string]string{"severity": "warning"}, Annotations: map[string]string{"summary": fmt.Sprintf("[点我](http://evil.example) <@all> **%d**", i), "subject_url": "/cases"}})
	}
	n.Alerts[0].Status = resolved
	said := r.lines(n, "\n", 3_800)
	if len(said) > 4_000 || strings.Contains(said, "](http://evil") || strings.Contains(said, "<@all>") || strings.Contains(said, "**") || !strings.Contains(said, "另有") {
		t.Errorf("%d bytes: %.300s", len(said), said)
	}
	if strings.Contains(said, "已解除") {
		t.Error("what is over stands before what is not")
	}
}

func TestChannelsAreCheckedWhenTheyAreRead(t *testing.T) {
	for want, c := range map[string]Channel{
		"want one of dingtalk, wecom, feishu, sms": {Kind: "telegram", URLFile: "x"},
		"url_file is missing":                      {Kind: DingTalk},
		"phones_file is missing":                   {Kind: SMS, URLFile: "x"},
		"phones_file is for sms alone":             {Kind: Feishu, URLFile: "x", PhonesFile: "y"},
		"secret_file is not for wecom":             {Kind: WeCom, URLFile: "x", SecretFile: "y"},
	} {
		if _, err := New(map[string]Channel{"a": c}, "", time.Now, prometheus.NewRegistry()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", c, err, want)
		}
	}
}
