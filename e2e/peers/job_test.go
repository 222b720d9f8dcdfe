package main

import (
	"fmt"
	"math/rand"
	"testing"
	"testing/fstest"

	"holdfast/schemas"
	"holdfast/state"
	"holdfast/topology"
	"holdfast/topology/operator"
	"holdfast/topology/playbook"
)

// BenchmarkJob is the job of the comparison without Kafka: events as the load makes them go through the operators and the
// state, 20,000 a transaction, the timers that they make due between them. What it does not have is decoding, encoding
// and the client.
func BenchmarkJob(b *testing.B) {
	for _, load := range []struct {
		name     string
		accounts int
		zipf     bool
	}{{"zipf", 1_000_000, true}, {"uniform", 1_000_000, false}, {"small", 100_000, true}} {
		b.Run(load.name, func(b *testing.B) {
			jo := newJob(b)
			next := accountsOf(load.accounts, load.zipf)
			for i := range b.N {
				jo.process(next(), i)
			}
			jo.end()
			b.ReportMetric(float64(jo.staged)/float64(b.N), "records/event")
			b.ReportMetric(float64(jo.bytes)/float64(max(jo.staged, 1)), "bytes/record")
			b.ReportMetric(float64(jo.outputs.intents)/float64(b.N), "intents/event")
			b.ReportMetric(float64(jo.outputs.decisions)/float64(b.N), "decisions/event")
			b.ReportMetric(float64(jo.outputs.signals)/float64(b.N), "signals/event")
			b.ReportMetric(float64(jo.fired)/float64(b.N), "fires/event")
		})
	}
}

func accountsOf(accounts int, zipf bool) func() int {
	r := rand.New(rand.NewSource(1))
	if !zipf {
		return func() int { return r.Intn(accounts) }
	}
	z := rand.NewZipf(r, 1.1, 1, uint64(accounts-1))
	return func() int { return int(z.Uint64() * 2654435761 % uint64(accounts)) }
}

// outputs counts what is decided.
type outputs struct{ intents, decisions, signals int }

func (ou *outputs) Intent(*schemas.MessageIntent) { ou.intents++ }
func (ou *outputs) Decision(*schemas.Decision)    { ou.decisions++ }
func (ou *outputs) Signal(*schemas.Signal)        { ou.signals++ }

const (
	transaction = 20_000
	jobEvents   = 2_000_000
	jobStart    = 1_767_225_600_000 // ms
	jobSpan     = 30 * 86_400_000   // ms
)

// job is one task over all events.
type job struct {
	b       testing.TB
	part    *state.Partition
	task    *operator.Task
	r       *rand.Rand
	ev      schemas.Event
	clock   int64
	in      int
	outputs outputs

	fired, staged, bytes int
	sequence             int64
}

