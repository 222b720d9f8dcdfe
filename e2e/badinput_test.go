//go:build e2e

package e2e_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"holdfast/e2e/cluster"
	"holdfast/e2e/load"
)

// TestBadInput sends what a product sends on its worst day. Each record that cannot be read is a dead letter which says
// why, in words that name the fault, and the records behind it are processed as if it had not been.
func TestBadInput(t *testing.T) {
	sc := newScene(t, 1, tinyBundle)
	now := time.Now().UTC()
	event := func(account string, at any) []byte {
		text, err := json.Marshal(map[string]any{"id": account, "source": "app", "type": "signed_in", "account_id": account, "user_id": "u", "occurred_at": at})
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	registered := register(t, sc)
	bad := []struct {
		name, key string
		value     []byte
		words     string // in the dead letter's text
	}{
		{"unknown schema id", "b1", confluent(999999, []byte("whatever")), `999999`},
		{"truncated Avro", "b2", confluent(registered, []byte{0x02}), `(?i)truncated|too short|end of|cut off`},
		{"broken JSON", "b3", []byte(`{"type": "signed_in", "account_id": `), `(?i)json`},
		{"no account", "", []byte(`{"id": "x", "type": "signed_in", "occurred_at": "2026-01-05T00:00:00Z"}`), `(?i)account`},
		{"no type", "b5", []byte(`{"id": "x", "account_id": "b5", "occurred_at": "2026-01-05T00:00:00Z"}`), `(?i)type`},
		{"no readable time", "b6", event("b6", "yesterday"), `(?i)occurred_at|time`},
		{"before 1970", "b7", event("b7", "1969-07-20T20:17:00Z"), `1970`},
		{"an unknown nested field", "b8", []byte(`{"id": "x", "type": "signed_in", "account_id": "b8", "user_id": "u", "occurred_at": 1767571200000, "nested": {"deep": 1}}`), `nested`},
		{"empty", "b9", nil, `(?i)empty|no value|tombstone`},
	}
	good := 0
	for _, ba := range bad {
		raws := []cluster.Raw{
			{Topic: load.UserActions, Key: []byte(ba.key), Value: ba.value},
			{Topic: load.UserActions, Key: []byte("good"), Value: event(fmt.Sprintf("good-%d", good), now.Add(-time.Hour))},
		}
		raws[1].Key = []byte(fmt.Sprintf("good-%d", good))
		good++
		if err := sc.broker.Produce(t.Context(), raws...); err != nil {
			t.Fatal(err)
		}
	}
	// Strange, but readable: a year ahead, and from 1971.
	for _, at := range []any{now.AddDate(1, 0, 0), "1971-01-01T00:00:00Z"} {
		account := fmt.Sprintf("good-%d", good)
		if err := sc.broker.Produce(t.Context(), cluster.Raw{Topic: load.UserActions, Key: []byte(account), Value: event(account, at)}); err != nil {
			t.Fatal(err)
		}
		good++
	}
	sc.finish(sc.processor("p0", toTheEnd()...))

	letters := sc.deadLetters()
	if len(letters) != len(bad) {
		t.Errorf("%d dead letters, want %d", len(letters), len(bad))
	}
	for i, ba := range bad {
		offset := fmt.Sprintf(`"offset":%d,`, 2*i)
		if letter := find(letters, offset); !regexp.MustCompile(ba.words).MatchString(letter) {
			t.Errorf("%s: want a dead letter of offset %d that matches %s, got %q", ba.name, 2*i, ba.words, letter)
		}
	}
	if found := sc.intents(); len(found) != good {
		t.Errorf("%d intents of the good records, want %d: the partition must go on", len(found), good)
	}
}

// TestFutureTimestamps: an event a year ahead must not carry the clock with it, or everybody else would be quiet.
func TestFutureTimestamps(t *testing.T) {
	sc := newScene(t, 1, absenceBundle)
	now := time.Now().UTC()
	sc.publish([]load.Line{
		login("1", "a1", "here", now.Add(-24*time.Hour)),
		login("2", "a2", "gone", now.Add(-72*time.Hour)),
		login("3", "a3", "ahead", now.AddDate(1, 0, 0)),
	})
	sc.finish(sc.processor("p0", toTheEnd()...))
	found := sc.intents()
	if len(found) != 1 || found[0].Key != "a2" {
		t.Errorf("want one intent, for a2, which is quiet since three days; got %v", found)
	}
	if letters := sc.deadLetters(); len(letters) != 0 {
		t.Errorf("a future timestamp is clamped, not refused: %v", letters)
	}
}

// deadLetters are the dead letters as `holdfast tail` shows them, without spaces that do not matter.
func (sc *scene) deadLetters() []string {
	sc.t.Helper()
	out, code := sc.holdfast("tail", "--brokers", sc.broker.Addr(), "--registry", sc.broker.RegistryURL(), "dead-letters", "--until-end", "--json")
	if code != 0 {
		sc.t.Fatalf("tail dead-letters: exit code %d: %s", code, out)
	}
	var letters []string
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		var compact bytes.Buffer
		if line != "" && json.Compact(&compact, []byte(line)) == nil {
			letters = append(letters, compact.String())
		}
	}
	return letters
}

func find(letters []string, part string) string {
	for _, letter := range letters {
		if strings.Contains(letter, part) {
			return letter
		}
	}
	return ""
}

// confluent frames a value with a schema id.
func confluent(id uint32, value []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0}, id), value...)
}

// register registers the schema of user actions, as a producer would, and returns its id.
func register(t *testing.T, sc *scene) uint32 {
	t.Helper()
	schema, err := os.ReadFile(filepath.Join(sc.root, "schemas", "avsc", "UserAction.avsc"))
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(map[string]string{"schema": string(schema)})
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(sc.broker.RegistryURL()+"/subjects/"+load.UserActions+"-value/versions", "application/vnd.schemaregistry.v1+json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		ID uint32 `json:"id"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode != http.StatusOK || answer.ID == 0 {
		t.Fatalf("register the schema of user actions: status %d, id %d, %v", response.StatusCode, answer.ID, err)
	}
	return answer.ID
}
