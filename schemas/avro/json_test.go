package avro

import (
	"cmp"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"holdfast/schemas"
)

func TestJSONFormOfAnEvent(t *testing.T) {
	de := newTestDecoder(t, nil)
	got := decoded(t, de, input(schemas.KindBilling, ` {
		"id": "e1", "source": "stripe", "type": "payment_failed", "occurred_at": "2026-03-08T10:00:00.0019+01:00",
		"received_at": 1772960400500, "account_id": "a1", "user_id": null, "backfill": true, "test": true, "trace_parent": "00-1",
		"amount_minor": 4900, "currency": "EUR", "next_attempt_at": "2026-03-09T00:00:00Z", "contract_ends_on": "2026-12-31",
		"contract_starts_on": "1969-12-31", "auto_renew": false, "invoice_id": null, "region": "eu",
		"properties": {"a": true, "z": null, "big": 9007199254740993, "half": 0.5, "exp": 1e3, "text": "x<y"}
	} `))
	sameEvent(t, got, &schemas.Event{
		Kind: schemas.KindBilling, Topic: "telemetry.billing", Partition: 2, Offset: 41,
		ID: "e1", Source: "stripe", Type: "payment_failed", Account: "a1", OccurredAt: at + 1, At: at + 1,
		Backfill: true, Test: true, TraceParent: "00-1", Count: 1,
		Own: []schemas.Field{num("amount_minor", schemas.Long, 4900), num("auto_renew", schemas.Bool, 0),
			num("contract_ends_on", schemas.Date, 20818), num("contract_starts_on", schemas.Date, -1), str("currency", "EUR"),
			num("next_attempt_at", schemas.TimeMillis, 1773014400000)},
		Props: []schemas.Field{num("a", schemas.Bool, 1), num("big", schemas.Long, 9007199254740993), dbl("exp", 1000), dbl("half", 0.5),
			str("region", "eu"), str("text", "x<y"), {Name: "z"}},
	})
}

func TestDefaultsWhenAbsent(t *testing.T) {
	de := newTestDecoder(t, nil)
	got := decoded(t, de, input(schemas.KindUserAction, `{"type":"signed_in"}`))
	sameEvent(t, got, &schemas.Event{Kind: schemas.KindUserAction, Topic: "telemetry.user-actions", Partition: 2, Offset: 41,
		ID: "telemetry.user-actions-2-41", IDIsPosition: true, Source: "telemetry.user-actions", Type: "signed_in", Account: "k1", OccurredAt: at, At: at, Count: 1})
}

func TestProfileInJSON(t *testing.T) {
	de := newTestDecoder(t, nil)
	got := decoded(t, de, input(schemas.KindProfile, `{"account_id":"a1","user_id":"u1","changed_at":1772960400000,"locale":"de",
		"roles":["champion","admin"],"traits":{"seats":5},"industry":"steel","consents":{"offers/email":"denied","news":"granted"},
		"channels":{"email":"bounced"},"deleted":true,"created_at":"2026-01-01T00:00:00Z"}`))
	sameEvent(t, got, &schemas.Event{Kind: schemas.KindProfile, Topic: "telemetry.profiles", Partition: 2, Offset: 41,
		ID: "a1/u1@1772960400000", Source: "telemetry.profiles", Type: "user", Account: "a1", User: "u1", OccurredAt: at, At: at, Count: 1,
		Own: []schemas.Field{str("locale", "de")}, Props: []schemas.Field{str("industry", "steel"), num("seats", schemas.Long, 5)},
		Profile: schemas.Profile{Roles: []string{"champion", "admin"}, HasRoles: true, Deleted: true, CreatedAt: 1767225600000,
			Consents: []schemas.Field{str("news", "granted"), str("offers/email", "denied")}, Channels: []schemas.Field{str("email", "bounced")}}})

	account := decoded(t, de, input(schemas.KindProfile, `{"traits":{"plan":"pro"}}`))
	if account.Type != "account" || account.ID != "k1/@1772960400000" || account.Profile.HasRoles || account.Profile.CreatedAt != 0 {
		t.Errorf("profile of an account: %+v", account)
	}
}

func TestReceiptInJSON(t *testing.T) {
	de := newTestDecoder(t, nil)
	got := decoded(t, de, input(schemas.KindReceipt, `{"id":"r1","intent_id":"i1","account_id":"a1","user_id":"u1","status":"clicked",
		"occurred_at":1772960400000,"playbook":"p","step":"s","link":"pay"}`))
	sameEvent(t, got, &schemas.Event{Kind: schemas.KindReceipt, Topic: "holdfast.receipts", Partition: 2, Offset: 41,
		ID: "r1", Source: "holdfast.receipts", Type: "clicked", Account: "a1", User: "u1", OccurredAt: at, At: at, Count: 1,
		Own: []schemas.Field{num("hard", schemas.Bool, 0), str("intent_id", "i1"), str("link", "pay"), str("playbook", "p"), str("status", "clicked"), str("step", "s")}})
}

func TestCloudEventsBinaryFillsWhatTheBodyLacks(t *testing.T) {
	de := newTestDecoder(t, nil)
	headers := []string{"ce_id", "c1", "ce_source", "crm", "ce_type", "signed_in", "ce_specversion", "1.0", "ce_time", "2026-03-08T09:00:00Z",
		"ce_subject", "a9", "ce_traceparent", "00-2", "ce_tenant", "x", "content-type", "application/json"}
	rec := input(schemas.KindUserAction, `{"user_id":"u1"}`, headers...)
	rec.Timestamp = 1
	got := decoded(t, de, rec)
	if got.ID != "c1" || got.Source != "crm" || got.Type != "signed_in" || got.Account != "a9" || got.OccurredAt != at || got.TraceParent != "00-2" {
		t.Errorf("from headers: %+v", got)
	}
	got = decoded(t, de, input(schemas.KindUserAction, `{"id":"b","source":"b","type":"b","account_id":"b","occurred_at":5,"trace_parent":"b"}`, headers...))
	if got.ID != "b" || got.Source != "b" || got.Type != "b" || got.Account != "b" || got.OccurredAt != 5 || got.TraceParent != "b" {
		t.Errorf("the body must win: %+v", got)
	}
}

