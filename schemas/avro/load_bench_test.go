package avro

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"holdfast/schemas"
)

// BenchmarkDecodeLoad decodes many different user actions of the shape that most have: a type of eight, a user, four
// properties, a feature, a locale. One record again and again would tell the processor's predictors what comes.
func BenchmarkDecodeLoad(b *testing.B) {
	de := newTestDecoder(b, nil).(*decoder)
	text, err := schemas.Avsc("UserAction")
	if err != nil {
		b.Fatal(err)
	}
	wr, err := newWriter(text)
	if err != nil {
		b.Fatal(err)
	}
	de.writers.byID[loadSchemaID] = wr
	records := loadRecords(4096)
	ev, from, n := new(schemas.Event), cpuTime(b), 0
	b.ReportAllocs()
	for b.Loop() {
		rec := &records[n%len(records)]
		n++
		if err := de.Decode(rec, ev); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(cpuTime(b)-from)/float64(n), "cpu-ns/op")
}

const loadSchemaID = 7

func loadRecords(n int) []Record {
	random := rand.New(rand.NewPCG(5, 5))
	records := make([]Record, n)
	for i := range records {
		account := fmt.Sprintf("acc_%08d", random.IntN(1_000_000))
		records[i] = Record{Topic: "telemetry.user-actions", Kind: schemas.KindUserAction, Partition: 2, Offset: int64(i), Timestamp: at + int64(i),
			Key: []byte(account), Value: loadAction(random, account, at+int64(i))}
	}
	return records
}

var (
	loadTypes    = []string{"feature_used", "signed_in", "page_viewed", "seat_added", "limit_reached", "report_shared", "teammate_invited", "integration_synced"}
	loadFeatures = []string{"export_csv", "api_call", "dashboard_view", "invite_teammate", "advanced_feature", "automation_run", "report_share", "integration_sync"}
)

// loadAction is a user action in Confluent framing, field by field as in UserAction.avsc.
func loadAction(random *rand.Rand, account string, at int64) []byte {
	text := func(dst []byte, text string) []byte {
		return append(binary.AppendVarint(dst, int64(len(text))), text...)
	}
	dst := []byte{magicConfluent, 0, 0, 0, loadSchemaID}
	dst = text(dst, fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", random.Uint32(), random.IntN(1<<16), random.IntN(1<<16), random.IntN(1<<16), random.Int64N(1<<48)))
	dst = text(text(dst, "web"), loadTypes[random.IntN(8)])
	dst = text(append(binary.AppendVarint(dst, at), 0), account)
	dst = text(append(dst, 2), fmt.Sprintf("usr_%010d", random.IntN(20_000_000)))
	dst = append(dst, 0, 0, 0, 8) // backfill, test, trace_parent; four properties
	dst = text(append(text(dst, "plan"), 8), []string{"free", "starter", "growth", "enterprise"}[random.IntN(4)])
	dst = text(append(text(dst, "country"), 8), []string{"DE", "FR", "US", "IN"}[random.IntN(4)])
	dst = text(append(text(dst, "page"), 8), fmt.Sprintf("/app/reports/%04x", random.IntN(1<<16)))
	dst = binary.AppendVarint(append(text(dst, "duration_ms"), 4), random.Int64N(5000))
	dst = append(dst, 0, 2, 0) // end of properties, count, object_id
	dst = text(append(dst, 2), loadFeatures[random.IntN(8)])
	return text(append(dst, 0, 2), "de-DE") // time_zone, locale
}
