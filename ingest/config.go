package ingest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/platform/config"
)

// Configuration of the ingest component.
type Configuration struct {
	Kafka Kafka `yaml:"kafka"`
	// Workers decode and store attendance side by side, where there are as many partitions.
	Workers int `yaml:"workers"`
	// A batch is stored when it has so many rows or bytes, or its first record has waited so long.
	BatchRows  int           `yaml:"batch_rows"`
	BatchBytes int           `yaml:"batch_bytes"`
	BatchTime  time.Duration `yaml:"batch_time"`
	// FetchBytes is asked of a partition at a time, for which a fetch waits up to FetchWait.
	FetchBytes int           `yaml:"fetch_bytes"`
	FetchWait  time.Duration `yaml:"fetch_wait"`
	// InsertTimeout is how long one insert may take before it is tried again.
	InsertTimeout time.Duration `yaml:"insert_timeout"`
	// RetryMost is the longest pause between tries; pauses grow up to it.
	RetryMost time.Duration `yaml:"retry_most"`
	// Drain is how long a member that must give up its partitions, because it stops or the group changes, may take to
	// store and commit what it has. Others wait for it meanwhile. It must be less than Session.
	Drain time.Duration `yaml:"drain"`
	// A member that sends no heartbeat for Session is taken for dead.
	Session   time.Duration `yaml:"session"`
	Heartbeat time.Duration `yaml:"heartbeat"`
	// Rules are the limits of the contract.
	Rules record.Rules `yaml:"rules"`
}

// Kafka says where the topics are.
type Kafka struct {
	// Brokers to ask first, HOST:PORT.
	Brokers []string `yaml:"brokers"`
	// Prefix of the topics' names.
	Prefix string `yaml:"prefix"`
	// Group is the consumer group.
	Group string `yaml:"group"`
	// TLS is used when Enabled; CA is a file of certificates to trust instead of the system's.
	TLS struct {
		Enabled     bool   `yaml:"enabled"`
		CA          string `yaml:"ca"`
		Certificate string `yaml:"certificate"`
		Key         string `yaml:"key"`
	} `yaml:"tls"`
	// SASL authenticates with PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; the password is read from a file or a variable of the
	// environment, so that no configuration holds it.
	SASL struct {
		Mechanism    string `yaml:"mechanism"`
		User         string `yaml:"user"`
		PasswordFile string `yaml:"password_file"`
		PasswordEnv  string `yaml:"password_env"`
	} `yaml:"sasl"`
}

// DefaultConfiguration reads from a broker on this machine.
func DefaultConfiguration() Configuration {
	return Configuration{
		Kafka:   Kafka{Brokers: []string{"127.0.0.1:9092"}, Prefix: "wage.", Group: "anxin-ingest"},
		Workers: 2, BatchRows: 120_000, BatchBytes: 32 << 20, BatchTime: time.Second,
		FetchBytes: 256 << 10, FetchWait: 500 * time.Millisecond,
		InsertTimeout: 2 * time.Minute, RetryMost: 15 * time.Second, Drain: 20 * time.Second,
		Session: 30 * time.Second, Heartbeat: 3 * time.Second,
	}
}

// Inserts is how many inserts run at once, and so the connections to the store that ingest works with: one for every worker
// and one for all other topics. Each holds its rows encoded, in memory that the driver keeps with the connection.
func (c Configuration) Inserts() int { return c.Workers + 1 }

// maxBatchBytes is well below what the driver can compress as one insert (2 GiB).
const maxBatchBytes = 1 << 30

// Validate tells what is wrong and what would be accepted.
func (c Configuration) Validate() error {
	var problems []error
	if len(c.Kafka.Brokers) == 0 {
		problems = append(problems, errors.New("ingest.kafka.brokers is empty: want at least one HOST:PORT"))
	}
	for _, b := range c.Kafka.Brokers {
		if !strings.Contains(b, ":") {
			problems = append(problems, fmt.Errorf("ingest.kafka.brokers: %q is not HOST:PORT", b))
		}
	}
	if c.Kafka.Group == "" {
		problems = append(problems, errors.New("ingest.kafka.group is empty"))
	}
	if _, err := c.Kafka.mechanismName(); err != nil {
		problems = append(problems, err)
	}
	for name, n := range map[string]int{"workers": c.Workers, "batch_rows": c.BatchRows, "batch_bytes": c.BatchBytes, "fetch_bytes": c.FetchBytes} {
		if n < 1 {
			problems = append(problems, fmt.Errorf("ingest.%s is %d: want at least 1", name, n))
		}
	}
	for name, d := range map[string]time.Duration{"batch_time": c.BatchTime, "fetch_wait": c.FetchWait, "insert_timeout": c.InsertTimeout,
		"retry_most": c.RetryMost, "drain": c.Drain, "session": c.Session, "heartbeat": c.Heartbeat} {
		if d < time.Millisecond {
			problems = append(problems, fmt.Errorf("ingest.%s is %v: want at least 1ms", name, d))
		}
	}
	if c.BatchBytes > maxBatchBytes {
		problems = append(problems, fmt.Errorf("ingest.batch_bytes is %d: want at most %d", c.BatchBytes, maxBatchBytes))
	}
	if c.Heartbeat*2 > c.Session {
		problems = append(problems, fmt.Errorf("ingest.heartbeat %v must be less than half of ingest.session %v", c.Heartbeat, c.Session))
	}
	if c.Drain >= c.Session {
		problems = append(problems, fmt.Errorf("ingest.drain %v must be less than ingest.session %v: a member sends no heartbeat while it stores its last batch", c.Drain, c.Session))
	}
	return errors.Join(problems...)
}

