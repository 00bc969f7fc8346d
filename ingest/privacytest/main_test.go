// Package privacytest holds the tests of what ingest does for the people in the records: nothing about them comes out in
// the clear, and a rotation of keys breaks nobody's history.
package privacytest

import (
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

const patience = time.Minute

func TestMain(m *testing.M) { embeddedtest.Main(m) }
