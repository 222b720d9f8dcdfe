package avro

import (
	"syscall"
	"testing"

	"holdfast/schemas"
)

// The plan beside goavro, in one run: machines differ, the ratio less.
func BenchmarkDecodeAvro(b *testing.B) {
	en := newTestEncoder(b, nil)
	for selector := range uint8(schemas.KindReceipt) {
		ev := fullEvent(kindFor(selector))
		if ev.Kind == schemas.KindUserAction {
			ev = smallEvent()
		}
		value, err := en.AppendEvent(nil, ev)
		if err != nil {
			b.Fatal(err)
		}
		de := newTestDecoder(b, nil).(*decoder)
		b.Run(ev.Kind.String()+"/plan", func(b *testing.B) { benchmarkDecode(b, de.Decode, input(ev.Kind, string(value))) })
		b.Run(ev.Kind.String()+"/goavro", func(b *testing.B) { benchmarkDecode(b, de.decodeGeneric, input(ev.Kind, string(value))) })
	}
}

func BenchmarkDecodeJSON(b *testing.B) {
	value, err := newTestEncoder(b, nil).AppendEvent(nil, smallEvent())
	if err != nil {
		b.Fatal(err)
	}
	text, err := newTestReader(b, nil).ToJSON(value)
	if err != nil {
		b.Fatal(err)
	}
	benchmarkDecode(b, newTestDecoder(b, nil).Decode, input(schemas.KindUserAction, string(text)))
}

// benchmarkDecode also reports the CPU time: on a busy machine it is the truer one.
func benchmarkDecode(b *testing.B, decode func(*Record, *schemas.Event) error, rec *Record) {
	ev := new(schemas.Event)
	b.ReportAllocs()
	from, n := cpuTime(b), 0
	for b.Loop() {
		n++
		if err := decode(rec, ev); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(cpuTime(b)-from)/float64(n), "cpu-ns/op")
}

func cpuTime(b *testing.B) int64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return used.Utime.Nano() + used.Stime.Nano()
}

func smallEvent() *schemas.Event {
	return &schemas.Event{Kind: schemas.KindUserAction, ID: "7f9c2ba4-e88f", Source: "app", Type: "feature_used", Account: "acc_00012345",
		User: "usr_0000012345", OccurredAt: at, Count: 1, Own: []schemas.Field{str("feature", "export_csv")},
		Props: []schemas.Field{str("browser", "firefox"), str("country", "DE"), str("plan", "team"), num("rows", schemas.Long, 812)}}
}

func BenchmarkAppendIntent(b *testing.B) {
	en := newTestEncoder(b, nil)
	mi := &schemas.MessageIntent{IntentID: "a60c0780-4994-5dac-9c3a-202195441a60", DedupeKey: "inactivity/a1~u1/t.1772960400000/d7/send/u1",
		Action: "deliver", Kind: "message", AccountID: "acc_00012345", Recipient: schemas.Recipient{Type: "user", UserID: "usr_0000012345"},
		Playbook: "inactivity", PlaybookVersion: "sha256:1", BundleVersion: "sha256:2", EpisodeID: "t.1772960400000", Step: "d7", Class: "lifecycle",
		Template: "inactivity-7", Data: smallEvent().Props, Channels: []string{"email"}, ChannelRule: "first_available",
		Reason: schemas.Reason{Code: "inactive", Text: "no activity for 7 days", Facts: []schemas.Fact{{Name: "idle(login)", Value: "7d", Op: ">= 7d", Held: true}}}}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if dst, err = en.AppendIntent(dst[:0], mi); err != nil {
			b.Fatal(err)
		}
	}
}
