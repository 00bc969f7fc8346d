package app

import (
	"strings"
	"testing"
)

func TestTLSFilesAreCheckedBeforeUse(t *testing.T) {
	for _, tt := range []struct {
		files TLSFiles
		want  string
	}{
		{TLSFiles{}, ""},
		{TLSFiles{Certificate: "a", Key: "b", ClientCA: "c"}, ""},
		{TLSFiles{Certificate: "a"}, "both certificate and key"},
		{TLSFiles{Key: "b"}, "both certificate and key"},
		{TLSFiles{ClientCA: "c"}, "tls.certificate"},
	} {
		err := tt.files.Validate()
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want %q", tt.files, err, tt.want)
		}
	}
	if config, err := (TLSFiles{}).Load(); config != nil || err != nil {
		t.Errorf("without files: %v, %v", config, err)
	}
	if _, err := (TLSFiles{Certificate: "/no/such", Key: "/no/such"}).Load(); err == nil {
		t.Error("files that are not there were loaded")
	}
}
