package produce

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/anxin-project/anxin/ingest/produce/notation"
	"github.com/anxin-project/anxin/ingest/record"
)

// Masked shows a record of a topic to people: its fields in the contract's order, without what is personal. Of a name the
// first character is left, of phones and accounts the last four digits, of identity numbers nothing.
func Masked(topic record.Topic, value []byte) []byte {
	var fields map[string]json.RawMessage
	if json.Unmarshal(value, &fields) != nil {
		return []byte(`"(a row that cannot be split into cells)"`)
	}
	for _, nested := range []string{"account", "deposit"} {
		var inner map[string]json.RawMessage
		if json.Unmarshal(fields[nested], &inner) == nil {
			for name, v := range inner {
				fields[nested+"."+name] = v
			}
		}
	}
	var b bytes.Buffer
	for _, f := range contract[topic] {
		v, ok := fields[f.name]
		if !ok {
			continue
		}
		b.WriteString(map[bool]string{true: "{", false: ", "}[b.Len() == 0])
		b.Write(notation.AppendString(nil, []byte(f.name)))
		b.WriteString(": ")
		b.Write(f.masked(v))
	}
	if b.Len() == 0 {
		b.WriteByte('{')
	}
	b.WriteByte('}')
	return b.Bytes()
}

func (f *field) masked(v json.RawMessage) []byte {
	var text string
	if json.Unmarshal(v, &text) != nil {
		if f.personal() || f.kind != notation.Integer && notation.DigitRun(v) >= notation.PersonalDigits || bytes.ContainsAny(v, "{[") {
			return []byte(`"***"`)
		}
		return v
	}
	switch {
	case strings.HasPrefix(text, unreadable):
		text = unreadable + "***"
	case f.veil == firstOnly:
		text = record.Mask(text)
	case f.veil == lastDigits:
		text = "***" + record.LastFour(text)
	case f.veil == hidden:
		text = "***"
	case notation.HoldsResident([]byte(text)), f.kind == notation.Line && notation.DigitRun([]byte(text)) >= notation.PersonalDigits: // of a column mapped amiss
		text = "***"
	}
	return notation.AppendString(nil, []byte(text))
}

// Sample is a record as people may see it.
type Sample struct {
	Line    int64
	Masked  []byte
	Problem string // for which ingest would reject it; empty if it would not
}

// Sample returns the first records and what ingest would say to them.
func (s Source) Sample(ctx context.Context, most int, rules record.Rules, now func() time.Time) ([]Sample, error) {
	decoder, batch, err := throwAwayDecoder(s.Topic, rules, now)
	if err != nil {
		return nil, err
	}
	r, err := s.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var all []Sample
	for len(all) < most && ctx.Err() == nil {
		one, err := r.Next()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		sample := Sample{Line: one.Line, Masked: Masked(s.Topic, one.Value)}
		if bad := decoder.Add(batch, one.Value); bad != nil {
			sample.Problem = string(bad.Reason) + ": " + detail(bad, one.Problems)
		}
		all = append(all, sample)
	}
	return all, ctx.Err()
}
