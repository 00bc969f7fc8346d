package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
)

func produceCommand() *cobra.Command {
	var configPath, topic string
	cmd := &cobra.Command{
		Use:     "produce --topic TOPIC FILE…",
		Short:   "Put files of records on a Kafka topic",
		Long:    `Sends every line of NDJSON files (plain, .gz or .zst) to a topic, keyed as the contract asks. Ingest validates; what is no record ends as a dead letter.`,
		Example: "  anxin produce --config anxin.yaml --topic payroll october.ndjson.gz",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := loadConfiguration(configPath)
			if err != nil {
				return err
			}
			prefix := c.Ingest.Kafka.Prefix
			to := record.Topic(strings.TrimPrefix(topic, prefix))
			if !to.Valid() {
				return badInput{fmt.Errorf("--topic %q: want one of %s", topic, produce.TopicNames(prefix))}
			}
			producer, err := produce.New(c.Ingest.Kafka)
			if err != nil {
				return badInput{err}
			}
			defer producer.Close()
			show := newProgress()
			defer show.clear()
			for _, path := range args {
				info, err := os.Stat(path)
				if err != nil {
					return badInput{err}
				}
				f := produce.File{Path: path, Topic: to, Size: info.Size()}
				if err := producer.Send(cmd.Context(), f, func(n int64) { show.step("%s: %d%%", path, n*100/max(f.Size, 1)) }); err != nil {
					return err
				}
			}
			show.clear()
			fmt.Fprintf(cmd.OutOrStdout(), "%d records sent to %s%s\n", producer.Sent()[to], prefix, to)
			return nil
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().StringVar(&topic, "topic", "", "topic to send to, with or without its prefix (required)")
	_ = cmd.MarkFlagRequired("topic")
	return cmd
}
