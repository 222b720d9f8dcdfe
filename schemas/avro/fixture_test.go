package avro

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"holdfast/schemas"
)

// at is 2026-03-08T09:00:00Z.
const at = 1772960400000

func newTestDecoder(t testing.TB, registry *Registry, further ...string) Decoder {
	t.Helper()
	de, err := NewDecoder(DecoderOptions{Registry: registry, Schemas: further})
	if err != nil {
		t.Fatal(err)
	}
	return de
}

func newTestEncoder(t testing.TB, registry *Registry) *Encoder {
	t.Helper()
	en, err := NewEncoder(context.Background(), EncoderOptions{Registry: registry})
	if err != nil {
		t.Fatal(err)
	}
	return en
}

func newTestReader(t testing.TB, registry *Registry) *Reader {
	t.Helper()
	re, err := NewReader(DecoderOptions{Registry: registry})
	if err != nil {
		t.Fatal(err)
	}
	return re
}

// input is a record of a kind's default topic at partition 2, offset 41, with key k1.
func input(ki schemas.Kind, value string, headers ...string) *Record {
	rec := &Record{Kind: ki, Partition: 2, Offset: 41, Timestamp: at, Key: []byte("k1"), Value: []byte(value)}
	for _, to := range schemas.Topics() {
		if to.Input == ki {
			rec.Topic = to.Name
		}
	}
	for i := 0; i < len(headers); i += 2 {
		rec.Headers = append(rec.Headers, schemas.Header{Key: headers[i], Value: []byte(headers[i+1])})
	}
	return rec
}

func decoded(t testing.TB, de Decoder, rec *Record) *schemas.Event {
	t.Helper()
	ev := new(schemas.Event)
	if err := de.Decode(rec, ev); err != nil {
		t.Fatalf("decode %s: %v", clip(string(rec.Value)), err)
	}
	return ev
}

// wantError checks that err is a DecodeError of that stage and code whose text holds want.
func wantError(t *testing.T, err error, stage, code, want string) {
	t.Helper()
	var de *DecodeError
	if !errors.As(err, &de) {
		t.Fatalf("error is %v, want a DecodeError %s %s", err, stage, code)
	}
	if de.Stage != stage || de.Code != code || !strings.Contains(de.Text, want) {
		t.Errorf("error is\n %v\nwant\n %s %s: ...%s...", de, stage, code, want)
	}
	if errors.Is(err, ErrRegistryUnavailable) {
		t.Error("the error is of both classes")
	}
}

func sameEvent(t *testing.T, got, want *schemas.Event) {
	t.Helper()
	one, two := emptied(*got), emptied(*want)
	if !reflect.DeepEqual(one, two) {
		t.Errorf("events differ\n got  %+v\n want %+v", one, two)
	}
}

// emptied makes nil of empty lists, which a reused event keeps as buffers.
func emptied(ev schemas.Event) schemas.Event {
	for _, list := range []*[]schemas.Field{&ev.Own, &ev.Props, &ev.Profile.Consents, &ev.Profile.Channels} {
		if len(*list) == 0 {
			*list = nil
		}
	}
	if len(ev.Profile.Roles) == 0 {
		ev.Profile.Roles = nil
	}
	return ev
}

func str(name, text string) schemas.Field {
	return schemas.Field{Name: name, Value: schemas.Value{Kind: schemas.String, Text: text}}
}

func num(name string, kind schemas.ValueKind, value int64) schemas.Field {
	return schemas.Field{Name: name, Value: schemas.Value{Kind: kind, Num: value}}
}

func dbl(name string, value float64) schemas.Field {
	return schemas.Field{Name: name, Value: schemas.Value{Kind: schemas.Double, Float: value}}
}

func byName(list []schemas.Field) {
	slices.SortFunc(list, func(one, two schemas.Field) int { return strings.Compare(one.Name, two.Name) })
}
