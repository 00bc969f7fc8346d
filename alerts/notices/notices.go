// Package notices hands Alertmanager's notifications on to group robots and SMS gateways, in the form that each documents:
// Alertmanager itself speaks none of them. A notice says in Chinese what Prometheus' rules said of it (annotations), with links to
// the pages. It holds nothing personal, and where it is sent stands in files that only the service reads.
package notices

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
)

// The kinds of channels.
const (
	DingTalk = "dingtalk" // 钉钉群机器人
	WeCom    = "wecom"    // 企业微信群机器人
	Feishu   = "feishu"   // 飞书群机器人
	SMS      = "sms"      // a gateway that takes JSON
)

// Kinds are all of them.
var Kinds = []string{DingTalk, WeCom, Feishu, SMS}

// Channel is one place that notices go to. What is secret of it stands in files, which are read anew for each notice.
type Channel struct {
	Kind string `yaml:"kind"` // dingtalk, wecom, feishu or sms
	// URLFile has the address of the robot, with its key, or of the gateway.
	URLFile string `yaml:"url_file"`
	// SecretFile has the secret that DingTalk and Feishu sign by, or the bearer token of the gateway; empty: none.
	SecretFile string `yaml:"secret_file"`
	// PhonesFile has the numbers an SMS goes to, one a line.
	PhonesFile string `yaml:"phones_file"`
}

// Validate says what is wrong with a channel, and what would be accepted.
func (c Channel) Validate() error {
	switch {
	case !slices.Contains(Kinds, c.Kind):
		return fmt.Errorf("kind is %q: want one of %s", c.Kind, strings.Join(Kinds, ", "))
	case c.URLFile == "":
		return errors.New("url_file is missing: want a file with the address to send to")
	case c.Kind == SMS && c.PhonesFile == "":
		return errors.New("phones_file is missing: want a file with one number a line")
	case c.Kind != SMS && c.PhonesFile != "":
		return errors.New("phones_file is for sms alone")
	case c.Kind == WeCom && c.SecretFile != "":
		return errors.New("secret_file is not for wecom: its key is part of the address")
	}
	return nil
}

// Notification is Alertmanager's webhook body, as far as notices use it.
type Notification struct {
	Version     string            `json:"version"`
	Status      string            `json:"status"`
	GroupLabels map[string]string `json:"groupLabels"`
	Alerts      []Alert           `json:"alerts"`
	Truncated   uint64            `json:"truncatedAlerts"`
}

