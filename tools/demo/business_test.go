package demo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"

	"holdfast/schemas"
	"holdfast/schemas/avro"
)

func TestASeedIsABusiness(t *testing.T) {
	var first, again, other bytes.Buffer
	for _, run := range []struct {
		out  *bytes.Buffer
		seed uint64
	}{{&first, 1}, {&again, 1}, {&other, 2}} {
		if err := Simulate(run.seed, 40).WriteJSONL(run.out); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), again.Bytes()) {
		t.Error("the same seed made two businesses")
	}
	if bytes.Equal(first.Bytes(), other.Bytes()) {
		t.Error("two seeds made the same business")
	}
	sum := sha256.Sum256(first.Bytes())
	const golden = "2963642f0c3a48b6"
	if got := hex.EncodeToString(sum[:8]); got != golden {
		t.Errorf("the business of seed 1 with 40 accounts has changed: digest %s, was %s; if that is meant, put the new one here", got, golden)
	}
}

func TestTheBusinessLooksLikeOne(t *testing.T) {
	bu := Simulate(1, 300)
	perType := map[string]int{}
	for _, ev := range bu.Events {
		perType[ev.Type]++
	}
	for _, want := range []struct {
		name        string
		have        int
		least, most int
	}{
		{"accounts", len(bu.Accounts), 300, 300},
		{"users", bu.Users(), 2_000, 4_000},
		{"events", len(bu.Events), 100_000, 250_000},
		{"sign-ups of every user", perType["signed_up"], bu.Users(), bu.Users()},
		{"invitations, for those who are not founders", perType["invite_sent"], perType["user_added"], perType["user_added"]},
		{"logins per user", perType["signed_in"] / bu.Users(), 15, 60},
		{"payments", perType["payment_succeeded"], 300, 900},
		{"failed payments", perType["payment_failed"], 20, 120},
		{"tickets", perType["ticket_opened"], 500, 2_000},
		{"projects", perType["project_created"], 2_000, 9_000},
	} {
		if want.have < want.least || want.have > want.most {
			t.Errorf("%s: %d, want %d to %d", want.name, want.have, want.least, want.most)
		}
	}
	quiet, returned := 0, 0
	for _, ac := range bu.Accounts {
		if ac.quietFrom > 0 {
			quiet++
			if ac.quietUntil < bu.End {
				returned++
			}
		}
	}
	if quiet < 15 || returned < 5 || returned == quiet {
		t.Errorf("%d accounts go quiet, %d return", quiet, returned)
	}
}

func TestTheBusinessIsInOrderAndUnambiguous(t *testing.T) {
	bu := Simulate(11, 30)
	ids := map[string]bool{}
	byAccount := map[string][]Event{}
	for i, ev := range bu.Events {
		if i > 0 && ev.At <= bu.Events[i-1].At {
			t.Fatalf("event %d is not after the one before", i)
		}
		if ev.At < bu.Start || ev.At >= bu.End {
			t.Errorf("%s is outside of the business", ev.ID())
		}
		if ids[ev.ID()] {
			t.Errorf("two events are called %s", ev.ID())
		}
		ids[ev.ID()] = true
		byAccount[ev.Account] = append(byAccount[ev.Account], ev)
	}
	for _, ac := range bu.Accounts {
		if ambiguous(byAccount[ac.Name]) {
			t.Errorf("%s returns within %d h of a step that asks for its silence", ac.Name, slack/hour)
		}
		if first := loginsOf(byAccount[ac.Name], "")[0]; first-ac.Created > day {
			t.Errorf("%s signs up and does not log in for a day", ac.Name)
		}
	}
}

// The processor must read what the business writes, and find in it what the business meant.
func TestEveryLineIsAnEvent(t *testing.T) {
	bu := Simulate(2, 25)
	var text bytes.Buffer
	if err := bu.WriteJSONL(&text); err != nil {
		t.Fatal(err)
	}
	decoder, err := avro.NewDecoder(avro.DecoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	names := schemas.DefaultTopicNames()
	if topics := []string{names.UserActions, names.Billing, names.Support, names.Profiles}; !reflect.DeepEqual(topics,
		[]string{topicActions, topicBilling, topicSupport, topicProfiles}) {
		t.Fatalf("the topics are called %v", topics)
	}
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	if len(lines) != bu.Records() {
		t.Fatalf("%d lines for %d records", len(lines), bu.Records())
	}
	for i, ev := range bu.Events {
		line := lines[len(bu.profiles)+i]
		value := strings.Replace(line, `"kafka_topic":"`+ev.Topic+`",`, "", 1)
		var got schemas.Event
		if err := decoder.Decode(&avro.Record{Topic: ev.Topic, Kind: names.InputKind(ev.Topic), Value: []byte(value)}, &got); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if got.ID != ev.ID() || got.Type != ev.Type || got.Account != ev.Account || got.User != ev.User || got.OccurredAt != ev.At {
			t.Fatalf("%s was read as %+v", line, got)
		}
		if ev.Topic == topicActions && got.Count != weight(ev) {
			t.Fatalf("%s counts %d", line, got.Count)
		}
	}
}

func TestProfilesTellRolesZoneAndBirth(t *testing.T) {
	bu := Simulate(2, 25)
	decoder, err := avro.NewDecoder(avro.DecoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := writeLines(&text, bu.profiles[1]); err != nil {
		t.Fatal(err)
	}
	value := strings.Replace(text.String(), `"kafka_topic":"telemetry.profiles",`, "", 1)
	var got schemas.Event
	if err := decoder.Decode(&avro.Record{Topic: topicProfiles, Kind: schemas.KindProfile, Value: []byte(value)}, &got); err != nil {
		t.Fatal(err)
	}
	want := bu.profiles[1]
	if got.User != want.user || got.Profile.CreatedAt != want.at || !reflect.DeepEqual(got.Profile.Roles, want.roles) {
		t.Errorf("%s was read as %+v", text.String(), got)
	}
	if zone, ok := got.OwnField("time_zone"); !ok || zone.Text != want.zone {
		t.Errorf("time_zone is %+v", zone)
	}
}
