package tools_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/broker"
	"holdfast/schemas"
	"holdfast/tools"
	"holdfast/tools/cli"
)

// readAll reads n records of a topic.
func readAll(t *testing.T, bro *broker.Broker, topic string, n int) []*kgo.Record {
	t.Helper()
	reader := newClient(t, bro, kgo.ConsumeTopics(topic))
	var records []*kgo.Record
	for len(records) < n {
		fetches := reader.PollFetches(t.Context())
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		records = append(records, fetches.Records()...)
	}
	return records
}

func TestEveryAccountHasItsPartition(t *testing.T) {
	bro := startTopics(t)
	const accounts = 200
	var text strings.Builder
	for i := range accounts {
		_, _ = fmt.Fprintf(&text, `{"kafka_topic":"telemetry.user-actions","account_id":"account-%d-ä","type":"signed_in","user_id":"u"}`+"\n", i)
	}
	run(t, "publish", "--brokers", bro.KafkaAddr(), writeFile(t, "events.jsonl", text.String())).
		want(t, cli.ExitOK, "published 200 events to 1 topic in ", "")
	used := map[int32]int{}
	for _, record := range readAll(t, bro, "telemetry.user-actions", accounts) {
		used[record.Partition]++
		if want := schemas.PartitionOf(string(record.Key), 4); record.Partition != want {
			t.Errorf("account %s is in partition %d, want %d", record.Key, record.Partition, want)
		}
		if !strings.Contains(string(record.Value), `"account_id":"`+string(record.Key)+`"`) || strings.Contains(string(record.Value), "kafka_topic") {
			t.Errorf("record %s under key %s", record.Value, record.Key)
		}
	}
	if len(used) != 4 {
		t.Errorf("partitions used: %v, want all four", used)
	}
}

func TestWrongLinesAreNamedAndTheOthersPublished(t *testing.T) {
	bro := startTopics(t)
	file := writeFile(t, "events.jsonl", strings.Join([]string{
		`{"kafka_topic":"telemetry.user-actions","account_id":"acme","type":"signed_in"}`,
		`{"kafka_topic":"telemetry.user-actions","type":"signed_in"}`,
		``,
		`{"kafka_topic":"telemetry.user-actions"`,
		`{"account_id":"acme","type":"signed_in"}`,
		`{"kafka_topic":"holdfast.intents","account_id":"acme","type":"signed_in"}`,
		`{"kafka_topic":"telemetry.user-actions","account_id":"acme","type":"signed_in","occurred_at":"noon"}`,
		strings.Repeat("x", 2<<20),
		`{"kafka_topic":"telemetry.billing","account_id":"acme","type":"payment_failed"}`,
	}, "\n"))
	got := run(t, "publish", "--brokers", bro.KafkaAddr(), file)
	got.want(t, cli.ExitFailure, "published 2 events to 2 topics", "holdfast: 6 lines were not published, named above; the others were\n")
	for _, want := range []string{
		file + ":2: the record has no account",
		file + ":4: broken JSON: the line ends in the middle of the object",
		file + ":5: no kafka_topic: add one to the line, or give all such lines one with --topic telemetry.user-actions",
		file + ":6: topic holdfast.intents is not an input of Holdfast: want telemetry.profiles, telemetry.billing,",
		file + `:7: field occurred_at is the string "noon"`,
		file + ":8: longer than 1048576 bytes",
	} {
		if !strings.Contains(got.stderr, want) {
			t.Errorf("stderr lacks %q:\n%s", want, got.stderr)
		}
	}
	if lines := strings.Count(got.stderr, "\n"); lines != 7 {
		t.Errorf("%d lines on stderr, want 6 wrong ones and the sum:\n%s", lines, got.stderr)
	}
	readAll(t, bro, "telemetry.billing", 1)
}

func TestLinesFromAPipeMayShareATopic(t *testing.T) {
	bro := startTopics(t)
	event := `{"account_id":"acme","type":"signed_in"}` + "\n"
	runWith(t.Context(), event+event, "publish", "--brokers", bro.KafkaAddr(), "--topic", "telemetry.user-actions", "-").
		want(t, cli.ExitOK, "published 2 events to 1 topic", "")
	runWith(t.Context(), event+"{}\n", "publish", "--brokers", bro.KafkaAddr(), "--topic", "telemetry.user-actions", "-").
		want(t, cli.ExitFailure, "published 1 event to 1 topic", "-:2: the record has no account")
}

func TestCloudEventsKeepTheirForm(t *testing.T) {
	bro := startTopics(t)
	event := `{"specversion":"1.0","id":"1","source":"app","type":"signed_in","subject":"acme","data":{"user_id":"ann"}}`
	runWith(t.Context(), event, "publish", "--brokers", bro.KafkaAddr(), "--topic", "telemetry.user-actions", "-").
		want(t, cli.ExitOK, "published 1 event", "")
	record := readAll(t, bro, "telemetry.user-actions", 1)[0]
	if string(record.Key) != "acme" || string(record.Value) != event || len(record.Headers) != 1 || string(record.Headers[0].Value) != "application/cloudevents+json" {
		t.Errorf("record %s key %s headers %v", record.Value, record.Key, record.Headers)
	}
}

func TestTopicsThatAreNotThere(t *testing.T) {
	bro := startBroker(t)
	runWith(t.Context(), `{"account_id":"acme","type":"x"}`, "publish", "--brokers", bro.KafkaAddr(), "--topic", "telemetry.user-actions", "-").
		want(t, cli.ExitFailure, "published 0 events to 0 topics", "-:1: topic telemetry.user-actions is not there: make it with `holdfast topics create`")
}

func TestFilesThatCannotBeRead(t *testing.T) {
	bro := startTopics(t)
	run(t, "publish", "--brokers", bro.KafkaAddr(), "/nowhere/events.jsonl").want(t, cli.ExitFailure, "", "open the events: open /nowhere/events.jsonl: no such file or directory")
	run(t, "publish", "--brokers", bro.KafkaAddr(), t.TempDir()).want(t, cli.ExitFailure, "", "is a directory: name a file with one event a line")
}

func TestInterruptedPublishingTellsTheLine(t *testing.T) {
	bro := startTopics(t)
	ctx, cancel := context.WithCancel(t.Context())
	// The text interrupts the run once its line is read; what follows are empty lines without end.
	in := &interrupting{text: strings.NewReader(`{"account_id":"acme","type":"x"}` + "\n"), interrupt: cancel}
	var out, errs strings.Builder
	code := tools.Main(ctx, []string{"publish", "--brokers", bro.KafkaAddr(), "--topic", "telemetry.user-actions", "-"}, in, &out, &errs)
	result{code: code, stdout: out.String(), stderr: errs.String()}.
		want(t, cli.ExitFailure, "published 1 event to 1 topic", "holdfast: interrupted after line 2: context canceled")
}

// interrupting gives its text, then calls interrupt and gives lines without end.
type interrupting struct {
	text      *strings.Reader
	interrupt func()
}

func (in *interrupting) Read(p []byte) (int, error) {
	if in.text.Len() == 0 {
		in.interrupt()
		return copy(p, "\n"), nil
	}
	return in.text.Read(p)
}