// Alert is one alert of it.
type Alert struct {
	Status      string            `json:"status"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
}

// Relay sends notices. It may be used from many goroutines.
type Relay struct {
	channels map[string]Channel
	pages    string // the address of the pages, without a slash at its end; empty: links are left out
	client   *http.Client
	now      func() time.Time
	sent     *prometheus.CounterVec
}

// sendTimeout bounds one notice: Alertmanager itself waits for 10 seconds.
const sendTimeout = 8 * time.Second

// New returns the relay of some channels; pages is the address that people open the pages at.
func New(channels map[string]Channel, pages string, now func() time.Time, metrics prometheus.Registerer) (*Relay, error) {
	r := &Relay{channels: channels, pages: strings.TrimSuffix(pages, "/"), now: now,
		client: &http.Client{Timeout: sendTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		sent:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "anxin_notices_total", Help: "Notices by channel and outcome (sent, failed)."}, []string{"channel", "outcome"})}
	for name, c := range channels {
		if err := c.Validate(); err != nil {
			return nil, fmt.Errorf("notices.%s: %w", name, err)
		}
		for _, outcome := range []string{"sent", "failed"} {
			r.sent.WithLabelValues(name, outcome)
		}
	}
	return r, metrics.Register(r.sent)
}

// ErrUnknown says that there is no such channel.
var ErrUnknown = errors.New("no such channel of notices")

// Send hands a notification on. An error leaves it to Alertmanager to send it again.
func (r *Relay) Send(ctx context.Context, name string, n Notification) error {
	c, known := r.channels[name]
	if !known {
		return ErrUnknown
	}
	err := r.send(ctx, c, n)
	outcome := "sent"
	if err != nil {
		outcome = "failed"
		err = fmt.Errorf("the channel %s: %w", name, err)
	}
	r.sent.WithLabelValues(name, outcome).Inc()
	return err
}

func (r *Relay) send(ctx context.Context, c Channel, n Notification) error {
	address, err := secret(c.URLFile)
	if err != nil {
		return err
	}
	key := ""
	if c.SecretFile != "" {
		if key, err = secret(c.SecretFile); err != nil {
			return err
		}
	}
	to, err := url.Parse(address)
	if err != nil || to.Host == "" {
		return errors.New("the file url_file holds no address") // without quoting it: it holds the key
	}
	var body any
	bearer := ""
	switch c.Kind {
	case DingTalk:
		body = map[string]any{"msgtype": "markdown", "markdown": map[string]string{"title": title(n), "text": "#### " + title(n) + "\n\n" + r.lines(n, "\n\n", 18_000)}}
		if key != "" {
			at := strconv.FormatInt(r.now().UnixMilli(), 10)
			q := to.Query()
			q.Set("timestamp", at)
			q.Set("sign", sign(key, at+"\n"+key))
			to.RawQuery = q.Encode()
		}
	case WeCom:
		body = map[string]any{"msgtype": "markdown", "markdown": map[string]string{"content": "**" + title(n) + "**\n" + r.lines(n, "\n", 3_800)}}
	case Feishu:
		colour := map[string]string{"critical": "red", "warning": "orange"}[worst(n)]
		if n.Status == resolved || colour == "" {
			colour = "green"
		}
		card := map[string]any{"msg_type": "interactive", "card": map[string]any{
			"header":   map[string]any{"title": map[string]string{"tag": "plain_text", "content": title(n)}, "template": colour},
			"elements": []any{map[string]string{"tag": "markdown", "content": r.lines(n, "\n", 18_000)}}}}
		if key != "" {
			at := strconv.FormatInt(r.now().Unix(), 10)
			card["timestamp"], card["sign"] = at, sign(at+"\n"+key, "")
		}
		body = card
	case SMS:
		phones, err := secret(c.PhonesFile)
		if err != nil {
			return err
		}
		body, bearer = map[string]any{"phones": strings.Fields(phones), "text": shortened(title(n)+"："+firstSummary(n), 200)}, key
	}
	return r.post(ctx, to, bearer, body)
}

// secret reads a file of one secret.
func secret(path string) (string, error) {
	raw, err := os.ReadFile(path)
	text := strings.TrimSpace(string(raw))
	if err == nil && text == "" {
		err = fmt.Errorf("%s is empty", path)
	}
	return text, err
}

// sign is the Base64 of the HMAC-SHA256 of a text.
func sign(key, text string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// post sends a body, and takes an answer that says so for a failure: robots answer 200 also to what they refuse.
func (r *Relay) post(ctx context.Context, to *url.URL, bearer string, body any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(raw))
	if err != nil {
		return errors.New("the address cannot be asked")
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	response, err := r.client.Do(request)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err // not the address: it holds the key
		}
		return fmt.Errorf("sending to %s: %w", to.Host, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return fmt.Errorf("reading the answer of %s: %w", to.Host, err)
	}
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("%s answers %s", to.Host, response.Status)
	}
	var said struct {
		ErrCode *int `json:"errcode"` // DingTalk, WeCom
		Code    *int `json:"code"`    // Feishu
	}
	_ = json.Unmarshal(answer, &said) // a gateway may answer anything
	for _, code := range []*int{said.ErrCode, said.Code} {
		if code != nil && *code != 0 {
			return fmt.Errorf("%s refuses with code %d", to.Host, *code)
		}
	}
	return nil
}

const resolved = "resolved"

// words are how severe an alert is.
var words = map[string]string{"critical": "紧急", "warning": "提醒"}

// worst is the highest severity among alerts that fire.
func worst(n Notification) string {
	found := ""
	for _, a := range n.Alerts {
		if a.Status != resolved && (found == "" || a.Labels["severity"] == "critical") {
			found = a.Labels["severity"]
		}
	}
	return found
}

// title says in one line what a notice is about: it begins with the name that robots may ask for as their keyword.
func title(n Notification) string {
	fire := 0
	for _, a := range n.Alerts {
		if a.Status != resolved {
			fire++
		}
	}
	if n.Status == resolved {
		return fmt.Sprintf("【安薪】已解除 %d 条", len(n.Alerts))
	}
	return fmt.Sprintf("【安薪】%s %d 条", words[worst(n)], fire)
}

func firstSummary(n Notification) string {
	for _, a := range n.Alerts {
		if a.Status != resolved || n.Status == resolved {
			return a.Annotations["summary"]
		}
	}
	return ""
}

// lines are the alerts, those that fire first, as far as most bytes hold them.
func (r *Relay) lines(n Notification, between string, most int) string {
	all := slices.Clone(n.Alerts)
	slices.SortStableFunc(all, func(a, b Alert) int {
		order := func(x Alert) int {
			if x.Status == resolved {
				return 1
			}
			return 0
		}
		return order(a) - order(b)
	})
	var b strings.Builder
	for i, a := range all {
		line := "- "
		if a.Status == resolved {
			line += "（已解除）"
		}
		line += plain(a.Annotations["summary"])
		if path := a.Annotations["subject_url"]; r.pages != "" && strings.HasPrefix(path, "/") {
			line += fmt.Sprintf(" [查看](%s%s)", r.pages, path)
		}
		if b.Len()+len(line) > most {
			fmt.Fprintf(&b, "%s- 另有 %d 条，请在系统中查看", between, len(all)-i)
			break
		}
		if i > 0 {
			b.WriteString(between)
		}
		b.WriteString(line)
	}
	return b.String()
}

// plain keeps a text from acting as markup: names come from records.
func plain(text string) string {
	return strings.NewReplacer("[", "［", "]", "］", "<", "＜", ">", "＞", "*", "＊", "`", "＇", "\n", " ", "@", "＠").Replace(text)
}

// shortened is the beginning of a text, of so many characters at most.
func shortened(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}
