package simulate

import (
	"math"
	"math/rand/v2"
)

// dice is the randomness of one subject on one day. It is seeded afresh for each, so that what one
// project draws never shifts what another draws.
type dice struct{ pcg rand.PCG }

func (r *dice) reset(seed, subject, day uint64) {
	r.pcg.Seed(mix(seed^mix(subject)), mix(day+0x9e3779b97f4a7c15))
}

func (r *dice) float() float64           { return float64(r.pcg.Uint64()>>11) / (1 << 53) }
func (r *dice) chance(p float64) bool    { return r.float() < p }
func (r *dice) n(k int) int              { return int((r.pcg.Uint64() >> 32) * uint64(k) >> 32) }
func (r *dice) in(lo, hi int) int        { return lo + r.n(hi-lo+1) }
func (r *dice) f(lo, hi float64) float64 { return lo + (hi-lo)*r.float() }

// bell is a rough standard normal: the sum of four uniforms is close enough for sizes and never runs away.
func (r *dice) bell() float64 {
	return (r.float() + r.float() + r.float() + r.float() - 2) * math.Sqrt(3)
}

func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// Subjects of different kinds must not share a stream.
const (
	subjectWorld uint64 = (iota + 1) << 48
	subjectEmployer
	subjectSite
	subjectBusiness
	subjectSignals
	subjectWeather
	subjectNoise
	subjectTownship
	subjectSlot
	subjectCauses
	subjectHabits
	subjectPermit
)
