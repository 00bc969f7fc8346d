package signin

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Behind makes requests that come through a trusted proxy count as coming from whom the proxy took them: for locking out, for quotas
// and for the audit log. It goes by X-Forwarded-For from its end, over proxies that are trusted; what stands before, anybody may have
// written. From everybody else the header means nothing.
func (c Configuration) Behind(next http.Handler) http.Handler {
	proxies, err := c.proxies()
	if err != nil || len(proxies) == 0 {
		return next
	}
	trusted := func(a netip.Addr) bool {
		for _, p := range proxies {
			if p.Contains(a.Unmap()) {
				return true
			}
		}
		return false
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !trusted(peer.Addr()) {
			next.ServeHTTP(w, r)
			return
		}
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		from := peer.Addr()
		for i := len(hops) - 1; i >= 0; i-- {
			a, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
			if err != nil {
				break // the proxy wrote it otherwise, or nobody did: it comes from the last that is known
			}
			if from = a.Unmap().WithZone(""); !trusted(from) {
				break
			}
		}
		if from != peer.Addr() {
			known := *r // a copy: whoever made the request may look at its own
			known.RemoteAddr = net.JoinHostPort(from.String(), "0")
			r = &known
		}
		next.ServeHTTP(w, r)
	})
}

// proxies are the networks of the trusted proxies.
func (c Configuration) proxies() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range c.TrustedProxies {
		p, err := netip.ParsePrefix(text)
		if a, single := netip.ParseAddr(text); err != nil && single == nil {
			p, err = a.Prefix(a.BitLen())
		}
		if err != nil {
			return nil, err
		}
		all = append(all, p.Masked())
	}
	return all, nil
}
