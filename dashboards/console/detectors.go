package console

import "github.com/anxin-project/anxin/internal/domain/catalog"

// detectors is the catalogue by id. A warning of a detector that has left the catalogue is still shown, under its id.
type detectors struct {
	list []catalog.Header
	byID map[string]*catalog.Header
}

func newDetectors(list []catalog.Header) *detectors {
	d := &detectors{list: list, byID: make(map[string]*catalog.Header, len(list))}
	for i := range list {
		d.byID[list[i].ID] = &list[i]
	}
	return d
}

// header never returns nil.
func (d *detectors) header(id string) *catalog.Header {
	if h := d.byID[id]; h != nil {
		return h
	}
	return &catalog.Header{ID: id, Title: catalog.Text{ZH: id, EN: id}}
}

// groups in the order in which pages list them.
var groups = []catalog.Group{catalog.Safeguards, catalog.Payment, catalog.Foresight, catalog.Handling}

// grouped returns the headers by group, for a choice of detector.
func (d *detectors) grouped() []detectorGroup {
	var out []detectorGroup
	for _, g := range groups {
		var of []catalog.Header
		for _, h := range d.list {
			if h.Group == g {
				of = append(of, h)
			}
		}
		if len(of) > 0 {
			out = append(out, detectorGroup{g, of})
		}
	}
	return out
}

type detectorGroup struct {
	Group   catalog.Group
	Headers []catalog.Header
}
