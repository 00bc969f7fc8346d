package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/anxin-project/anxin/internal/platform/access/people"
)

// CallbackPath is where the provider sends people back to: register access.url with this path there.
const CallbackPath = "/sign-in/openid/return"

// provider is an OpenID provider: the authorization code flow with PKCE. Each attempt has a state, a nonce and a verifier
// of its own, belongs to the browser that began it, and can be finished once.
type provider struct {
	config Configuration
	clock  func() time.Time
	client *http.Client

	mu       sync.Mutex
	found    *oidc.Provider // nil until discovery has succeeded
	attempts map[string]attempt
}

type attempt struct {
	nonce, verifier, next string
	until                 time.Time
}

const (
	attemptLife  = 10 * time.Minute
	mostAttempts = 10_000
)

func newProvider(c Configuration, clock func() time.Time) *provider {
	return &provider{config: c, clock: clock, client: &http.Client{Timeout: 10 * time.Second}, attempts: map[string]attempt{}}
}

// discover asks the provider for its addresses, until it has answered once: it may start after this process.
func (p *provider) discover(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		// The provider keeps the context for fetching keys later.
		found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.config.OIDC.Issuer)
		if err != nil {
			return nil, nil, err
		}
		p.found = found
	}
	return p.found, &oauth2.Config{
		ClientID: p.config.OIDC.ClientID, ClientSecret: p.config.OIDC.ClientSecret, Endpoint: p.found.Endpoint(),
		RedirectURL: strings.TrimSuffix(p.config.URL, "/") + CallbackPath, Scopes: p.config.OIDC.Scopes,
	}, nil
}

func (p *provider) begin(ctx context.Context, next string) (address, state string, err error) {
	_, flow, err := p.discover(ctx)
	if err != nil {
		return "", "", err
	}
	now := p.clock()
	a := attempt{nonce: random(), verifier: oauth2.GenerateVerifier(), next: next, until: now.Add(attemptLife)}
	state = random()
	p.mu.Lock()
	defer p.mu.Unlock()
	for s, old := range p.attempts {
		if now.After(old.until) {
			delete(p.attempts, s)
		}
	}
	if len(p.attempts) >= mostAttempts {
		return "", "", errors.New("too many people are signing in at once")
	}
	p.attempts[state] = a
	return flow.AuthCodeURL(state, oidc.Nonce(a.nonce), oauth2.S256ChallengeOption(a.verifier)), state, nil
}

// finish returns who has come back. browser is the state that the browser was given when it left.
func (p *provider) finish(ctx context.Context, browser string, q url.Values) (people.Subject, string, error) {
	none := people.Subject{}
	state := q.Get("state")
	p.mu.Lock()
	a, ok := p.attempts[state]
	delete(p.attempts, state)
	p.mu.Unlock()
	switch {
	case !ok || p.clock().After(a.until):
		return none, "", errors.New("the state is unknown, used or too old")
	case subtle.ConstantTimeCompare([]byte(browser), []byte(state)) != 1:
		return none, "", errors.New("the state is another browser's")
	case q.Get("error") != "":
		return none, "", fmt.Errorf("the provider says %q", q.Get("error"))
	}
	found, flow, err := p.discover(ctx)
	if err != nil {
		return none, "", err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	token, err := flow.Exchange(ctx, q.Get("code"), oauth2.VerifierOption(a.verifier))
	if err != nil {
		return none, "", fmt.Errorf("exchanging the code: %w", err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := found.Verifier(&oidc.Config{ClientID: p.config.OIDC.ClientID, Now: p.clock}).Verify(ctx, raw)
	if err != nil {
		return none, "", err
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(a.nonce)) != 1 {
		return none, "", errors.New("the ID token has another nonce")
	}
	who, err := p.claim(id)
	return people.Subject{Issuer: id.Issuer, ID: who}, a.next, err
}

// claim reads from an ID token who somebody is.
func (p *provider) claim(id *oidc.IDToken) (string, error) {
	if p.config.OIDC.Claim == "sub" {
		return id.Subject, nil
	}
	var all map[string]any
	if err := id.Claims(&all); err != nil {
		return "", err
	}
	who, _ := all[p.config.OIDC.Claim].(string)
	if who == "" {
		return "", fmt.Errorf("the ID token has no claim %s", p.config.OIDC.Claim)
	}
	if p.config.OIDC.Claim == "email" && all["email_verified"] != true {
		return "", errors.New("the provider has not verified the e-mail address")
	}
	return who, nil
}
