package assess

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/anxin-project/anxin/internal/platform/logs"

	"golang.org/x/sync/errgroup"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/embedded"
)

// withRecords loads files on engines embedded in this program, counts what was read and stored, and lets evaluate work on it.
// Records may lie ahead of this machine's clock, as simulated ones do, but not of the date until. Whatever happens, the
// engines are stopped and their files removed.
func withRecords(ctx context.Context, c app.Configuration, files []produce.File, until civil.Date, result *Summary, show app.Show,
	evaluate func(p *app.Parts, letters []ingest.DeadLetter) error) (err error) {
	work, err := os.MkdirTemp("", "anxin-records-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError, ReplaceAttr: logs.Replace}))

	start := time.Now()
	show("starting the engines")
	broker, err := embedded.StartBroker(ctx, embedded.BrokerOptions{Topics: app.EmbeddedTopics(ingest.DefaultConfiguration().Kafka.Prefix)})
	if err != nil {
		return err
	}
	defer broker.Close()
	c.Store.DSN = "embedded:" + filepath.Join(work, "store")
	c.Ingest.Kafka.Brokers = broker.Addrs()
	c.Ingest.BatchTime = 200 * time.Millisecond // nobody waits to see a batch grow
	now := func() time.Time {
		if t := time.Now(); t.After(until.End()) {
			return t
		}
		return until.End()
	}
	p, err := app.Open(ctx, c, log, now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Store.Close()) }()
	result.Stage("start", start)

	start = time.Now()
	keys, err := record.GenerateKeys(civil.DateOf(time.Now())) // nothing that is kept depends on them
	if err != nil {
		return err
	}
	protector, err := record.NewProtector(keys)
	if err != nil {
		return err
	}
	if err := loadFiles(ctx, p, protector, files, result, show); err != nil {
		return err
	}
	result.Stage("load", start)
	letters, err := ingest.DeadLetters(ctx, c.Ingest.Kafka)
	if err != nil {
		return err
	}
	if err := result.Count(ctx, p.Store, letters); err != nil {
		return err
	}
	for t, one := range result.Records {
		if err := one.whole(t); err != nil {
			return err
		}
	}
	return evaluate(p, letters)
}

// loadFiles sends the files through Kafka and returns when ingest has committed every record.
func loadFiles(ctx context.Context, p *app.Parts, protector *record.Protector, files []produce.File, result *Summary, show app.Show) error {
	in, err := p.Ingest(protector)
	if err != nil {
		return err
	}
	producer, err := produce.New(p.Config.Ingest.Kafka)
	if err != nil {
		return err
	}
	defer producer.Close()
	working, stop := context.WithCancel(ctx)
	defer stop()
	group, working := errgroup.WithContext(working)
	group.Go(func() error { return in.Run(working) })
	group.Go(func() error {
		defer stop() // ingest ends when everything is in
		var total, before int64
		for _, f := range files {
			total += f.Size
		}
		for _, f := range files {
			err := producer.Send(working, f, func(n int64) {
				show("loading %s: %d%%", f.Topic, (before+n)*100/max(total, 1))
			})
			if err != nil {
				return app.BadInput(err)
			}
			before += f.Size
		}
		for topic, n := range producer.Sent() {
			result.Topic(topic).Read = n
		}
		return app.AwaitIngest(working, in, func() { show("storing") })
	})
	if err := group.Wait(); err != nil {
		return err
	}
	for topic := range producer.Sent() {
		result.Topic(topic).taken = in.Stored(topic)
	}
	return nil
}
