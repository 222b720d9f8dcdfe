package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas"
	"holdfast/schemas/avro"
)

// The stand-in is this test binary started again in the place of the processor: it takes the same flags, reads in
// transactions and writes what the expectation says, so that the whole show can be tested without building a processor.
// Its part is chosen by a variable.
const partVariable = "DEMO_STANDIN"

func TestMain(m *testing.M) {
	switch part := os.Getenv(partVariable); part {
	case "":
		os.Exit(m.Run())
	case "fail":
		fmt.Fprintln(os.Stderr, "first words\nplaybooks/x.yaml:4:16: unknown event logn")
		os.Exit(1)
	case "idle":
		select {}
	default:
		if err := standIn(part == "double"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// flagValue finds a flag as the processor would.
func flagValue(name string) string {
	for i, arg := range os.Args {
		if arg == name {
			return os.Args[i+1]
		}
	}
	return ""
}

// standIn reads to the end of the inputs and writes each expected intent with the record that it was assigned to.
func standIn(double bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	names := schemas.DefaultTopicNames()
	session, err := kgo.NewGroupTransactSession(kgo.SeedBrokers(flagValue("--brokers")), kgo.TransactionalID("standin"),
		kgo.ConsumerGroup(flagValue("--group")), kgo.ConsumeTopics(names.UserActions, names.Billing, names.Support, names.Profiles),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.SessionTimeout(time.Second), kgo.HeartbeatInterval(100*time.Millisecond), kgo.TransactionTimeout(900*time.Millisecond),
		kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))
	if err != nil {
		return err
	}
	defer session.Close()
	seed, _ := strconv.ParseUint(os.Getenv("DEMO_SEED"), 10, 64)
	accounts, _ := strconv.Atoi(os.Getenv("DEMO_ACCOUNTS"))
	bu := Simulate(seed, accounts)
	encoder, err := avro.NewEncoder(ctx, avro.EncoderOptions{})
	if err != nil {
		return err
	}
	st := &standin{session: session, encoder: encoder, share: assign(bu), names: names, double: double}
	return st.read(ctx, int64(bu.Records()))
}

// assign gives every expected intent to an event.
func assign(bu *Business) map[string][]Expected {
	out := map[string][]Expected{}
	for i, ex := range Expect(bu) {
		id := bu.Events[i*37%len(bu.Events)].ID()
		out[id] = append(out[id], ex)
	}
	return out
}

type standin struct {
	session *kgo.GroupTransactSession
	encoder *avro.Encoder
	share   map[string][]Expected
	names   schemas.TopicNames
	double  bool
}

// read goes on until every record is committed, whoever committed it.
func (st *standin) read(ctx context.Context, records int64) error {
	for {
		done, err := st.committed(ctx)
		if err != nil || done == records {
			return err
		}
		fetches := st.session.PollRecords(ctx, 100)
		if err := fetches.Err(); err != nil {
			return err
		}
		if err := st.batch(ctx, fetches); err != nil {
			return err
		}
	}
}

func (st *standin) committed(ctx context.Context) (done int64, err error) {
	offsets, err := kadm.NewClient(st.session.Client()).FetchOffsets(ctx, flagValue("--group"))
	if errors.Is(err, kerr.GroupIDNotFound) {
		return 0, nil
	}
	offsets.Each(func(of kadm.OffsetResponse) { done += max(0, of.At) })
	return done, err
}

func (st *standin) batch(ctx context.Context, fetches kgo.Fetches) error {
	if err := st.session.Begin(); err != nil {
		return err
	}
	var failed error
	ranges := map[string]*schemas.InputRange{}
	fetches.EachRecord(func(re *kgo.Record) { failed = errors.Join(failed, st.one(ctx, re, ranges)) })
	if failed != nil {
		return failed
	}
	if err := st.manifest(ctx, ranges); err != nil {
		return err
	}
	_, err := st.session.End(ctx, kgo.TryCommit)
	return err
}

func (st *standin) one(ctx context.Context, re *kgo.Record, ranges map[string]*schemas.InputRange) error {
	name := fmt.Sprintf("%s/%d", re.Topic, re.Partition)
	if ranges[name] == nil {
		ranges[name] = &schemas.InputRange{Topic: re.Topic, Partition: re.Partition, FromOffset: re.Offset}
	}
	ranges[name].ToOffset = re.Offset + 1
	var body struct{ ID string }
	if err := json.Unmarshal(re.Value, &body); err != nil {
		return err
	}
	for _, ex := range st.share[body.ID] {
		in := fixtureIntent(ex)
		value, err := st.encoder.AppendIntent(nil, &in)
		if err != nil {
			return err
		}
		for range map[bool]int{false: 1, true: 2}[st.double] {
			if err := st.session.ProduceSync(ctx, &kgo.Record{Topic: st.names.Intents, Key: []byte(ex.Account), Value: value}).FirstErr(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (st *standin) manifest(ctx context.Context, ranges map[string]*schemas.InputRange) error {
	ma := schemas.Manifest{Mode: "event"}
	for _, ra := range ranges {
		ma.Inputs = append(ma.Inputs, *ra)
	}
	value, err := st.encoder.AppendManifest(nil, &ma)
	if err != nil {
		return err
	}
	return st.session.ProduceSync(ctx, &kgo.Record{Topic: st.names.Manifest, Key: []byte("0"), Value: value}).FirstErr()
}
