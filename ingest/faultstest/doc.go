// Package faultstest breaks what ingest works with, again and again, while records flow, and compares every table and every
// dead letter with the truth afterwards. It runs with the build tag faults (make test-faults).
package faultstest
