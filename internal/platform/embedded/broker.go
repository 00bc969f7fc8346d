package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"syscall"

	"github.com/twmb/franz-go/pkg/kfake"
)

// BrokerOptions of the embedded Kafka broker.
type BrokerOptions struct {
	Addr    string           // host:port; default 127.0.0.1:0, any free port
	DataDir string           // where records and group offsets are kept; empty keeps them in memory
	Topics  map[string]int32 // topics to create when missing, with their partitions
	Log     *slog.Logger     // takes what goes wrong, a full disk for instance; nil leaves it out
}

// Broker is a Kafka broker in this process, speaking Kafka's protocol over TCP: kafka-go and any other client work with it.
type Broker struct{ cluster *kfake.Cluster }

const defaultBrokerAddr = "127.0.0.1:0"

// StartBroker listens and returns once clients can connect. The broker runs until Close.
func StartBroker(ctx context.Context, options BrokerOptions) (*Broker, error) {
	if options.Addr == "" {
		options.Addr = defaultBrokerAddr
	}
	host, portText, err := net.SplitHostPort(options.Addr)
	if err != nil {
		return nil, fmt.Errorf("the broker's address %q: %w; give host:port", options.Addr, err)
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("the broker's address %q: the port must be a number from 0 to 65535", options.Addr)
	}
	settings := []kfake.Opt{
		kfake.NumBrokers(1),
		kfake.Ports(int(port)),
		kfake.ListenFn(func(network, addr string) (net.Listener, error) {
			// kfake listens on its own idea of the host; the address given here is the one that counts.
			_, port, err := net.SplitHostPort(addr)
			if err != nil {
				return nil, err
			}
			return new(net.ListenConfig).Listen(ctx, network, net.JoinHostPort(host, port))
		}),
	}
	for topic, partitions := range options.Topics {
		settings = append(settings, kfake.SeedTopics(partitions, topic))
	}
	if options.DataDir != "" {
		if err := os.MkdirAll(options.DataDir, 0o700); err != nil {
			return nil, fmt.Errorf("create the broker's data folder: %w", err)
		}
		settings = append(settings, kfake.DataDir(options.DataDir))
	}
	if options.Log != nil {
		settings = append(settings, kfake.WithLogger(brokerLog{options.Log}))
	}
	cluster, err := kfake.NewCluster(settings...)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("the Kafka broker cannot listen on %s: port %d is in use by another program; stop that program or choose another port", options.Addr, port)
	}
	if err != nil {
		return nil, fmt.Errorf("start the Kafka broker on %s: %w", options.Addr, err)
	}
	return &Broker{cluster}, nil
}

// brokerLog passes on kfake's warnings, which are what it could not do for its clients, and its errors.
type brokerLog struct{ to *slog.Logger }

func (l brokerLog) Logf(level kfake.LogLevel, format string, args ...any) {
	if level == kfake.LogLevelWarn || level == kfake.LogLevelError {
		l.to.Error("Kafka broker", "message", fmt.Sprintf(format, args...))
	}
}

// Addrs are the addresses for a Kafka client.
func (b *Broker) Addrs() []string { return b.cluster.ListenAddrs() }

// Cluster injects faults, for tests.
func (b *Broker) Cluster() *kfake.Cluster { return b.cluster }

// Close ends every connection and writes out what is kept on disk.
func (b *Broker) Close() { b.cluster.Close() }
