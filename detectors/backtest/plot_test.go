package backtest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestThePlotIsWellFormedAndSaysItsFiguresInBothLanguages(t *testing.T) {
	var b bytes.Buffer
	if err := Measure(mixed(), headers, Rules{ArrearsDays: 30, HorizonDays: 90, ForeseeDays: 120}, "v").WritePlot(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for d := xml.NewDecoder(&b); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "script" {
			t.Error("the plot holds a script")
		}
	}
	for _, want := range []string{`role="img"`, "预警5条，查准率100%", "5 warnings, precision 100%", "Detector &lt;d&gt;", "关于乡镇的预警", "1 more detectors never warned", "应付日前120天内的预警"} {
		if !strings.Contains(text, want) {
			t.Errorf("the plot does not say %q", want)
		}
	}
}
