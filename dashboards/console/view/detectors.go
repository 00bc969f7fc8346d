package view

import "github.com/anxin-project/anxin/internal/domain/catalog"

// Detectors is the catalogue by id. A warning of a detector that has left the catalogue is still shown, under its id.
type Detectors struct {
	list []catalog.Header
	ByID map[string]*catalog.Header
}

// NewDetectors makes the catalogue of the headers, in their order.
func NewDetectors(list []catalog.Header) *Detectors {
	d := &Detectors{list: list, ByID: make(map[string]*catalog.Header, len(list))}
	for i := range list {
		d.ByID[list[i].ID] = &list[i]
	}
	return d
}

// Header never returns nil.
func (d *Detectors) Header(id string) *catalog.Header {
	if h := d.ByID[id]; h != nil {
		return h
	}
	return &catalog.Header{ID: id, Title: catalog.Text{ZH: id, EN: id}}
}

// groups in the order in which pages list them.
var groups = []catalog.Group{catalog.Safeguards, catalog.Payment, catalog.Foresight, catalog.Handling}

// Grouped returns the headers by group, for a choice of detector.
func (d *Detectors) Grouped() []DetectorGroup {
	var out []DetectorGroup
	for _, g := range groups {
		var of []catalog.Header
		for _, h := range d.list {
			if h.Group == g {
				of = append(of, h)
			}
		}
		if len(of) > 0 {
			out = append(out, DetectorGroup{g, of})
		}
	}
	return out
}

// DetectorGroup is the detectors of a group, in the catalogue's order.
type DetectorGroup struct {
	Group   catalog.Group
	Headers []catalog.Header
}
