package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/app/assess"
)

// printSummary prints what assess and the demonstration tell at the end.
func printSummary(w io.Writer, s *assess.Summary) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "As of %s\n\n", s.AsOf)
	fmt.Fprintln(t, "records\tread\tstored\tduplicate\trejected\t")
	for _, topic := range record.Topics() {
		if one := s.Records[topic]; one != nil {
			fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t\n", topic, one.Read, one.Stored, one.Duplicate, one.Rejected)
		}
	}
	t.Flush()
	if len(s.Rejected) > 0 {
		fmt.Fprintln(w)
		fmt.Fprintln(t, "rejected because\trecords\t")
		for _, reason := range record.Reasons() {
			if n := s.Rejected[reason]; n > 0 {
				fmt.Fprintf(t, "%s\t%d\t\n", reason, n)
			}
		}
		t.Flush()
	}
	fmt.Fprintln(w)
	printFound(w, s)
}

// printFound prints what the detectors found, without the records.
func printFound(w io.Writer, s *assess.Summary) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "warnings\tred\tyellow\t")
	for _, detector := range slices.Sorted(maps.Keys(s.Warnings)) {
		fmt.Fprintf(t, "%s\t%d\t%d\t\n", detector, s.Warnings[detector]["red"], s.Warnings[detector]["yellow"])
	}
	t.Flush()
	fmt.Fprintln(w)
	fmt.Fprintln(t, "townships\tgreen\tyellow\tred\tgrey\t")
	fmt.Fprintf(t, "\t%d\t%d\t%d\t%d\t\n", s.Lights["green"], s.Lights["yellow"], s.Lights["red"], s.Lights["grey"])
	t.Flush()
	if s.Cases != nil {
		fmt.Fprintf(w, "\ncases  %d\n", *s.Cases)
	}
	fmt.Fprintln(w)
	fmt.Fprintln(t, "stage\tseconds\t")
	for _, stage := range slices.Sorted(maps.Keys(s.Seconds)) {
		fmt.Fprintf(t, "%s\t%.1f\t\n", stage, s.Seconds[stage])
	}
	t.Flush()
}
