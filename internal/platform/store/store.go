// Package store is Anxin's ClickHouse: how it is reached, its schema and how the schema is upgraded.
//
// One client (clickhouse-go) and one dialect serve a laptop's embedded engine, a server and a cluster; only the DSN and
// the schema's rendering differ.
package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/platform/embedded"
)

// DefaultDatabase is used where a DSN names none.
const DefaultDatabase = "anxin"

// Configuration says where the records are kept.
type Configuration struct {
	// DSN is one of
	//   embedded:DIR                                  the engine as a library, its data in DIR
	//   clickhouse://user:password@host:9000/database native protocol, ?secure=true for TLS
	//   https://user:password@host:8443/database      HTTP interface (http:// for a loopback server)
	DSN string `yaml:"dsn"`
	// PasswordFile holds the password of a server's user, which the DSN then leaves out.
	PasswordFile string `yaml:"password_file"`
	// TLS is used where the DSN asks for it: its ca is a file of certificates to trust instead of the system's; certificate
	// and key are files of this client's own, for a server that asks for them.
	TLS TLS `yaml:"tls"`
	// Cluster is the ClickHouse cluster to create the schema on; empty for a single node.
	Cluster string `yaml:"cluster"`
	// Connections is the most connections this process opens.
	Connections int `yaml:"connections"`
}

// TLS names files in PEM.
type TLS struct {
	CA          string `yaml:"ca"`
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
}

// DefaultConfiguration is a laptop's: everything in one folder.
func DefaultConfiguration() Configuration {
	return Configuration{DSN: "embedded:data/store", Connections: 8}
}

// Validate tells what is wrong with the configuration and what would be accepted.
func (c Configuration) Validate() error {
	if c.Connections < 1 {
		return fmt.Errorf("store.connections is %d: want at least 1", c.Connections)
	}
	if _, embedded := strings.CutPrefix(c.DSN, "embedded:"); embedded {
		if c.Cluster != "" {
			return errors.New("store.cluster is set, but the embedded engine is a single node: leave it empty")
		}
		return nil
	}
	if _, err := serverOptions(c); err != nil {
		return err
	}
	return nil
}

// Store is an open connection pool on one database.
type Store struct {
	driver.Conn
	database string
	options  clickhouse.Options
	engine   *embedded.Engine // nil on a server
	cluster  string
}

// Open connects, starting the embedded engine where the DSN asks for it, and waits until the store answers.
// The database is created by Migrate.
func Open(ctx context.Context, c Configuration, log *slog.Logger) (*Store, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	s := &Store{cluster: c.Cluster}
	if dir, ok := strings.CutPrefix(c.DSN, "embedded:"); ok {
		engine, err := embedded.StartEngine(ctx, embedded.Options{Dir: dir, Logger: log, Connections: c.Connections, Progress: os.Stderr})
		if err != nil {
			return nil, err
		}
		s.engine = engine
		s.options = *engine.ClickHouse(DefaultDatabase)
	} else {
		options, err := serverOptions(c)
		if err != nil {
			return nil, err
		}
		if err := readFiles(c, options); err != nil {
			return nil, err
		}
		s.options = *options
	}
	s.options.MaxOpenConns = c.Connections
	s.options.MaxIdleConns = c.Connections
	s.database = s.options.Auth.Database
	conn, err := On(s.options, "default")
	if err == nil {
		err = conn.Exec(ctx, "CREATE DATABASE IF NOT EXISTS "+Quote(s.database)+onCluster(c.Cluster))
		err = errors.Join(err, conn.Close())
	}
	if err == nil {
		s.Conn, err = On(s.options, s.database)
	}
	if err != nil {
		s.closeEngine()
		if do := advice(err); do != "" {
			return nil, fmt.Errorf("connecting to the store %s: %s (%w)", Redacted(c.DSN), do, err)
		}
		return nil, fmt.Errorf("connecting to the store %s: %w", Redacted(c.DSN), err)
	}
	return s, nil
}

// Database is the name of the database the store works in.
func (s *Store) Database() string { return s.database }

// Cluster is the ClickHouse cluster that the tables are on; empty for a single node.
func (s *Store) Cluster() string { return s.cluster }

// Options returns how to reach the store, for a connection of one's own.
func (s *Store) Options() clickhouse.Options { return s.options }

// Migrate creates or upgrades the schema.
func (s *Store) Migrate(ctx context.Context) error {
	return Migrate(ctx, s.Conn, Layout{Cluster: s.cluster, Database: s.database})
}

// Close releases the connections and stops the embedded engine.
func (s *Store) Close() error {
	return errors.Join(s.Conn.Close(), s.closeEngine())
}

func (s *Store) closeEngine() error {
	if s.engine == nil {
		return nil
	}
	return s.engine.Close()
}

// On opens a connection pool on a database of the store that options reach. Queries are not compiled to machine code,
// unless the DSN asks for it: met for the third time, each of a pass's would cost a tenth of a second more, and never save it.
func On(options clickhouse.Options, database string) (driver.Conn, error) {
	options.Auth.Database = database
	options.Settings = maps.Clone(options.Settings)
	if options.Settings == nil {
		options.Settings = clickhouse.Settings{}
	}
	for _, what := range []string{"compile_expressions", "compile_aggregate_expressions"} {
		if _, set := options.Settings[what]; !set {
			options.Settings[what] = 0
		}
	}
	return clickhouse.Open(&options)
}

// Quote returns a name as an identifier of SQL.
func Quote(name string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(name) + "`"
}

func onCluster(cluster string) string {
	if cluster == "" {
		return ""
	}
	return " ON CLUSTER " + Quote(cluster)
}
