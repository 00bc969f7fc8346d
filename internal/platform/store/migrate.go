package store

import (
	"context"
	"crypto/rand"
	"embed"
	"fmt"
	"hash/fnv"
	"io/fs"
	"path"
	"slices"
	"strings"
	"text/template"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Layout says what kind of ClickHouse the schema is rendered for.
type Layout struct {
	Database string
	// Cluster is empty for a single node. On a cluster every table is a replicated local table per shard, named
	// NAME_local, under a distributed table NAME that the rest of Anxin reads and writes.
	Cluster string
}

// Migration is one numbered step of the schema, rendered for a layout.
type Migration struct {
	Name       string // file name without .sql; the number orders them
	Statements []string
	Checksum   uint64 // of the file as written, before rendering
}

// Migrations returns all steps in order.
func Migrations(l Layout) ([]Migration, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var all []Migration
	for _, name := range names {
		text, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		rendered, err := render(name, string(text), l)
		if err != nil {
			return nil, err
		}
		sum := fnv.New64a()
		sum.Write(text)
		all = append(all, Migration{
			Name:       strings.TrimSuffix(path.Base(name), ".sql"),
			Statements: Statements(rendered),
			Checksum:   sum.Sum64(),
		})
	}
	return all, nil
}

// Migrate brings the database of the connection to the latest schema. It may be called by several processes and again
// after a failure: every statement is of the kind "create if not there", and a step is recorded after its last one.
// A step that was changed after it had been applied is refused.
func Migrate(ctx context.Context, conn driver.Conn, l Layout) error {
	pending, err := Pending(ctx, conn, l)
	if err != nil {
		return err
	}
	for _, m := range pending {
		for _, statement := range m.Statements {
			if err := conn.Exec(ctx, statement); err != nil {
				return fmt.Errorf("migration %s: %w", m.Name, err)
			}
		}
		if err := conn.Exec(ctx, "INSERT INTO schema_migrations (name, checksum) VALUES (?, ?)", m.Name, m.Checksum); err != nil {
			return fmt.Errorf("recording migration %s: %w", m.Name, err)
		}
	}
	return nil
}

// Pending returns the steps that the database has not seen.
func Pending(ctx context.Context, conn driver.Conn, l Layout) ([]Migration, error) {
	all, err := Migrations(l)
	if err != nil {
		return nil, err
	}
	create, err := render("schema_migrations", `CREATE TABLE {{local "schema_migrations"}} (name String, checksum UInt64, applied_at DateTime('UTC') DEFAULT now()) ENGINE = {{replacing}} ORDER BY name;
{{distributed "schema_migrations" "name"}}`, l)
	if err != nil {
		return nil, err
	}
	for _, statement := range Statements(create) {
		if err := conn.Exec(ctx, statement); err != nil {
			return nil, fmt.Errorf("creating schema_migrations: %w", err)
		}
	}
	var applied []struct {
		Name     string `ch:"name"`
		Checksum uint64 `ch:"checksum"`
	}
	if err := conn.Select(ctx, &applied, "SELECT name, max(checksum) AS checksum FROM schema_migrations GROUP BY name"); err != nil {
		return nil, fmt.Errorf("reading schema_migrations: %w", err)
	}
	done := map[string]uint64{}
	for _, a := range applied {
		done[a.Name] = a.Checksum
	}
	var pending []Migration
	for _, m := range all {
		sum, ok := done[m.Name]
		switch {
		case !ok:
			pending = append(pending, m)
		case sum != m.Checksum:
			return nil, fmt.Errorf("migration %s was changed after it had been applied to database %s: add a new migration instead", m.Name, l.Database)
		}
		delete(done, m.Name)
	}
	for name := range done {
		return nil, fmt.Errorf("database %s has migration %s, which this version of anxin does not know: use a newer version", l.Database, name)
	}
	return pending, nil
}

func render(name, text string, l Layout) (string, error) {
	functions := template.FuncMap{
		// local names the table that holds rows on a node, with the cluster to create it on.
		"local": func(table string) string {
			if l.Cluster == "" {
				return "IF NOT EXISTS " + Quote(table)
			}
			return "IF NOT EXISTS " + Quote(table+"_local") + onCluster(l.Cluster)
		},
		"replacing":   func() string { return engine("ReplacingMergeTree", l) },
		"merge_tree":  func() string { return engine("MergeTree", l) },
		"aggregating": func() string { return engine("AggregatingMergeTree", l) },
		// distributed adds, on a cluster, the table that spans the shards.
		"distributed": func(table, key string) string {
			if l.Cluster == "" {
				return ""
			}
			return fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s%s AS %s ENGINE = Distributed(%s, %s, %s, cityHash64(%s));",
				Quote(table), onCluster(l.Cluster), Quote(table+"_local"), Quote(l.Cluster), Quote(l.Database), Quote(table+"_local"), key)
		},
		// alter changes the columns of a table, on a cluster of the local one and of the one that spans the shards.
		"alter": func(table, change string) string {
			if l.Cluster == "" {
				return alter(table, change, l)
			}
			return alter(table+"_local", change, l) + "\n" + alter(table, change, l)
		},
		// single keeps statements for a single node.
		"single": func() bool { return l.Cluster == "" },
		// scratch names a table to be filled and exchanged with another. The name is of this process alone: of two processes
		// that migrate at once, neither may give away what the other is still filling.
		"scratch": func(table string) string { return Quote(table + "_" + rand.Text()) },
		// rewrite changes what a table holds: the one that spans the shards holds nothing itself.
		"rewrite": func(table, change string) string {
			if l.Cluster == "" {
				return alter(table, change, l)
			}
			return alter(table+"_local", change, l)
		},
	}
	t, err := template.New(name).Funcs(functions).Option("missingkey=error").Parse(text)
	if err != nil {
		return "", fmt.Errorf("reading migration %s: %w", name, err)
	}
	var out strings.Builder
	if err := t.Execute(&out, nil); err != nil {
		return "", fmt.Errorf("rendering migration %s: %w", name, err)
	}
	return out.String(), nil
}

// Delete is the statement that removes the rows of a table for which a condition holds; it ends when they are gone. On a cluster
// they are removed where they lie.
func Delete(table, cluster, where string) string {
	if cluster != "" {
		table += "_local"
	}
	return "ALTER TABLE " + Quote(table) + onCluster(cluster) + " DELETE WHERE " + where + " SETTINGS mutations_sync = 2"
}

func alter(table, change string, l Layout) string {
	return "ALTER TABLE " + Quote(table) + onCluster(l.Cluster) + " " + change + ";"
}

func engine(family string, l Layout) string {
	if l.Cluster == "" {
		return family
	}
	return "Replicated" + family + "('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')"
}

// Statements splits a file of SQL at semicolons that end a line, leaving out comment lines and what is empty.
func Statements(text string) []string {
	var all []string
	var one strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "--") {
			continue
		}
		one.WriteString(line)
		if strings.HasSuffix(strings.TrimSpace(line), ";") {
			if s := strings.TrimSuffix(strings.TrimSpace(one.String()), ";"); s != "" {
				all = append(all, s)
			}
			one.Reset()
		}
	}
	if s := strings.TrimSpace(one.String()); s != "" {
		all = append(all, s)
	}
	return all
}
