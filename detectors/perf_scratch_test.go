package detectors

import (
	"context"
	"fmt"
	"testing"
	"time"
	"sync"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/store"
)

func TestScratchPerf(t *testing.T) {
	d, conn := open(t, policy.National())
	asOf := date(t, "2026-10-31")
	if err := d.buildSnapshot(t.Context(), d.database+"_s", asOf); err != nil { t.Fatal(err) }
	defer d.dropSnapshot(t.Context(), d.database+"_s")
	facts, _ := d.open(d.database+"_s")
	for _, v := range []struct{n string; s clickhouse.Settings}{
		{"default", nil},
		{"threads1", clickhouse.Settings{"max_threads":1}},
		{"nojit", clickhouse.Settings{"compile_expressions":0,"compile_aggregate_expressions":0,"compile_sort_description":0}},
		{"both", clickhouse.Settings{"max_threads":1,"compile_expressions":0,"compile_aggregate_expressions":0,"compile_sort_description":0}},
		{"hash", clickhouse.Settings{"max_threads":1,"compile_expressions":0,"compile_aggregate_expressions":0,"compile_sort_description":0,"join_algorithm":"hash"}},
		{"nopush", clickhouse.Settings{"max_threads":1,"compile_expressions":0,"enable_parallel_replicas":0,"query_plan_join_swap_table":"false","query_plan_optimize_join_order_limit":0,"query_plan_convert_outer_join_to_inner_join":0}},
	} {
		total := time.Duration(0)
		out := ""
		for _, one := range d.catalogue {
			params, err := one.values(d.policy, "", asOf)
			if err != nil { t.Fatal(err) }
			ctx := t.Context()
			if v.s != nil { ctx = clickhouse.Context(ctx, clickhouse.WithSettings(v.s)) }
			best := time.Hour
			for range 5 {
				b := time.Now()
				if _, err := queryDetector(ctx, facts, one, params, asOf); err != nil { t.Fatal(v.n, one.ID, err) }
				best = min(best, time.Since(b))
			}
			total += best
			out += fmt.Sprintf(" %s=%v", one.ID, best.Round(time.Millisecond))
		}
		fmt.Println(v.n, total, out)
	}
	// EXPLAIN of runway
	for _, one := range d.catalogue {
		params, _ := one.values(d.policy, "", asOf)
		with, _ := params.With(store.Params{"as_of": asOf}).Context(t.Context(), one.Query)
		for _, e := range []string{"EXPLAIN QUERY TREE run_passes=1 ", "EXPLAIN PLAN ", "EXPLAIN PIPELINE "} {
			b := time.Now()
			err := conn.Exec(clickhouse.Context(with, clickhouse.WithSettings(clickhouse.Settings{"max_threads":1})), "USE "+d.database+"_s")
			rows, err := facts.Query(with, e+one.Query)
			n := 0
			if err == nil { for rows.Next() { n++ }; rows.Close() }
			fmt.Println(one.ID, e, time.Since(b), err, n)
		}
	}
	for _, par := range []int{1, 2, 4} {
		for _, set := range []clickhouse.Settings{{}, {"fsync_metadata": 0}} {
		conn.Exec(t.Context(), "CREATE DATABASE zzz")
		b := time.Now()
		var wg sync.WaitGroup
		ch := make(chan int, 17)
		for i := range 17 { ch <- i }
		close(ch)
		for range par {
			wg.Go(func() { for i := range ch {
				ctx := clickhouse.Context(context.Background(), clickhouse.WithSettings(set))
				if err := conn.Exec(ctx, fmt.Sprintf("CREATE TABLE zzz.t%d (a UInt8, b String, c Date, d LowCardinality(String), e Nullable(UInt8)) ENGINE=MergeTree ORDER BY a", i)); err != nil { fmt.Println(err) }
			}})
		}
		wg.Wait()
		fmt.Println("17 tables par", par, set, time.Since(b))
		b = time.Now()
		conn.Exec(t.Context(), "DROP DATABASE zzz")
		fmt.Println("drop", time.Since(b))
		}
	}
}
