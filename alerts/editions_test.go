package alerts_test

import (
	"testing"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/edition"
	"github.com/anxin-project/anxin/internal/platform/editionstore"
)

func TestTheTownshipsIndexInTheLastThreeEditionsIsPublished(t *testing.T) {
	r := newRig(t, nil)
	const head = `
# HELP anxin_edition_number Number of the newest published edition of the index; 0 before the first.
# TYPE anxin_edition_number gauge
`
	r.refresh(t)
	r.expect(t, head+"anxin_edition_number 0\n", "anxin_edition_number", "anxin_edition_index")
	january := civil.NewDate(2026, 1, 1).Month()
	for i, index := range []float64{90, 80, 70, 60} {
		month := january + civil.Month(i)
		e := edition.Edition{Number: uint32(i + 1), Month: month, AsOf: month.Last(), Run: uint64(i + 10), PublishedAt: month.Last().End()}
		units := []edition.Unit{{Unit: "county", Code: "331024", Index: &index}, {Unit: "township", Code: "331024001", County: "331024", Index: &index}, {Unit: "township", Code: "331024002", County: "331024"}}
		if i == 2 {
			units = units[:1] // the township had too few workers that month
		}
		if err := editionstore.Write(t.Context(), r.conn, e, edition.Content{Units: units}); err != nil {
			t.Fatal(err)
		}
		if i == 3 { // written, and not published yet: nobody sees it
			r.refresh(t)
			r.expect(t, head+"anxin_edition_number 3\n", "anxin_edition_number")
		}
		if err := editionstore.Publish(t.Context(), r.conn, e); err != nil {
			t.Fatal(err)
		}
		r.refresh(t)
	}
	r.expect(t, `
# HELP anxin_edition_index Index of a township in the last editions, 0 to 100; back is 0 for the newest edition, 1 for the one before, 2 for the one before that, as far as they follow the same form of the index.
# TYPE anxin_edition_index gauge
anxin_edition_index{back="0",county="331024",township="331024001"} 60
anxin_edition_index{back="2",county="331024",township="331024001"} 80
`+head+"anxin_edition_number 4\n", "anxin_edition_number", "anxin_edition_index")
}

func TestEditionsOfAnotherFormOfTheIndexAreNotComparedWithTheNewest(t *testing.T) {
	r := newRig(t, nil)
	january := civil.NewDate(2026, 1, 1).Month()
	index := 80.0
	for i, form := range []uint8{1, 2} {
		month := january + civil.Month(i)
		e := edition.Edition{Number: uint32(i + 1), Form: form, Month: month, AsOf: month.Last(), Run: uint64(i + 10), PublishedAt: month.Last().End()}
		units := []edition.Unit{{Form: form, Unit: "township", Code: "331024001", County: "331024", Index: &index}}
		if err := editionstore.Write(t.Context(), r.conn, e, edition.Content{Units: units}); err != nil {
			t.Fatal(err)
		}
		if err := editionstore.Publish(t.Context(), r.conn, e); err != nil {
			t.Fatal(err)
		}
	}
	r.refresh(t)
	r.expect(t, `
# HELP anxin_edition_index Index of a township in the last editions, 0 to 100; back is 0 for the newest edition, 1 for the one before, 2 for the one before that, as far as they follow the same form of the index.
# TYPE anxin_edition_index gauge
anxin_edition_index{back="0",county="331024",township="331024001"} 80
`, "anxin_edition_index")
}
