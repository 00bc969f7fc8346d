package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/app"
)

func TestNoCommandShowsThePersonalDataOfItsFiles(t *testing.T) {
	packed, asOf := tinyWorld(t)
	files, err := filepath.Glob(filepath.Join(packed, "wage.*.ndjson.zst"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	unpack, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer unpack.Close()
	dir, hidden := t.TempDir(), ingesttest.NewSecrets()
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err == nil {
			text, err = unpack.DecodeAll(text, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".zst")
		topic, ok := record.ParseTopic("wage.", strings.TrimSuffix(name, ".ndjson"))
		if !ok {
			t.Fatalf("%s is of no topic", path)
		}
		if topic == record.TopicWorkers {
			text = append(text, []byte(`{"id_number":"522601198305141201","name":"欧阳娜娜","phone":"13812345678"
522601198305141201,欧阳娜娜,13812345678
{"id":"522601198305141201","source":"欧阳娜娜","version":"13812345678","13812345678":"欧阳娜娜","id_type":"欧阳娜娜"}
`)...)
		}
		for line := range bytes.Lines(text) {
			hidden.Learn(ingesttest.Record{Topic: topic, Value: line})
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if hidden.Count["id_number"] < 50 || hidden.Count["name"] < 50 {
		t.Fatalf("only %v to look for", hidden.Count)
	}
	workers := filepath.Join(dir, "wage.workers.ndjson")

	out := filepath.Join(t.TempDir(), "out")
	for _, args := range [][]string{
		{"assess", dir, "--as-of", asOf, "--out", out},
		{"assess", dir, "--as-of", asOf, "--out", out, "--json"},
		{"produce", "--topic", "workers", "--dry-run", workers},
	} {
		stdout, stderr, _ := result(t, args...)
		if stdout == "" {
			t.Errorf("anxin %s says nothing: %s", args[0], stderr)
		}
		hidden.Absent(t, "what anxin "+args[0]+" writes", []byte(stdout+stderr))
	}
	written, err := filepath.Glob(filepath.Join(out, "*"))
	if err != nil || len(written) < 3 {
		t.Fatalf("%d files written, %v", len(written), err)
	}
	for _, path := range written {
		text, err := os.ReadFile(path)
		if err != nil || len(text) == 0 {
			t.Errorf("%s: %d bytes, %v", path, len(text), err)
		}
		hidden.Absent(t, path, text)
	}
}

func TestNoCommandShowsTheSecretsOfItsConfiguration(t *testing.T) {
	const secret = "geheim#1"
	keys := strings.Repeat("5ec2e7", 11)[:64]
	dir := t.TempDir()
	for i, text := range []string{
		"store: {dsn: \"clickhouse://anxin:" + secret + "@127.0.0.1:1/anxin\"}\nalerts: {token: " + secret + "-of-sixteen}\n",
		"store: {dsn: \"clickhouse://anxin:" + secret + "/x@127.0.0.1:1/anxin\"}\n",
		"store: {dsn: \"postgres://anxin:" + secret + "@127.0.0.1:1/anxin\"}\n",
		"store: {dsn: \"https://127.0.0.1:1/anxin?username=anxin&password=" + secret + "%zz\"}\n",
		"store: {connections: " + secret + "}\n",
		"alerts: {token: " + secret + "}\n",
		"alerts: " + secret + "\n",
		"alerts: {token: [" + secret + "]}\n",
		"ingest: {kafka: {sasl: " + secret + "}}\n",
		"ingest: {kafka: {sasl: {mechanism: PLAIN, user: anxin, password_env: SASL_PASSWORD}, brokers: [\"127.0.0.1:1\"]}}\nstore: {dsn: \"clickhouse://anxin:" + secret + "@127.0.0.1:1/anxin\"}\n",
		"console: {language: [" + secret + "\n",
	} {
		path := filepath.Join(dir, fmt.Sprint(i, ".yaml"))
		if err := os.WriteFile(path, []byte("listen: 127.0.0.1:0\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"config", "check", path}, {"ingest", "--config", path, "--log-level", "debug"}, {"serve", "--config", path}, {"deadletters", "list", "--config", path}} {
			if i == 9 && args[0] == "deadletters" {
				continue // waits for its broker
			}
			cmd := anxin(t.Context(), args...)
			cmd.Env = append(cmd.Env, "SASL_PASSWORD="+secret, "ANXIN_ALERTS_TOKEN="+secret+"-of-sixteen", app.KeysVariable+"=hash h1 "+keys+"\nseal s1 "+keys+"\n")
			if args[0] != "ingest" {
				cmd.Env = append(cmd.Env, app.KeysVariable+"=hash h1 "+keys+keys)
			}
			out, err := cmd.CombinedOutput()
			for _, leak := range []string{"geheim", "5ec2e7"} {
				if bytes.Contains(out, []byte(leak)) {
					t.Errorf("anxin %s shows a secret: %s", strings.Join(args, " "), out)
				}
			}
			if err == nil && args[0] != "config" || len(out) == 0 {
				t.Errorf("anxin %s: %v, %s: nothing was tested", strings.Join(args, " "), err, out)
			}
		}
	}
}
