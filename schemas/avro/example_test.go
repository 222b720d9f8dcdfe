package avro_test

import (
	"context"
	"fmt"

	"holdfast/schemas"
	"holdfast/schemas/avro"
)

// A line of JSON becomes an event; the same event in Avro, without a registry, is told apart by its first bytes.
func Example() {
	decoder, _ := avro.NewDecoder(avro.DecoderOptions{})
	rec := avro.Record{Topic: "telemetry.user-actions", Kind: schemas.KindUserAction, Partition: 3, Offset: 7,
		Timestamp: 1772960400000, Key: []byte("a1"), Value: []byte(`{"type":"signed_in","user_id":"u1","plan":"pro"}`)}
	var ev schemas.Event
	fmt.Println(decoder.Decode(&rec, &ev), ev.Account, ev.User, ev.Type, ev.ID, ev.Source, ev.Props[0].Value.Text)

	encoder, _ := avro.NewEncoder(context.Background(), avro.EncoderOptions{})
	rec.Value, _ = encoder.AppendEvent(nil, &ev)
	fmt.Printf("%X %v %s\n", rec.Value[:2], decoder.Decode(&rec, &ev), ev.Type)

	rec.Value = []byte("signed_in")
	fmt.Println(decoder.Decode(&rec, &ev))
	// Output:
	// <nil> a1 u1 signed_in telemetry.user-actions-3-7 telemetry.user-actions pro
	// C301 <nil> signed_in
	// decode unknown_format: the value starts with byte 0x73: want 00 (Confluent wire format), C3 01 (Avro single-object) or { (JSON)
}
