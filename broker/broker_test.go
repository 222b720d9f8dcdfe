package broker_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr"

	"holdfast/broker"
)

const anyPort = "127.0.0.1:0"

// running is a broker with the clients that the test has made of it.
type running struct {
	*broker.Broker
	clients []*kgo.Client
}

func start(t *testing.T, dir string) *running {
	t.Helper()
	bro, err := broker.Start(t.Context(), broker.Config{Dir: dir, KafkaAddr: anyPort, RegistryAddr: anyPort})
	if err != nil {
		t.Fatalf("start the broker: %v", err)
	}
	return &running{Broker: bro}
}

// stop ends the clients first: one whose broker is gone takes a second to say goodbye.
func stop(t *testing.T, bro *running) {
	t.Helper()
	for _, cl := range bro.clients {
		cl.Close()
	}
	if err := bro.Close(); err != nil {
		t.Errorf("close the broker: %v", err)
	}
}

func client(t *testing.T, bro *running, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	cl, err := kgo.NewClient(append(opts, kgo.SeedBrokers(bro.KafkaAddr()))...)
	if err != nil {
		t.Fatal(err)
	}
	bro.clients = append(bro.clients, cl)
	return cl
}

func registryClient(t *testing.T, bro *running) *sr.Client {
	t.Helper()
	cl, err := sr.NewClient(sr.URLs(bro.RegistryURL()))
	if err != nil {
		t.Fatal(err)
	}
	return cl
}

