package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/anxin-project/anxin/detectors"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/leader"
)

// election is this process's part in finding the one that makes the runs: among those that read the same topics.
func (p *Parts) election(urgent bool) (*leader.Election, error) {
	k := p.Config.Ingest.Kafka
	client, err := k.Client()
	if err != nil {
		return nil, BadInput(err)
	}
	dialer, err := k.Dialer()
	if err != nil {
		return nil, BadInput(err)
	}
	return leader.New(leader.Configuration{
		Topic: leaderTopic(k.Prefix), Brokers: k.Brokers, Client: client, Dialer: dialer,
		Urgent: urgent, Session: leader.DefaultSession, Heartbeat: leader.DefaultHeartbeat, Log: p.Log,
	}), nil
}

// leaderTopic names the topic, and the consumer group, that find the leader.
func leaderTopic(prefix string) string { return prefix + "detectors.leader" }

// leadWithin is how long a command waits for the lead: a leader that was killed is given up after half of it.
const leadWithin = 2 * leader.DefaultSession

// passInTurn makes a pass when no other process makes a run, taking the lead from the service if there is one. The service
// takes it back afterwards and makes the run again that it had to give up.
func passInTurn(ctx context.Context, p *Parts, all *detectors.Detectors, on civil.Date) (pass.Result, error) {
	var result pass.Result
	var failed error
	e, err := p.election(true)
	if err != nil {
		return result, err
	}
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	late := time.AfterFunc(leadWithin, cancel)
	made := false
	err = e.Run(waiting, func(leading context.Context) bool {
		if !late.Stop() && waiting.Err() != nil {
			return true
		}
		result, failed = all.Pass(leading, on)
		made = leading.Err() == nil // else the lead was lost in the midst of it: once more
		return made
	})
	switch {
	case made:
		return result, failed
	case ctx.Err() != nil:
		return result, ctx.Err()
	}
	return result, errors.Join(err, fmt.Errorf("the lead was not given within %v, so other runs may be under way: is the broker at %s there? When no other process of anxin makes runs, --alone does without it",
		leadWithin, strings.Join(p.Config.Ingest.Kafka.Brokers, ", ")))
}
