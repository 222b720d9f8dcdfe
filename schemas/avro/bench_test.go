package avro

import (
	"testing"

	"holdfast/schemas"
)

func BenchmarkDecodeAvro(b *testing.B) {
	value, err := newTestEncoder(b, nil).AppendEvent(nil, smallEvent())
	if err != nil {
		b.Fatal(err)
	}
	benchmarkDecode(b, string(value))
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
	benchmarkDecode(b, string(text))
}

func benchmarkDecode(b *testing.B, value string) {
	de, rec, ev := newTestDecoder(b, nil), input(schemas.KindUserAction, value), new(schemas.Event)
	b.ReportAllocs()
	for b.Loop() {
		if err := de.Decode(rec, ev); err != nil {
			b.Fatal(err)
		}
	}
}

func smallEvent() *schemas.Event {
	return &schemas.Event{Kind: schemas.KindUserAction, ID: "7f9c2ba4-e88f", Source: "app", Type: "feature_used", Account: "acc_00012345",
		User: "usr_0000012345", OccurredAt: at, Count: 1, Own: []schemas.Field{str("feature", "export_csv")},
		Props: []schemas.Field{str("browser", "firefox"), str("country", "DE"), num("rows", schemas.Long, 812)}}
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
