package public

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Limits are how much the public pages take in, which an operator sets. Up to Free an hour is taken as it comes. Beyond, whoever
// sends gives a proof first: a little work that the browser does by script, or, without scripts, a wait. Beyond Most nothing more is
// taken until it has run off. What one address is refused counts for no site and for nobody else.
type Limits struct {
	Address Quota `yaml:"address"` // from one address; workers of a site often share one
	Site    Quota `yaml:"site"`    // about one project or employer
	All     Quota `yaml:"all"`     // together
	// Wait is the pause between two that wait at one address instead of working.
	Wait time.Duration `yaml:"wait"`
	// WorkBits is how hard the work is: 2 to this power hashes on average.
	WorkBits int `yaml:"work_bits"`
	// WrongCodes is how many wrong receipt codes an address may try in an hour.
	WrongCodes int `yaml:"wrong_codes"`
}

// Quota is an hour's.
type Quota struct {
	Free int `yaml:"free"`
	Most int `yaml:"most"`
}

// DefaultLimits suit a county.
func DefaultLimits() Limits {
	return Limits{
		Address: Quota{Free: 40, Most: 200}, Site: Quota{Free: 200, Most: 1000}, All: Quota{Free: 3000, Most: 12_000},
		Wait: 20 * time.Second, WorkBits: 16, WrongCodes: 20,
	}
}

// Validate tells what is wrong and what would be accepted.
func (l Limits) Validate() error {
	var errs []error
	for _, q := range []struct {
		name string
		Quota
	}{{"address", l.Address}, {"site", l.Site}, {"all", l.All}} {
		if q.Free < 1 || q.Most < q.Free {
			errs = append(errs, fmt.Errorf("console.public.%s is free %d, most %d: want free of at least 1, and most of at least free", q.name, q.Free, q.Most))
		}
	}
	if l.Wait < time.Second || l.Wait > 10*time.Minute {
		errs = append(errs, fmt.Errorf("console.public.wait is %s: want 1s to 10m", l.Wait))
	}
	if l.WorkBits < 8 || l.WorkBits > 24 {
		errs = append(errs, fmt.Errorf("console.public.work_bits is %d: want 8 to 24, or old phones work for minutes", l.WorkBits))
	}
	if l.WrongCodes < 1 {
		errs = append(errs, fmt.Errorf("console.public.wrong_codes is %d: want at least 1", l.WrongCodes))
	}
	return errors.Join(errs...)
}

// outcome is what becomes of something sent.
type outcome string

const (
	taken   outcome = "taken"
	asked   outcome = "asked" // for a proof
	held    outcome = "held"  // nothing more is taken for now
	refused outcome = "refused"
	unsent  outcome = "unsent" // the broker did not confirm it
)

// mostKept bounds each table of buckets, some 100 bytes each. Beyond, the emptiest of a few is forgotten: addresses that many
// machines invent push out each other, not those that are full.
const mostKept = 20_000

// longestWait is the furthest place in the queue of those who wait.
const longestWait = 30 * time.Minute

// bucket holds what came in the last hour: it runs off at Free an hour.
type bucket struct {
	level float64
	at    time.Time
	slot  time.Time // the last place given to somebody who waits
}

func (b *bucket) run(now time.Time, perHour int) {
	b.level = max(0, b.level-now.Sub(b.at).Hours()*float64(perHour))
	b.at = now
}

type table map[string]*bucket

func (t table) of(key string, now time.Time, perHour int) *bucket {
	b := t[key]
	if b == nil {
		if len(t) >= mostKept {
			t.makeRoom(now, perHour)
		}
		b = &bucket{at: now}
		t[key] = b
	}
	b.run(now, perHour)
	return b
}

// makeRoom forgets the emptiest of eight.
func (t table) makeRoom(now time.Time, perHour int) {
	worst, looked := "", 0
	for key, b := range t { // Go begins anywhere
		b.run(now, perHour)
		if looked == 0 || b.level < t[worst].level {
			worst = key
		}
		if looked++; looked == 8 {
			break
		}
	}
	delete(t, worst)
}

type limits struct {
	Limits
	now func() time.Time

	mu        sync.Mutex
	addresses table
	sites     table
	wrong     table
	all       bucket

	posts *prometheus.CounterVec
}

