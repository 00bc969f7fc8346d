package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

func TestTheWiringIsWhatTheSchemaSays(t *testing.T) {
	schema, err := os.ReadFile("../schema.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want, err := wiring(schema)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../wiring.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("wiring.go is not what schema.yaml says: run go generate ./ingest/record")
	}
}

func TestASchemaThatCannotBeIsRefused(t *testing.T) {
	const good = "- topic: permits\n  record: Permit\n  short: Pmt\n  fields: [name]\n  columns: {name: string}\n"
	if _, err := wiring([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for change, want := range map[string]string{
		"fields: [name, name]":               `"name" stands there twice`,
		"fields: [id]":                       `"id" stands there twice`,
		"fields: [account.bank]":             `stands before "account"`,
		"columns: {name: text}":              `no kind "text"`,
		"columns: [name]":                    "columns is a mapping",
		"columns: {name: string}\n  keys: 1": "keys",
	} {
		key, _, _ := strings.Cut(change, ":")
		var lines []string
		for _, line := range strings.Split(good, "\n") {
			if strings.HasPrefix(line, "  "+key+":") {
				line = "  " + change
			}
			lines = append(lines, line)
		}
		if _, err := wiring([]byte(strings.Join(lines, "\n"))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", change, err, want)
		}
	}
}
