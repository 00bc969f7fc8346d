package alerts

import (
	"errors"
	"fmt"
	"time"

	"github.com/anxin-project/anxin/alerts/notices"
)

// Configuration of the component.
type Configuration struct {
	// Token is the bearer token of the webhook and of the JSON API. There is no default; a process without one, such as a console by
	// itself, takes no notifications.
	Token string `yaml:"token"`
	// RefreshInterval is how often a new run is looked for; that is one small query.
	RefreshInterval time.Duration `yaml:"refresh_interval"`
	// RefreshTimeout bounds one refresh.
	RefreshTimeout time.Duration `yaml:"refresh_timeout"`
	// MaxSeries is the most series published from findings. Beyond it warnings are left out, the least severe first,
	// and anxin_series_dropped says how many. A township has about ten series of its own.
	MaxSeries int `yaml:"max_series"`
	// MaxBody is the largest notification taken, in bytes.
	MaxBody int64 `yaml:"max_body"`
	// SigningKey is a file with the Ed25519 key that signs the joint-discipline list as it is published (PKCS #8, as
	// openssl genpkey -algorithm ed25519 writes it); without it nothing is signed.
	SigningKey string `yaml:"signing_key"`
	// ClientNames are the names, in client certificates that tls.client_ca has signed, that may post alerts without the token.
	ClientNames []string `yaml:"client_names"`
	// Notices are the group robots and SMS gateways that Alertmanager's notifications are handed on to, by a name of one's own
	// (docs/how-to/notices.md). Each has a kind, a url_file, and as its kind asks a secret_file or a phones_file.
	Notices map[string]notices.Channel `yaml:"notices"`
}

// DefaultConfiguration lacks the token.
func DefaultConfiguration() Configuration {
	return Configuration{
		RefreshInterval: 10 * time.Second,
		RefreshTimeout:  time.Minute,
		MaxSeries:       50_000,
		MaxBody:         1 << 20,
	}
}

// minToken is the fewest characters of a token; 16 random ones cannot be guessed.
const minToken = 16

// Validate tells what is wrong and what would be accepted.
func (c Configuration) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	check(c.Token == "" || len(c.Token) >= minToken, "alerts.token has %d characters: want a secret of at least %d", len(c.Token), minToken)
	check(c.RefreshInterval > 0, "alerts.refresh_interval is %s: want more than 0s", c.RefreshInterval)
	check(c.RefreshTimeout > 0, "alerts.refresh_timeout is %s: want more than 0s", c.RefreshTimeout)
	check(c.MaxSeries >= 1000, "alerts.max_series is %d: want at least 1000", c.MaxSeries)
	check(c.MaxBody >= 1024, "alerts.max_body is %d bytes: want at least 1024", c.MaxBody)
	for name, channel := range c.Notices {
		err := channel.Validate()
		check(err == nil, "alerts.notices.%s: %w", name, err)
	}
	return errors.Join(errs...)
}
