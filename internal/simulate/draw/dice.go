// Package draw draws at random what a simulated world needs: numbers, and people and firms that nobody is.
package draw

import (
	"math"
	"math/rand/v2"
)

// Dice is the randomness of one subject on one day. Reset seeds it afresh for each, so that what one project draws never
// shifts what another draws. The same seeds give the same numbers in every version of Go.
type Dice struct{ pcg rand.PCG }

// Reset seeds the dice for a subject on a day of a world.
func (r *Dice) Reset(seed, subject, day uint64) {
	r.pcg.Seed(Mix(seed^Mix(subject)), Mix(day+0x9e3779b97f4a7c15))
}

// Float draws from [0, 1).
func (r *Dice) Float() float64 { return float64(r.pcg.Uint64()>>11) / (1 << 53) }

// Chance is true with probability p.
func (r *Dice) Chance(p float64) bool { return r.Float() < p }

// N draws a whole number from 0 to k-1.
func (r *Dice) N(k int) int { return int((r.pcg.Uint64() >> 32) * uint64(k) >> 32) }

// In draws a whole number from lo to hi, both included.
func (r *Dice) In(lo, hi int) int { return lo + r.N(hi-lo+1) }

// Between draws from [lo, hi).
func (r *Dice) Between(lo, hi float64) float64 { return lo + (hi-lo)*r.Float() }

// Bell draws from a rough standard normal: the sum of four uniforms is close enough for sizes and never runs away.
func (r *Dice) Bell() float64 {
	return (r.Float() + r.Float() + r.Float() + r.Float() - 2) * math.Sqrt(3)
}

// Mix scatters a number over all 64 bits, always in the same way.
func Mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// Bits draws 64 bits, for who cuts them up.
func (r *Dice) Bits() uint64 { return r.pcg.Uint64() }