func TestCloudEventsStructured(t *testing.T) {
	de := newTestDecoder(t, nil)
	const mode = "application/cloudevents+json; charset=UTF-8"
	rec := input(schemas.KindUserAction, `{"data":{"user_id":"u1","properties":{"n":1}},"specversion":"1.0","id":"c1","source":"crm","type":"signed_in",
		"subject":"a9","time":"2026-03-08T09:00:00Z","level":3,"datacontenttype":"application/json"}`, "Content-Type", mode)
	got := decoded(t, de, rec)
	if got.ID != "c1" || got.Source != "crm" || got.Type != "signed_in" || got.Account != "a9" || got.User != "u1" || len(got.Props) != 1 {
		t.Errorf("structured: %+v", got)
	}
}

func TestEventIsReusedWithoutLeftovers(t *testing.T) {
	de := newTestDecoder(t, nil)
	ev := decoded(t, de, input(schemas.KindProfile, `{"user_id":"u1","roles":["x"],"traits":{"a":1},"consents":{"c":"granted"},"deleted":true,"locale":"de"}`))
	if err := de.Decode(input(schemas.KindUserAction, `{"type":"x"}`), ev); err != nil {
		t.Fatal(err)
	}
	sameEvent(t, ev, decoded(t, newTestDecoder(t, nil), input(schemas.KindUserAction, `{"type":"x"}`)))
}

// Every escape of JSON, and a name that needs one.
func TestEscapes(t *testing.T) {
	de := newTestDecoder(t, nil)
	got := decoded(t, de, input(schemas.KindUserAction, `{"type":"a\"\\\/\b\f\n\r\t\u00fc\ud83d\ude00z","\u0061ccount_id":"a1"}`))
	if want := "a\"\\/\b\f\n\r\tü😀z"; got.Type != want || got.Account != "a1" {
		t.Errorf("type %q, account %q", got.Type, got.Account)
	}
}

// encoding/json judges what is JSON; the one difference is a lone surrogate, which it would blur.
func FuzzScanAgreesWithEncodingJSON(f *testing.F) {
	for _, seed := range []string{`{"a":1,"b":"x\u00e4\n","c":[true,false,null],"d":-0.5e-7,"e":{}}`, `{"a":01}`, `{"a":"\ud800"}`, `{"a":12345678901234567890}`, "{\"a\":\"\x7f\"}", `{} {}`, `{"a":`,
		`{"":0,"":"","":[],"":0}`, `{"a":1e999,"a":1}`, `{"a":[}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		got, gotErr := scanned([]byte(text))
		want, wantErr := judged(text)
		if hasLoneSurrogate(text) {
			return
		}
		if errors.Is(wantErr, errTooDeep) != errors.Is(gotErr, errTooDeep) && !errors.Is(wantErr, errNoJSON) {
			t.Fatalf("%q\n got  %v\n want %v", text, gotErr, wantErr)
		}
		if (gotErr == nil) != (wantErr == nil) || gotErr == nil && !reflect.DeepEqual(got, want) {
			t.Fatalf("%q\n got  %v, %v\n want %v, %v", text, got, gotErr, want, wantErr)
		}
	})
}

var (
	errTooDeep = errors.New("deeper than the test reads")
	errNoJSON  = errors.New("not one object of JSON") // then the scanner may have met the depth before the fault
)

// scanned reads an object of scalars with the scanner.
func scanned(text []byte) (map[string]schemas.Value, error) {
	jr := jsonReader{scanner: scanner{text: text}}
	if err := jr.open(); err != nil {
		return nil, err
	}
	all := map[string]schemas.Value{}
	for first := true; ; first = false {
		name, more, err := jr.member(first)
		if err != nil {
			return nil, err
		}
		if !more {
			return all, jr.close()
		}
		open, va, err := jr.value()
		if err != nil || open != openScalar {
			return nil, cmp.Or(err, errTooDeep)
		}
		all[name] = va
	}
}

// judged reads the same with encoding/json, token by token: a map would blur the members that share a name.
func judged(text string) (map[string]schemas.Value, error) {
	if text = strings.TrimLeft(text, " \t\r\n"); !json.Valid([]byte(text)) || text[0] != '{' {
		return nil, errNoJSON
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	all := map[string]schemas.Value{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		form, err := dec.Token()
		if err != nil {
			return nil, err
		}
		if all[name.(string)], err = judgedValue(form); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func judgedValue(form json.Token) (schemas.Value, error) {
	switch form := form.(type) {
	case nil:
		return schemas.Value{}, nil
	case bool:
		va := schemas.Value{Kind: schemas.Bool}
		if form {
			va.Num = 1
		}
		return va, nil
	case string:
		return schemas.Value{Kind: schemas.String, Text: form}, nil
	case json.Number:
		return numberValue(form.String(), !strings.ContainsAny(form.String(), ".eE"))
	}
	return schemas.Value{}, errTooDeep
}

func hasLoneSurrogate(text string) bool {
	return strings.Contains(strings.ToLower(text), `\ud`)
}
