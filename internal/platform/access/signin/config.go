package signin

import (
	"errors"
	"fmt"
	"net/url"
	"time"
)

// Configuration of signing in.
type Configuration struct {
	// URL is the address under which people reach the pages, such as https://anxin.example.cn. It is needed for an OpenID
	// provider, which sends people back to it; with https it also says that a proxy before this process adds TLS.
	URL string `yaml:"url"`
	// Idle is after how long without a request a session ends, MaxAge after how long it ends in any case.
	Idle   time.Duration `yaml:"idle"`
	MaxAge time.Duration `yaml:"max_age"`
	// PlainHTTP lets browsers keep the session's cookie over http from another machine. Whoever listens on the network
	// can then take over sessions: for closed networks without TLS only.
	PlainHTTP bool `yaml:"plain_http"`
	OIDC      OIDC `yaml:"oidc"`
	// TrustedProxies are the addresses or networks (10.0.0.0/8) of reverse proxies whose X-Forwarded-For is believed. Without them all
	// who come through a proxy are one address: to what locks out, to the quotas of the public pages and in the audit log.
	TrustedProxies []string `yaml:"trusted_proxies"`
}

// OIDC is an OpenID provider.
type OIDC struct {
	// Issuer is the provider's address; empty for none: then people sign in with a password only.
	Issuer string `yaml:"issuer"`
	// ClientID is what the provider calls this system.
	ClientID string `yaml:"client_id"`
	// ClientSecret may stand in the environment instead, in ANXIN_OIDC_SECRET. A public client has none.
	ClientSecret string `yaml:"client_secret"`
	// Scopes are what the provider is asked for: openid, and what Claim may need besides.
	Scopes []string `yaml:"scopes"`
	// Claim is the claim of the ID token that says who somebody is; it must be one that the provider never gives to
	// another person.
	Claim string `yaml:"claim"`
	Title string `yaml:"title"` // on the button, after 使用 / Sign in with
}

// DefaultConfiguration signs people out after half an hour without a request, and at the latest after a working day.
func DefaultConfiguration() Configuration {
	return Configuration{Idle: 30 * time.Minute, MaxAge: 12 * time.Hour, OIDC: OIDC{Scopes: []string{"openid"}, Claim: "sub", Title: "统一身份认证"}}
}

// Validate tells what is wrong and what would be accepted.
func (c Configuration) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	address := func(text string) bool {
		u, err := url.Parse(text)
		return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && (u.Path == "" || u.Path == "/") && u.RawQuery == "" && u.Fragment == ""
	}
	check(c.URL == "" || address(c.URL), "access.url is %q: want the address of the pages alone, such as https://anxin.example.cn", c.URL)
	check(c.Idle >= time.Minute, "access.idle is %s: want at least 1m", c.Idle)
	_, err := c.proxies()
	check(err == nil, "access.trusted_proxies: want addresses or networks such as 10.0.0.0/8: %v", err)
	check(c.MaxAge >= c.Idle, "access.max_age is %s: want at least access.idle, %s", c.MaxAge, c.Idle)
	if c.OIDC.Issuer != "" {
		issuer, err := url.Parse(c.OIDC.Issuer)
		check(err == nil && issuer.Host != "" && (issuer.Scheme == "https" || issuer.Scheme == "http" && loopback(issuer.Host)),
			"access.oidc.issuer is %q: want an https address", c.OIDC.Issuer)
		check(c.OIDC.ClientID != "", "access.oidc.client_id is missing: the provider knows this system by it")
		check(c.OIDC.Claim != "", "access.oidc.claim is missing: want sub, or another claim that names a person for ever")
		check(c.URL != "", "access.url is missing: the provider sends people back to it")
	}
	return errors.Join(errs...)
}
