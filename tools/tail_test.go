package tools_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/broker"
	"holdfast/schemas"
	"holdfast/schemas/avro"
	"holdfast/tools"
	"holdfast/tools/cli"
)

const noonMillis = 1_772_971_200_000 // 2026-03-08 12:00:00Z

func intent(account string) *schemas.MessageIntent {
	return &schemas.MessageIntent{
		IntentID: "id-" + account, DedupeKey: "k", Action: "deliver", Kind: "message", AccountID: account,
		Recipient: schemas.Recipient{Type: "user", UserID: "ann"}, Playbook: "inactivity", Step: "d7", Template: "we_miss_you",
		Channels: []string{"email", "in_app"}, DecidedAt: noonMillis, Reason: schemas.Reason{Code: "due", Text: "7 days\nof \x1b[31mquiet"},
	}
}

// outputs writes records of the processor as it does: in transactions, keyed by account.
type outputs struct {
	t       *testing.T
	client  *kgo.Client
	encoder *avro.Encoder
}

func newOutputs(t *testing.T, bro *broker.Broker, withRegistry bool) *outputs {
	t.Helper()
	opts := avro.EncoderOptions{Topics: schemas.DefaultTopicNames()}
	if withRegistry {
		registry, err := avro.NewRegistry(avro.RegistryOptions{URL: bro.RegistryURL()})
		if err != nil {
			t.Fatal(err)
		}
		opts.Registry = registry
	}
	encoder, err := avro.NewEncoder(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return &outputs{t: t, client: newClient(t, bro, kgo.TransactionalID("outputs")), encoder: encoder}
}

// put writes one value in a transaction of its own.
func (ou *outputs) put(topic, key string, value []byte, end kgo.TransactionEndTry) {
	ou.t.Helper()
	if err := ou.client.BeginTransaction(); err != nil {
		ou.t.Fatal(err)
	}
	if err := ou.client.ProduceSync(ou.t.Context(), &kgo.Record{Topic: topic, Key: []byte(key), Value: value}).FirstErr(); err != nil {
		ou.t.Fatal(err)
	}
	if err := ou.client.EndTransaction(ou.t.Context(), end); err != nil {
		ou.t.Fatal(err)
	}
}

func (ou *outputs) intent(account string, end kgo.TransactionEndTry) {
	ou.t.Helper()
	value, err := ou.encoder.AppendIntent(nil, intent(account))
	if err != nil {
		ou.t.Fatal(err)
	}
	ou.put("holdfast.intents", account, value, end)
}

func TestIntentsAreReadAlongAsCommitted(t *testing.T) {
	bro := startTopics(t)
	out := newOutputs(t, bro, false)
	run(t, "tail", "--brokers", bro.KafkaAddr(), "intents", "--until-end").want(t, cli.ExitOK, "", "")
	out.intent("acme", kgo.TryCommit)
	out.intent("acme", kgo.TryAbort)
	got := run(t, "tail", "--brokers", bro.KafkaAddr(), "intents", "--until-end")
	want := "2026-03-08 12:00:00Z  inactivity/d7  acme~ann  message we_miss_you to user ann by email, in_app: 7 days of  [31mquiet\n"
	if got.code != cli.ExitOK || got.stdout != want || got.stderr != "" {
		t.Errorf("%+v\nwant %q", got, want)
	}
	got = run(t, "tail", "--brokers", bro.KafkaAddr(), "intents", "--until-end", "--json")
	var object map[string]any
	if err := json.Unmarshal([]byte(got.stdout), &object); err != nil || object["intent_id"] != "id-acme" || strings.Count(got.stdout, "\n") != 1 {
		t.Errorf("%v: %+v", err, got)
	}
}

// An open transaction holds back what comes after it, for every committed reader; the end is before it.
func TestUntilEndDoesNotWaitForAnOpenTransaction(t *testing.T) {
	bro := startTopics(t)
	out := newOutputs(t, bro, false)
	out.intent("acme", kgo.TryCommit)
	open := newClient(t, bro, kgo.TransactionalID("open"))
	if err := open.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	if err := open.ProduceSync(t.Context(), &kgo.Record{Topic: "holdfast.intents", Key: []byte("acme"), Value: []byte("x")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	out.intent("acme", kgo.TryCommit)
	got := run(t, "tail", "--brokers", bro.KafkaAddr(), "intents", "--until-end")
	if got.code != cli.ExitOK || strings.Count(got.stdout, "\n") != 1 {
		t.Errorf("%+v; want the one intent before the open transaction", got)
	}
}

func TestDecisionsSignalsAndDeadLettersAreReadAlong(t *testing.T) {
	bro := startTopics(t)
	out := newOutputs(t, bro, false)
	put := func(topic, key string, value []byte, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		out.put(topic, key, value, kgo.TryCommit)
	}
	decision, err := out.encoder.AppendDecision(nil, &schemas.Decision{AccountID: "acme", Playbook: "inactivity", Step: "d7", Outcome: "capped", Code: "cap_user", Text: "2 of 2 this week", DecidedAt: noonMillis})
	put("holdfast.decisions", "acme", decision, err)
	letter, err := out.encoder.AppendDeadLetter(nil, &schemas.DeadLetter{Stage: "schema", Code: "missing_account", Text: "no account", Topic: "telemetry.billing", Partition: 3, Offset: 17, At: noonMillis})
	put("holdfast.dead-letters", "", letter, err)
	timer, err := out.encoder.AppendDeadLetter(nil, &schemas.DeadLetter{Task: 2, Stage: "timer", Code: "panic", AccountID: "acme", UserID: "ann", At: noonMillis})
	put("holdfast.dead-letters", "", timer, err)
	signal, err := out.encoder.AppendSignal(nil, &schemas.Signal{AccountID: "acme", Name: "health", Text: "good", Number: 81, HasNumber: true, Previous: "fair", ChangedAt: noonMillis})
	put("holdfast.signals", "acme/health", signal, err)
	put("holdfast.signals", "acme/health", nil, nil)
	f := func(word string, want ...string) {
		t.Helper()
		got := run(t, "tail", "--brokers", bro.KafkaAddr(), word, "--until-end")
		for _, line := range want {
			got.want(t, cli.ExitOK, line+"\n", "")
		}
		if strings.Count(got.stdout, "\n") != len(want) {
			t.Errorf("%s: %s", word, got.stdout)
		}
	}
	f("decisions", "2026-03-08 12:00:00Z  inactivity/d7  acme  capped (cap_user): 2 of 2 this week")
	f("dead-letters", "2026-03-08 12:00:00Z  telemetry.billing/3@17  nobody known  schema missing_account: no account",
		"2026-03-08 12:00:00Z  a timer of task 2  acme~ann  timer panic")
	f("signals", "2026-03-08 12:00:00Z  health  acme  81 good, before: fair", "acme/health  removed")
	run(t, "tail", "--brokers", bro.KafkaAddr(), "signals", "--until-end", "--json").want(t, cli.ExitOK, `{"key":"acme/health","removed":true}`, "")
}

func TestValuesWithSchemaIDsNeedTheRegistry(t *testing.T) {
	bro := startTopics(t)
	newOutputs(t, bro, true).intent("acme", kgo.TryCommit)
	tail := []string{"tail", "--brokers", bro.KafkaAddr(), "intents", "--until-end"}
	run(t, tail...).want(t, cli.ExitFailure, "", "holdfast: the values name schemas of a registry: add --registry, for example --registry http://127.0.0.1:8081\n")
	run(t, append(tail, "--registry", bro.RegistryURL())...).want(t, cli.ExitOK, "acme~ann", "")
	run(t, append(tail, "--registry", "http://"+freeAddr(t))...).want(t, cli.ExitFailure, "", "schema registry unavailable")
}

func TestARecordThatCannotBeReadDoesNotHideTheOthers(t *testing.T) {
	bro := startTopics(t)
	out := newOutputs(t, bro, false)
	out.put("holdfast.intents", "acme", []byte("hello"), kgo.TryCommit)
	out.intent("acme", kgo.TryCommit)
	run(t, "tail", "--brokers", bro.KafkaAddr(), "intents", "--until-end").
		want(t, cli.ExitFailure, "acme~ann", fmt.Sprintf("holdfast.intents/%d@0 cannot be read: the value starts with byte 0x68", schemas.PartitionOf("acme", 4)))
	run(t, "tail", "--brokers", bro.KafkaAddr(), "intents", "--until-end").
		want(t, cli.ExitFailure, "", "holdfast: 1 record could not be read, named above\n")
}

func TestReadingAlongGoesOnUntilInterrupted(t *testing.T) {
	bro := startTopics(t)
	out := newOutputs(t, bro, false)
	out.intent("before", kgo.TryCommit)
	ctx, cancel := context.WithCancel(t.Context())
	pipe, lines := io.Pipe()
	done := make(chan int)
	go func() {
		done <- tools.Main(ctx, []string{"tail", "--brokers", bro.KafkaAddr(), "intents"}, strings.NewReader(""), lines, io.Discard)
	}()
	seen := make([]byte, 1<<10)
	n, _ := pipe.Read(seen)
	out.intent("after", kgo.TryCommit)
	m, _ := pipe.Read(seen[n:])
	cancel()
	if code := <-done; code != cli.ExitOK || !strings.Contains(string(seen[:n]), "before~ann") || !strings.Contains(string(seen[n:n+m]), "after~ann") {
		t.Errorf("exit %d after %q", code, seen[:n+m])
	}
}

func TestTailOfWhatIsNotThere(t *testing.T) {
	bro := startBroker(t)
	run(t, "tail", "--brokers", bro.KafkaAddr(), "intents", "--until-end").want(t, cli.ExitFailure, "", "topic holdfast.intents is not there: make it with `holdfast topics create`")
	run(t, "tail", "--brokers", bro.KafkaAddr(), "intentions").want(t, cli.ExitUsage, "", `"intentions" cannot be read along: want intents, decisions, signals, dead-letters`)
	run(t, "tail", "--brokers", bro.KafkaAddr(), "intents", "--new", "--until-end").want(t, cli.ExitUsage, "", "--new and --until-end together read nothing")
	run(t, "tail", "--brokers", bro.KafkaAddr()).want(t, cli.ExitUsage, "", "intents|decisions|signals|dead-letters is missing, for example: holdfast tail")
}

func TestAnInterruptedUntilEndIsAFailure(t *testing.T) {
	bro := startTopics(t)
	newOutputs(t, bro, false).intent("acme", kgo.TryCommit)
	ctx, cancel := context.WithCancel(t.Context())
	pipe, lines := io.Pipe() // nobody reads the second line: the command hangs in the first until it is let go
	done := make(chan int)
	go func() {
		done <- tools.Main(ctx, []string{"tail", "--brokers", bro.KafkaAddr(), "intents", "--until-end"}, strings.NewReader(""), lines, io.Discard)
	}()
	cancel()
	_ = pipe.CloseWithError(io.ErrClosedPipe)
	if code := <-done; code != cli.ExitFailure {
		t.Errorf("exit %d", code)
	}
}
