#!/bin/sh
# Creates the topics of the record contract and their dead-letter topics; those that exist are left as they are.
#   BOOTSTRAP=kafka:9092 REPLICATION=3 deploy/kafka/topics.sh
# KAFKA_TOPICS is Kafka's own kafka-topics.sh; CLIENT_CONFIG a properties file with TLS and SASL settings.
set -eu

bootstrap=${BOOTSTRAP:-localhost:9092}
prefix=${PREFIX:-wage.}
replication=${REPLICATION:-1}
tool=${KAFKA_TOPICS:-/opt/kafka/bin/kafka-topics.sh}
day=86400000

create() { # topic partitions retention-ms [more --config …]
  name=$prefix$1 partitions=$2 retention=$3
  shift 3
  "$tool" --bootstrap-server "$bootstrap" ${CLIENT_CONFIG:+--command-config "$CLIENT_CONFIG"} --create --if-not-exists \
    --topic "$name" --partitions "$partitions" --replication-factor "$replication" \
    --config retention.ms="$retention" --config cleanup.policy=delete "$@"
}

# Records stay for 30 days: longer than any outage from which ingest should recover by itself. Attendance is nine tenths
# of all records; partitions bound how many ingest workers can share it, and cannot be added later without breaking the
# order of a project's records.
create attendance 12 $((30 * day))
create payroll 6 $((30 * day))
for topic in projects employers workers account_entries complaints proceedings signals permits closures voices; do
  create "$topic" 3 $((30 * day))
done

# Dead letters stay for 400 days, to be repaired.
for topic in projects employers workers attendance payroll account_entries complaints proceedings signals permits closures voices; do
  create "$topic.dlq" 1 $((400 * day))
done

# Whoever owns its one partition makes the runs (docs/explanation/schedule.md). Nothing is written to it.
create detectors.leader 1 $day
