package store

import (
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/anxin-project/anxin/internal/platform/config"
)

// serverOptions reads the DSN of a server. Errors do not quote it: whatever is wrong with it, its password may stand there.
func serverOptions(c Configuration) (*clickhouse.Options, error) {
	scheme, _, found := strings.Cut(c.DSN, "://")
	switch {
	case !found, scheme != "clickhouse" && scheme != "http" && scheme != "https":
		return nil, fmt.Errorf("store.dsn %q: want embedded:DIR, clickhouse://HOST:9000/DATABASE or https://HOST:8443/DATABASE", Redacted(c.DSN))
	}
	dsn := c.DSN
	if scheme == "https" && !strings.Contains(dsn, "secure=") { // the driver asks for it to be said twice
		separator := "?"
		if strings.Contains(dsn, "?") {
			separator = "&"
		}
		dsn += separator + "secure=true"
	}
	options, err := clickhouse.ParseDSN(dsn)
	if err != nil { // an error of the URL's parser quotes it
		return nil, fmt.Errorf("store.dsn %s cannot be read: want %s://USER:PASSWORD@HOST:PORT/DATABASE?PARAMETER=VALUE, where characters such as @ / : ? %% in a password are written %%40 %%2F %%3A %%3F %%25", Redacted(c.DSN), scheme)
	}
	if options.TLS == nil && c.TLS != (TLS{}) {
		return nil, fmt.Errorf("store.tls is set, but store.dsn %s asks for no TLS: add secure=true to it, with the server's port for TLS (9440, or 8443 for https://)", Redacted(c.DSN))
	}
	if options.Auth.Password != "" && c.PasswordFile != "" {
		return nil, errors.New("store.password_file is set, and there is a password in store.dsn: leave one of them out")
	}
	if options.Auth.Database == "" || options.Auth.Database == "default" {
		options.Auth.Database = DefaultDatabase
	}
	if options.DialTimeout == 0 {
		options.DialTimeout = 10 * time.Second
	}
	if options.Compression == nil {
		options.Compression = &clickhouse.Compression{Method: clickhouse.CompressionLZ4}
	}
	return options, nil
}

// readFiles adds to options what the configuration's files hold.
func readFiles(c Configuration, options *clickhouse.Options) error {
	if c.PasswordFile != "" {
		text, err := os.ReadFile(c.PasswordFile)
		if err != nil {
			return fmt.Errorf("store.password_file: %w", err)
		}
		options.Auth.Password = strings.TrimRight(string(text), "\r\n")
	}
	if options.TLS == nil {
		return nil
	}
	options.TLS.MinVersion = tls.VersionTLS12
	return config.Certificates(options.TLS, "store.tls", c.TLS.CA, c.TLS.Certificate, c.TLS.Key)
}

// A password that is not written as it should be may hold an @ or a /: it ends at the last @.
var (
	userPassword      = regexp.MustCompile(`(://[^:/@]*:).*@`)
	passwordParameter = regexp.MustCompile(`([?&]password=)[^&]*`)
)

// Redacted returns a DSN without its password, for messages.
func Redacted(dsn string) string {
	return passwordParameter.ReplaceAllString(userPassword.ReplaceAllString(dsn, "$1***@"), "$1***")
}