func newLimits(c Limits, now func() time.Time, r prometheus.Registerer) *limits {
	l := &limits{Limits: c, now: now, addresses: table{}, sites: table{}, wrong: table{}, all: bucket{at: now()}}
	l.posts = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "anxin_public_posts_total",
		Help: "What was sent to the public pages, by kind (lead, voice, step, lookup) and outcome (taken, asked for a proof, held off, refused, unsent).",
	}, []string{"kind", "outcome"})
	for _, kind := range []string{"lead", "voice", "step", "lookup"} {
		for _, o := range []outcome{taken, asked, held, refused, unsent} {
			l.posts.WithLabelValues(kind, string(o))
		}
	}
	if r != nil {
		r.MustRegister(l.posts)
	}
	return l
}

func (l *limits) count(kind string, o outcome) { l.posts.WithLabelValues(kind, string(o)).Inc() }

// sender is an address as quotas count it: of IPv6 the network, for a phone has a million addresses of its own.
func sender(origin string) string {
	a, err := netip.ParseAddr(origin)
	if err != nil {
		return origin
	}
	if a = a.Unmap().WithZone(""); a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

// enter says what becomes of something sent from an address about a site ("" for none), and counts it in if it is taken. proved says
// that a proof came with it. Where a proof is asked for, until is when a wait would be over; zero where the queue is full.
func (l *limits) enter(address, site string, proved bool) (o outcome, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	mine := l.addresses.of(address, now, l.Address.Free)
	about := &bucket{}
	if site != "" {
		about = l.sites.of(site, now, l.Site.Free)
	}
	l.all.run(now, l.All.Free)
	for _, q := range []struct {
		*bucket
		Quota
	}{{mine, l.Address}, {about, l.Site}, {&l.all, l.All}} {
		if q.level+1 > float64(q.Most) {
			return held, time.Time{}
		}
		if q.level+1 > float64(q.Free) && !proved {
			o = asked
		}
	}
	if o == asked {
		slot := now
		if mine.slot.After(now) {
			slot = mine.slot
		}
		if slot = slot.Add(l.Wait); slot.Sub(now) > longestWait {
			return asked, time.Time{}
		}
		mine.slot = slot
		return asked, slot
	}
	for _, b := range []*bucket{mine, about, &l.all} {
		b.level++
	}
	return taken, time.Time{}
}

// leave takes back what was counted in and then refused for what it said.
func (l *limits) leave(address, site string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range []*bucket{l.addresses[address], l.sites[site], &l.all} {
		if b != nil {
			b.level = max(0, b.level-1)
		}
	}
}

// mayLook reports whether an address may try a receipt code; wrongCode counts one that stood for nothing.
func (l *limits) mayLook(address string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.wrong[address]
	if b == nil {
		return true
	}
	b.run(l.now(), l.WrongCodes)
	return b.level+1 <= float64(l.WrongCodes)
}

func (l *limits) wrongCode(address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wrong.of(address, l.now(), l.WrongCodes).level++
}

// worked reports whether a text is the work for a form: a hash with so many zeros in front.
func (l *limits) worked(once, work string) bool {
	if work == "" || len(work) > 32 {
		return false
	}
	sum := sha256.Sum256([]byte("anxin " + once + " " + work))
	zeros := 0
	for _, b := range sum {
		zeros += bits.LeadingZeros8(b)
		if b != 0 {
			break
		}
	}
	return zeros >= l.WorkBits
}

// ticket is the place of a form in the queue of those who wait: until when, and a proof that it was given here.
func (p *Pages) ticket(once string, until time.Time) string {
	at := strconv.FormatInt(until.Unix(), 10)
	return at + "." + p.Desk.Proof("public wait", once+" "+at)
}

// readTicket returns until when a form has to wait; false for a ticket that was not given here, or long ago.
func (p *Pages) readTicket(once, ticket string) (time.Time, bool) {
	at, _, found := strings.Cut(ticket, ".")
	seconds, err := strconv.ParseInt(at, 10, 64)
	if !found || err != nil || len(ticket) > 80 {
		return time.Time{}, false
	}
	until := time.Unix(seconds, 0)
	return until, ticket == p.ticket(once, until) && p.limits.now().Sub(until) < time.Hour
}
