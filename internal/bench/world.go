package bench

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/simulate"
)

// worldLoader puts a simulated world into the store without a broker: decoded, checked and hashed as ingest does it, a
// batch a table, so that a benchmark of what comes after ingest need not wait for it.
type worldLoader struct {
	world   *simulate.World
	store   *store.Store
	decoder *record.Decoder
	batches map[record.Topic]record.Batch
	// Records counts those stored, rejected ones left out.
	Records int64
}

// loadRows are stored at once; attendance alone fills such batches.
const loadRows = 250_000

func newWorldLoader(world *simulate.World, to *store.Store) (*worldLoader, error) {
	keys, err := record.GenerateKeys(civil.DateOf(time.Now()))
	if err != nil {
		return nil, err
	}
	protector, err := record.NewProtector(keys)
	if err != nil {
		return nil, err
	}
	// simulated records may lie ahead of this machine's clock
	now := func() time.Time { return (world.Today() + 2).End() }
	l := &worldLoader{world: world, store: to, decoder: record.NewDecoder(protector, record.Rules{}, now), batches: map[record.Topic]record.Batch{}}
	for _, t := range record.Topics() {
		l.batches[t] = record.NewBatch(t)
	}
	return l, nil
}

// until simulates and stores the days up to and with last.
func (l *worldLoader) until(ctx context.Context, last civil.Date, show func(done civil.Date)) error {
	group, storing := errgroup.WithContext(ctx)
	full := make(chan record.Batch) // one batch is stored while the next fills
	group.Go(func() error {
		for b := range full {
			if err := app.InsertBatch(storing, l.store, b); err != nil {
				return err
			}
		}
		return nil
	})
	hand := func(t record.Topic) error {
		select {
		case full <- l.batches[t]:
			l.batches[t] = record.NewBatch(t)
			return nil
		case <-storing.Done():
			return storing.Err()
		}
	}
	group.Go(func() error {
		defer close(full)
		for l.world.Today() < last {
			err := l.world.Day(storing, func(r simulate.Record) error {
				t := record.Topic(r.Topic)
				if reject := l.decoder.Add(l.batches[t], r.JSON); reject == nil {
					l.Records++
				}
				if l.batches[t].Len() < loadRows {
					return nil
				}
				return hand(t)
			})
			if err != nil {
				return err
			}
			show(l.world.Today())
		}
		for t, b := range l.batches {
			if b.Len() > 0 {
				if err := hand(t); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return group.Wait()
}
