package view

import (
	"fmt"
	"regexp"
)

var (
	databaseName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,127}$`)
	SubjectID    = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,64}$`) // ids of the record contract
	DivisionCode = regexp.MustCompile(`^[0-9]{2,12}$`)
)

// From qualifies a snapshot's table. A database cannot be a query parameter everywhere, so the name, which comes from
// the runs table, is only accepted when it needs no escaping at all, and is quoted on top.
func (r Run) From(table string) (string, error) {
	if !databaseName.MatchString(r.Snapshot) {
		return "", fmt.Errorf("run %d names no usable snapshot database", r.Number)
	}
	return "`" + r.Snapshot + "`." + table, nil
}
