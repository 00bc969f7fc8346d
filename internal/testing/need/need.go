// Package need says what a test lacks on this machine: CI must have everything, a developer is told at the end of make test.
package need

import (
	"fmt"
	"os"
	"testing"
)

// list is the file, named by this variable of the environment, to which make test has the reasons of skipped tests written.
const list = "ANXIN_SKIPPED"

// Missing ends a test that lacks a part: with CI set it fails, for a suite that silently looks at nothing is worth nothing;
// elsewhere it is skipped. why says what is missing and how to get it.
func Missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("CI is set, and %s", why)
	}
	if name := os.Getenv(list); name != "" {
		if f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644); err == nil {
			_, err = fmt.Fprintf(f, "skipped: %s\n", why)
			if err != nil || f.Close() != nil {
				t.Logf("%s could not be written", name) // the test says why it is skipped all the same
			}
		}
	}
	t.Skip(why)
}
