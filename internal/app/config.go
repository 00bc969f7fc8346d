package app

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/anxin-project/anxin/alerts"
	"github.com/anxin-project/anxin/dashboards/console"
	"github.com/anxin-project/anxin/detectors"
	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
	"github.com/anxin-project/anxin/internal/platform/config"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// Configuration is the whole of anxin's configuration file.
type Configuration struct {
	// Listen is the address of the pages, metrics, webhook and API.
	Listen string `yaml:"listen"`
	// TLS makes the address above answer over TLS; without a certificate it speaks plain HTTP.
	TLS TLSFiles `yaml:"tls"`
	// Keys is the file with the secret keys for hashing and sealing (anxin keys new). ANXIN_KEYS, the content of such a file,
	// goes before it.
	Keys string `yaml:"keys"`
	// Policy is a policy file laid over the national one; empty for the national policy alone.
	Policy string `yaml:"policy"`
	// Holidays is a file with working-day notices of years that this version does not know yet.
	Holidays  string                  `yaml:"holidays"`
	Store     store.Configuration     `yaml:"store"`
	Ingest    ingest.Configuration    `yaml:"ingest"`
	Detectors detectors.Configuration `yaml:"detectors"`
	Alerts    alerts.Configuration    `yaml:"alerts"`
	Console   console.Configuration   `yaml:"console"`
	Access    signin.Configuration    `yaml:"access"`
	Metrics   Metrics                 `yaml:"metrics"`
}

// Metrics says who may read /metrics.
type Metrics struct {
	// Token is the bearer token that Prometheus must send; empty lets anybody read who reaches the address. Metrics hold no personal
	// data, but credit codes of firms and what is owed on which project.
	Token string `yaml:"token"`
}

// DefaultConfiguration is what a file that leaves everything out would say.
func DefaultConfiguration() Configuration {
	return Configuration{
		Listen: "127.0.0.1:8080", Keys: "keys",
		Store: store.DefaultConfiguration(), Ingest: ingest.DefaultConfiguration(), Detectors: detectors.DefaultConfiguration(),
		Alerts: alerts.DefaultConfiguration(), Console: console.DefaultConfiguration(), Access: signin.DefaultConfiguration(),
	}
}

// minToken is the fewest characters of a token; 16 random ones cannot be guessed.
const minToken = 16

// Validate checks every part. The alerts' token may be missing: only the process that runs alerts needs it.
func (c *Configuration) Validate() error {
	var listen, alerts error
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		listen = fmt.Errorf("listen %q: want HOST:PORT", c.Listen)
	}
	if c.Alerts.Token != "" {
		alerts = c.Alerts.Validate()
	}
	var settling error
	if c.Detectors.Settling <= c.Ingest.InsertTimeout {
		settling = fmt.Errorf("detectors.settling is %v and ingest.insert_timeout %v: want settling to be longer, or a pass may read before an insert that began earlier is stored, and never see its records", c.Detectors.Settling, c.Ingest.InsertTimeout)
	}
	var metrics error
	if n := len(c.Metrics.Token); n > 0 && n < minToken {
		metrics = fmt.Errorf("metrics.token has %d characters: want a secret of at least %d, or none", n, minToken)
	}
	return errors.Join(metrics, settling, listen, c.TLS.Validate(), c.Store.Validate(), c.Ingest.Validate(), c.Detectors.Validate(), alerts, c.Console.Validate(), c.Access.Validate())
}

// LoadConfiguration reads a file over the defaults; without a path they stand alone. What is secret may stand in the
// environment instead: the store's DSN in ANXIN_STORE_DSN, the webhook's token in ANXIN_ALERTS_TOKEN, that of
// metrics in ANXIN_METRICS_TOKEN, the secret shared with the OpenID provider in ANXIN_OIDC_SECRET. Every error is BadInput.
func LoadConfiguration(path string) (Configuration, error) {
	c := DefaultConfiguration()
	c.Alerts.Token = os.Getenv("ANXIN_ALERTS_TOKEN")
	c.Metrics.Token = os.Getenv("ANXIN_METRICS_TOKEN")
	c.Access.OIDC.ClientSecret = os.Getenv("ANXIN_OIDC_SECRET")
	if dsn := os.Getenv("ANXIN_STORE_DSN"); dsn != "" {
		c.Store.DSN = dsn
	}
	if err := config.Load(path, &c); err != nil {
		if strings.Contains(err.Error(), "into schedule.Configuration") { // the single cron line of earlier versions
			err = fmt.Errorf("%w\ndetectors.schedule has a cron line for each kind of run: put yours under schedule as fast: \"*/10 * * * *\", beside nightly, daily and monthly", err)
		}
		return c, BadInput(err)
	}
	return c, nil
}
