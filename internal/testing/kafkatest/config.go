package kafkatest

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
)

// properties is the broker's configuration. What is not named here is as Kafka ships it, the creation of topics that
// producers ask for included.
func properties(dir string, p ports, more map[string]string) []byte {
	config := map[string]string{
		"process.roles":                                "broker,controller",
		"node.id":                                      "1",
		"controller.listener.names":                    "CONTROLLER",
		"controller.quorum.bootstrap.servers":          p.controller.String(),
		"listeners":                                    fmt.Sprintf("OPEN://%v,SECURE://%v,CONTROLLER://%v", p.open, p.secure, p.controller),
		"advertised.listeners":                         fmt.Sprintf("OPEN://%v,SECURE://%v", p.open, p.secure),
		"listener.security.protocol.map":               "OPEN:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT",
		"inter.broker.listener.name":                   "OPEN",
		"log.dirs":                                     filepath.Join(dir, "data"),
		"listener.name.secure.sasl.enabled.mechanisms": "SCRAM-SHA-512",
		"listener.name.secure.scram-sha-512.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required;",
		"listener.name.secure.ssl.keystore.type":              "PEM",
		"listener.name.secure.ssl.keystore.location":          filepath.Join(dir, keyStoreFile),
		"default.replication.factor":                          "1",
		"offsets.topic.replication.factor":                    "1",
		"offsets.topic.num.partitions":                        "4", // each is a folder to make and to read again after a restart
		"transaction.state.log.replication.factor":            "1",
		"transaction.state.log.min.isr":                       "1",
		"share.coordinator.state.topic.replication.factor":    "1",
		"share.coordinator.state.topic.min.isr":               "1",
		"log.cleaner.dedupe.buffer.size":                      "4194304", // of the default, 128 MiB, a small heap has no use
		"group.initial.rebalance.delay.ms":                    "0",       // a first member need not wait three seconds for others
		// A broker that was killed may register again only when its old registration has expired, after nine seconds by default.
		"broker.session.timeout.ms":    "2000",
		"broker.heartbeat.interval.ms": "500",
	}
	maps.Copy(config, more)
	var text bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(config)) {
		fmt.Fprintf(&text, "%s=%s\n", name, config[name])
	}
	return text.Bytes()
}