// write produces one committed record, one aborted record, a group offset and a schema.
func write(t *testing.T, bro *running) {
	t.Helper()
	ctx := t.Context()
	admin := kadm.NewClient(client(t, bro))
	if _, err := admin.CreateTopic(ctx, 2, 1, nil, "notes"); err != nil {
		t.Fatal(err)
	}
	cl := client(t, bro, kgo.TransactionalID("writer"), kgo.DefaultProduceTopic("notes"))
	for _, end := range []kgo.TransactionEndTry{kgo.TryAbort, kgo.TryCommit} {
		if err := cl.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := cl.ProduceSync(ctx, &kgo.Record{Key: []byte("a1"), Value: fmt.Append(nil, end == kgo.TryCommit)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
		if err := cl.EndTransaction(ctx, end); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := admin.CommitOffsets(ctx, "readers", kadm.OffsetsFromRecords(kgo.Record{Topic: "notes", Partition: 1, Offset: 6})); err != nil {
		t.Fatal(err)
	}
	if _, err := registryClient(t, bro).RegisterSchema(ctx, "notes-value", sr.Schema{Schema: `"string"`}, -1, -1); err != nil {
		t.Fatal(err)
	}
}

// check reads back what write wrote.
func check(t *testing.T, bro *running) {
	t.Helper()
	ctx := t.Context()
	reader := client(t, bro, kgo.ConsumeTopics("notes"), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	fetches := reader.PollRecords(ctx, 10)
	if err := fetches.Err(); err != nil {
		t.Fatal(err)
	}
	if records := fetches.Records(); len(records) != 1 || string(records[0].Value) != "true" {
		t.Errorf("a committed reader sees %d records, want the one committed", len(records))
	}
	offsets, err := kadm.NewClient(client(t, bro)).FetchOffsets(ctx, "readers")
	if err != nil {
		t.Fatal(err)
	}
	if at, ok := offsets.Lookup("notes", 1); !ok || at.At != 7 {
		t.Errorf("group offset = %+v, %v; want 7", at.At, ok)
	}
	schema, err := registryClient(t, bro).SchemaByID(ctx, 1)
	if err != nil || schema.Schema != `"string"` {
		t.Errorf("schema 1 = %+v, %v", schema, err)
	}
}

func TestEverythingIsThereAfterARestart(t *testing.T) {
	dir := t.TempDir()
	first := start(t, dir)
	write(t, first)
	check(t, first)
	stop(t, first)
	second := start(t, dir)
	defer stop(t, second)
	check(t, second)
}

func TestInMemoryBrokersAreStrangers(t *testing.T) {
	first, second := start(t, ""), start(t, "")
	defer stop(t, second)
	defer stop(t, first)
	write(t, first)
	check(t, first)
	topics, err := kadm.NewClient(client(t, second)).ListTopics(t.Context())
	if err != nil || len(topics) != 0 {
		t.Errorf("the second broker has %v, %v", topics.Names(), err)
	}
}

func TestOneBrokerToADirectory(t *testing.T) {
	dir := t.TempDir()
	defer stop(t, start(t, dir))
	_, err := broker.Start(t.Context(), broker.Config{Dir: dir, KafkaAddr: anyPort, RegistryAddr: anyPort})
	want := fmt.Sprintf("the directory %s is in use by another broker (process %d): stop that one, or choose another --dir", dir, os.Getpid())
	if err == nil || err.Error() != want {
		t.Errorf("error = %v\n want   %s", err, want)
	}
}

func TestABusyPortIsNamed(t *testing.T) {
	bro := start(t, "")
	defer stop(t, bro)
	dir := t.TempDir()
	f := func(cfg broker.Config, want string) {
		t.Helper()
		cfg.Dir = dir
		if _, err := broker.Start(t.Context(), cfg); err == nil || err.Error() != want {
			t.Errorf("error = %v\n want   %s", err, want)
		}
	}
	kafka, registry := bro.KafkaAddr(), strings.TrimPrefix(bro.RegistryURL(), "http://")
	f(broker.Config{KafkaAddr: kafka, RegistryAddr: anyPort},
		"the Kafka port "+kafka+" is taken by another program: stop it, or choose another address with --kafka")
	f(broker.Config{KafkaAddr: anyPort, RegistryAddr: registry},
		"the registry port "+registry+" is taken by another program: stop it, or choose another address with --registry")
	stop(t, start(t, dir)) // a failed start holds nothing
}

func TestTheBrokerKeepsToLoopback(t *testing.T) {
	f := func(cfg broker.Config, want string) {
		t.Helper()
		bro, err := broker.Start(t.Context(), cfg)
		if err == nil {
			_ = bro.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v; want %q", cfg, err, want)
		}
	}
	f(broker.Config{KafkaAddr: "192.0.2.1:9092", RegistryAddr: anyPort}, "--kafka 192.0.2.1:9092 is not a loopback address")
	f(broker.Config{KafkaAddr: anyPort, RegistryAddr: "0.0.0.0:0"}, "--registry 0.0.0.0:0 is not a loopback address")
	f(broker.Config{KafkaAddr: ":9092", RegistryAddr: anyPort}, "is not a loopback address")
	f(broker.Config{KafkaAddr: "kafka.example:9092", RegistryAddr: anyPort}, "is not a loopback address")
	f(broker.Config{KafkaAddr: "0.0.0.0:0", RegistryAddr: anyPort, AllowRemote: true}, "clients are told the address to dial: name one")
	f(broker.Config{KafkaAddr: "127.0.0.1", RegistryAddr: anyPort}, `--kafka "127.0.0.1" is not HOST:PORT`)
	f(broker.Config{KafkaAddr: "192.0.2.1:0", RegistryAddr: anyPort, AllowRemote: true}, "listen for Kafka clients")
	bro, err := broker.Start(t.Context(), broker.Config{KafkaAddr: "localhost:0", RegistryAddr: "[::1]:0"})
	if err != nil {
		t.Fatalf("localhost by name and by IPv6: %v", err)
	}
	if err := bro.Close(); err != nil {
		t.Error(err)
	}
}

func TestDamagedFilesAreNamed(t *testing.T) {
	f := func(file, text, want string) {
		t.Helper()
		dir := t.TempDir()
		path := filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := broker.Start(t.Context(), broker.Config{Dir: dir, KafkaAddr: anyPort, RegistryAddr: anyPort})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v; want %q and the directory", file, err, want)
		}
	}
	f("registry.json", "{", "not the JSON that was written")
	f("kafka/meta.json", "{", "open Kafka data in")
}

func TestADirectoryThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := broker.Start(t.Context(), broker.Config{Dir: file}); err == nil || !strings.Contains(err.Error(), "make the broker's directory") {
		t.Errorf("error = %v", err)
	}
}

func TestACancelledStartHoldsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	if _, err := broker.Start(ctx, broker.Config{Dir: dir, KafkaAddr: anyPort, RegistryAddr: anyPort}); err == nil {
		t.Fatal("started under a cancelled context")
	}
	bro := start(t, dir)
	addr := bro.KafkaAddr()
	stop(t, bro)
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatalf("the port is not free after Close: %v", err)
	}
	_ = listener.Close()
}
