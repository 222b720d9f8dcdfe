package processor

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas"
	"holdfast/schemas/avro"
	"holdfast/topology/playbook"
)

// BenchmarkHead is what a record costs before anything is computed: its event is decoded and chosen among the heads of all
// inputs. Others than the user actions are at their end, as they are most of the time.
func BenchmarkHead(b *testing.B) {
	for name, mode := range map[string]string{"live": modeLive, "event": modeEvent} {
		b.Run(name, func(b *testing.B) {
			ta := &task{partitions: 1, bundle: &playbook.Bundle{MaxSkew: time.Hour, FutureSkew: time.Hour}, clock: clock{mode: mode, now: noTime}, wallMillis: headMillis}
			var err error
			if ta.decoder, err = avro.NewDecoder(avro.DecoderOptions{}); err != nil {
				b.Fatal(err)
			}
			for _, kind := range []schemas.Kind{schemas.KindProfile, schemas.KindBilling, schemas.KindSupport, schemas.KindUserAction, schemas.KindReceipt} {
				ta.inputs = append(ta.inputs, &input{topic: kind.String(), kind: kind, highest: noTime, end: 0})
			}
			actions := ta.inputs[3]
			actions.records, actions.end = headRecords(b, 20_000), 20_000
			b.ReportAllocs()
			from, n := cpuNanos(b), 0
			for b.Loop() {
				n++
				in := ta.lowest()
				if in == nil {
					actions.head = 0
					continue
				}
				in.highest = max(in.highest, in.event.At)
				in.pass()
			}
			b.ReportMetric(float64(cpuNanos(b)-from)/float64(n), "cpu-ns/op")
			if ta.counts.dead != 0 {
				b.Errorf("%d dead letters", ta.counts.dead)
			}
		})
	}
}

const headMillis = 1772960400000

func headRecords(b *testing.B, n int) []*kgo.Record {
	en, err := avro.NewEncoder(context.Background(), avro.EncoderOptions{})
	if err != nil {
		b.Fatal(err)
	}
	text := func(name, text string) schemas.Field {
		return schemas.Field{Name: name, Value: schemas.Value{Kind: schemas.String, Text: text}}
	}
	pick := func(i int, texts ...string) string { return texts[i*7919%len(texts)] }
	records := make([]*kgo.Record, n)
	for i := range records {
		ev := &schemas.Event{Kind: schemas.KindUserAction, ID: fmt.Sprintf("7f9c2ba4-e88f-4d6c-9a53-%012x", i), Source: "web", OccurredAt: headMillis + int64(i),
			Type:    pick(i, "feature_used", "signed_in", "page_viewed", "seat_added", "limit_reached", "report_shared", "teammate_invited"),
			Account: fmt.Sprintf("acc_%08d", i*7919%100_000), User: fmt.Sprintf("usr_%010d", i*104_729), Count: 1,
			Own: []schemas.Field{text("feature", pick(i/3, "export_csv", "api_call", "dashboard_view", "invite_teammate", "advanced_feature")), text("locale", "de-DE")},
			Props: []schemas.Field{text("country", pick(i, "DE", "FR", "US")), {Name: "duration_ms", Value: schemas.Value{Kind: schemas.Long, Num: int64(i * 31 % 5000)}},
				text("page", fmt.Sprintf("/app/reports/%04x", i)), text("plan", pick(i/2, "free", "starter", "growth", "enterprise"))}}
		value, err := en.AppendEvent(nil, ev)
		if err != nil {
			b.Fatal(err)
		}
		records[i] = &kgo.Record{Topic: "telemetry.user-actions", Offset: int64(i), Timestamp: time.UnixMilli(ev.OccurredAt), Key: []byte(ev.Account), Value: value}
	}
	return records
}