func newJob(b testing.TB) *job {
	loaded, err := playbook.Load(fstest.MapFS{"bundle.yaml": {Data: bundle}})
	if err != nil {
		b.Fatal(err)
	}
	store, err := state.Open(b.TempDir(), state.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	part, err := store.OpenPartition(0, state.NewCache(256<<20))
	if err != nil {
		b.Fatal(err)
	}
	jo := &job{b: b, part: part, r: rand.New(rand.NewSource(2))}
	jo.task = operator.NewTask(loaded, jobStore{part}, &jo.outputs)
	jo.task.TrustIDs()
	if err := jo.task.Resume(nil, operator.NoClock, true); err != nil {
		b.Fatal(err)
	}
	return jo
}

var (
	jobTypes    = []string{"feature_used", "signed_in", "page_viewed", "seat_added", "limit_reached", "report_shared", "teammate_invited", "integration_synced"}
	jobFeatures = []string{"export_csv", "api_call", "dashboard_view", "invite_teammate", "advanced_feature", "automation_run", "report_share", "integration_sync"}
	jobPlans    = []string{"free", "starter", "growth", "enterprise"}
	jobAccounts = func() (names []string) {
		for i := range 1_000_000 {
			names = append(names, fmt.Sprintf("acc_%08d", i))
		}
		return names
	}()
)

// fill makes the next event of an account.
func (jo *job) fill(account, i int) {
	text := func(name, value string) schemas.Field {
		return schemas.Field{Name: name, Value: schemas.Value{Kind: schemas.String, Text: value}}
	}
	ev := &jo.ev
	ev.Reset()
	ev.Kind, ev.Topic, ev.Offset = schemas.KindUserAction, "telemetry.user-actions", int64(i)
	ev.ID, ev.Source, ev.Type = "0f5f1c2e-0000-4000-8000-000000000000", "web", jobTypes[jo.r.Intn(8)]
	ev.Account, ev.User, ev.Count = jobAccounts[account], "usr_0000000001", 1
	ev.OccurredAt = jobStart + jobSpan*int64(i%jobEvents)/jobEvents
	ev.At = ev.OccurredAt
	ev.Own = append(ev.Own, text("feature", jobFeatures[jo.r.Intn(8)]), text("locale", "de-DE"))
	ev.Props = append(ev.Props, text("country", "DE"), schemas.Field{Name: "duration_ms", Value: schemas.Value{Kind: schemas.Long, Num: int64(jo.r.Intn(5000))}},
		text("page", "/app/reports/0000"), text("plan", jobPlans[account%4]))
}

func (jo *job) process(account, i int) {
	jo.fill(account, i)
	jo.clock = max(jo.clock, jo.ev.At)
	jo.fire()
	jo.part.Savepoint()
	if err := jo.task.ProcessEvent(&jo.ev, jo.clock); err != nil {
		jo.b.Fatal(err)
	}
	if jo.in++; jo.in == transaction {
		jo.end()
	}
}

// fire fires what the clock has passed.
func (jo *job) fire() {
	for {
		wake, err := jo.part.NextWake()
		if err != nil {
			jo.b.Fatal(err)
		}
		if topology.Wake(wake).Ready() >= jo.clock {
			return
		}
		due, _, err := jo.part.NextDue()
		if err != nil {
			jo.b.Fatal(err)
		}
		jo.part.Savepoint()
		jo.fired++
		if _, err := jo.task.Fire(topology.Ref{Account: due.Key.Account, Kind: topology.SubjectKind(due.Key.Kind), ID: due.Key.ID}, jo.clock); err != nil {
			jo.b.Fatal(err)
		}
	}
}

// end commits.
func (jo *job) end() {
	jo.in = 0
	jo.sequence++
	records, err := jo.part.Stage(state.TaskRecord{Sequence: jo.sequence, Clock: jo.clock})
	if err != nil {
		jo.b.Fatal(err)
	}
	jo.staged += len(records)
	for _, re := range records {
		jo.bytes += len(re.Key) + len(re.Value)
	}
	if err := jo.part.Apply(jo.sequence * transaction * 2); err != nil {
		jo.b.Fatal(err)
	}
	if jo.sequence%50 == 0 {
		if err := jo.part.Checkpoint(); err != nil {
			jo.b.Fatal(err)
		}
	}
}

// jobStore shows the state to the operators.
type jobStore struct{ part *state.Partition }

func (st jobStore) Open(ref topology.Ref) topology.Subject {
	su, err := st.part.Open(state.SubjectKey{Account: ref.Account, Kind: byte(ref.Kind), ID: ref.ID})
	if err != nil {
		panic(err)
	}
	return jobSubject{su}
}

func (st jobStore) Scan(topology.Ref, func(topology.Ref) bool) error { return nil }

// jobSubject differs from the state's in the type of the wake.
type jobSubject struct{ *state.Subject }

func (su jobSubject) Wake() topology.Wake        { return topology.Wake(su.Subject.Wake()) }
func (su jobSubject) SetWake(wake topology.Wake) { su.Subject.SetWake(int64(wake)) }
