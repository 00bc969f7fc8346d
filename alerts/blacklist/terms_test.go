package blacklist

import (
	"testing"

	"github.com/anxin-project/anxin/internal/domain/casefile"
)

func TestAPeriodKeepsTheLengthThatWasInForceWhenItBegan(t *testing.T) {
	bound, now := DefaultTerms("", 0), casefile.ListingTerms{Object: 105, Verify: 105, Decide: 120, Extension: 120, Years: 103, RemovalMonths: 106, DecideRemoval: 115, Near: 103}
	for event, change := range map[string]func(*casefile.ListingTerms){
		notified:         func(t *casefile.ListingTerms) { t.Object = 105 },
		objected:         func(t *casefile.ListingTerms) { t.Verify = 105 },
		extended:         func(t *casefile.ListingTerms) { t.Extension = 120 },
		decided:          func(t *casefile.ListingTerms) { t.Years, t.RemovalMonths = 103, 106 },
		corrected:        func(t *casefile.ListingTerms) { t.RemovalMonths = 106 },
		removalRequested: func(t *casefile.ListingTerms) { t.DecideRemoval, t.Near = 115, 103 },
		verified:         func(*casefile.ListingTerms) {},
		listed:           func(*casefile.ListingTerms) {},
		barSet:           func(*casefile.ListingTerms) {},
	} {
		want := bound
		change(&want)
		if got := begin(event, bound, now); got != want {
			t.Errorf("after %s %+v, want %+v", event, got, want)
		}
	}
}