func (k Kafka) mechanismName() (string, error) {
	switch m := strings.ToUpper(k.SASL.Mechanism); m {
	case "", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512":
		return m, nil
	}
	return "", fmt.Errorf("ingest.kafka.sasl.mechanism %q: want PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or none", k.SASL.Mechanism)
}

func (k Kafka) mechanism() (sasl.Mechanism, error) {
	name, err := k.mechanismName()
	if err != nil || name == "" {
		return nil, err
	}
	password := os.Getenv(k.SASL.PasswordEnv)
	if k.SASL.PasswordFile != "" {
		text, err := os.ReadFile(k.SASL.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("ingest.kafka.sasl.password_file: %w", err)
		}
		password = strings.TrimRight(string(text), "\r\n")
	}
	switch name {
	case "PLAIN":
		return plain.Mechanism{Username: k.SASL.User, Password: password}, nil
	case "SCRAM-SHA-256":
		return scram.Mechanism(scram.SHA256, k.SASL.User, password)
	}
	return scram.Mechanism(scram.SHA512, k.SASL.User, password)
}

func (k Kafka) tls() (*tls.Config, error) {
	if !k.TLS.Enabled {
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	return c, config.Certificates(c, "ingest.kafka.tls", k.TLS.CA, k.TLS.Certificate, k.TLS.Key)
}

// Client returns a client of the brokers.
func (k Kafka) Client() (*kafka.Client, error) {
	secure, err := k.tls()
	if err != nil {
		return nil, err
	}
	mechanism, err := k.mechanism()
	if err != nil {
		return nil, err
	}
	return &kafka.Client{
		Addr:      kafka.TCP(k.Brokers...),
		Transport: &kafka.Transport{ClientID: "anxin", TLS: secure, SASL: mechanism, MetadataTTL: 5 * time.Second, DialTimeout: 10 * time.Second},
	}, nil
}

// Dialer returns what connects members of consumer groups to the brokers.
func (k Kafka) Dialer() (*kafka.Dialer, error) {
	secure, err := k.tls()
	if err != nil {
		return nil, err
	}
	mechanism, err := k.mechanism()
	if err != nil {
		return nil, err
	}
	return &kafka.Dialer{ClientID: "anxin", Timeout: 10 * time.Second, DualStack: true, TLS: secure, SASLMechanism: mechanism}, nil
}

// maxRequest keeps what is sent at a time below what brokers take by default (message.max.bytes, 1 MiB), whether it can be
// compressed or not.
const maxRequest = 1_000_000

// Writer returns a producer whose messages name their topic. Messages of one key stay in order, and a write returns after
// all replicas have it. batch is how many messages wait for each other.
func (k Kafka) Writer(transport kafka.RoundTripper, batch int) *kafka.Writer {
	return &kafka.Writer{
		Addr: kafka.TCP(k.Brokers...), Transport: transport, Balancer: &kafka.Hash{}, RequiredAcks: kafka.RequireAll,
		BatchSize: max(batch, 1), BatchBytes: maxRequest, BatchTimeout: 5 * time.Millisecond, Compression: kafka.Lz4, MaxAttempts: 10,
	}
}

// letterWriter is a Writer for dead letters. It tries once, for whoever writes letters tries again; and asks the broker to
// create a topic that is missing, where the broker does that.
func (k Kafka) letterWriter(transport kafka.RoundTripper) *kafka.Writer {
	w := k.Writer(transport, 1000)
	w.MaxAttempts, w.AllowAutoTopicCreation, w.Compression = 1, true, 0
	return w
}
