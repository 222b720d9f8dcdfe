package processor

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// wallClock is a wall clock that a test moves.
type wallClock struct{ millis atomic.Int64 }

func newWallClock(at time.Time) *wallClock {
	wc := &wallClock{}
	wc.millis.Store(at.UnixMilli())
	return wc
}

func (wc *wallClock) now() time.Time           { return time.UnixMilli(wc.millis.Load()).UTC() }
func (wc *wallClock) advance(by time.Duration) { wc.millis.Add(by.Milliseconds()) }

// network is the way of one process to the brokers. Cut, it is like the end of the process: nothing leaves it any more.
type network struct {
	mu     sync.Mutex
	down   bool
	conns  []net.Conn
	before map[int16]func() // by request key
	after  map[int16]func()
}

var errCut = errors.New("the network is cut")

func (ne *network) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	ne.mu.Lock()
	defer ne.mu.Unlock()
	if ne.down {
		return nil, errCut
	}
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	ne.conns = append(ne.conns, conn)
	return &tapped{Conn: conn, network: ne}, nil
}

// onRequest calls f before any request of a key leaves the process.
func (ne *network) onRequest(key kmsg.Key, f func()) {
	ne.mu.Lock()
	defer ne.mu.Unlock()
	ne.before = map[int16]func(){int16(key): f}
}

// onAnswer calls f before the answer to any request of a key is read.
func (ne *network) onAnswer(key kmsg.Key, f func()) {
	ne.mu.Lock()
	defer ne.mu.Unlock()
	ne.after = map[int16]func(){int16(key): f}
}

// tapped is a connection that knows what passes. The client writes a request in one piece, its length and its key first,
// and reads only when it waits for an answer.
type tapped struct {
	net.Conn
	network *network
	asked   atomic.Int32 // key of the last request
}

// Write passes a request on.
func (ta *tapped) Write(request []byte) (int, error) {
	if len(request) > 6 {
		key := int16(binary.BigEndian.Uint16(request[4:]))
		ta.asked.Store(int32(key))
		ta.network.mu.Lock()
		f := ta.network.before[key]
		ta.network.mu.Unlock()
		if f != nil {
			f()
		}
	}
	return ta.Conn.Write(request)
}

// Read passes an answer on.
func (ta *tapped) Read(answer []byte) (int, error) {
	ta.network.mu.Lock()
	f := ta.network.after[int16(ta.asked.Load())]
	ta.network.mu.Unlock()
	if f != nil {
		f()
	}
	return ta.Conn.Read(answer)
}

func (ne *network) cut() {
	ne.mu.Lock()
	defer ne.mu.Unlock()
	ne.down = true
	for _, conn := range ne.conns {
		_ = conn.Close()
	}
	ne.conns = nil
}

func (ne *network) heal() {
	ne.mu.Lock()
	defer ne.mu.Unlock()
	ne.down = false
}

// running is a processor at work.
type running struct {
	*Processor
	t       *testing.T
	wo      *world
	network *network
	logs    *observer.ObservedLogs
	stop    context.CancelFunc
	ended   chan struct{}
	err     error // after ended
}

// config is a configuration for tests: everything that waits is short.
func (wo *world) config() Config {
	co := DefaultConfig()
	co.Brokers, co.Registry = []string{wo.broker.KafkaAddr()}, wo.broker.RegistryURL()
	co.Playbooks, co.State, co.Admin = wo.bundle, wo.t.TempDir(), ""
	co.CommitInterval, co.EndProofInterval = 10*time.Millisecond, 10*time.Millisecond
	co.CacheBytes, co.Lanes, co.Instance, co.StopGrace = 1<<20, 1, "p0", 100*time.Millisecond
	return co
}

// toEnd makes a configuration run with an event clock up to `until` and end.
func toEnd(co Config, until time.Time) Config {
	co.Clock, co.Until, co.ExitWhenDone = "event", until.Format(time.RFC3339), true
	return co
}

// start runs a processor.
func (wo *world) start(co Config, options ...Option) *running {
	wo.t.Helper()
	return wo.startOn(&network{}, co, options...)
}

// withoutPatience lets missing topics be missing at once: a broker of a test has all that it will have.
func withoutPatience(pr *Processor) { pr.topicsAppear = 0 }

// startOn runs a processor on a network that a test has prepared.
func (wo *world) startOn(ne *network, co Config, options ...Option) *running {
	wo.t.Helper()
	core, logs := observer.New(zapcore.InfoLevel)
	options = append([]Option{WithKafkaOpts(kgo.Dialer(ne.dial), kgo.FetchMaxWait(50*time.Millisecond), kgo.MetadataMinAge(10*time.Millisecond)), withoutPatience}, options...)
	pr, err := New(co, zap.New(core), options...)
	if err != nil {
		wo.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ru := &running{Processor: pr, t: wo.t, wo: wo, network: ne, logs: logs, stop: cancel, ended: make(chan struct{})}
	go func() { // ends with stop, or by itself
		ru.err = pr.Run(ctx)
		close(ru.ended)
	}()
	wo.t.Cleanup(func() {
		cancel()
		ru.network.cut()
		<-ru.ended
		if wo.t.Failed() {
			for _, entry := range logs.All() {
				wo.t.Logf("%s %s %s %v", entry.Time.Format("15:04:05.000"), entry.Level, entry.Message, entry.ContextMap())
			}
		}
	})
	return ru
}

// wait waits for the end of the processor and returns its error.
func (ru *running) wait() error {
	ru.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	select {
	case <-ru.ended:
	case <-deadline.C:
		ru.t.Fatalf("the processor did not end within %v", patience)
	}
	return ru.err
}

// finish waits for a processor that ends by itself.
func (ru *running) finish() {
	ru.t.Helper()
	if err := ru.wait(); err != nil {
		ru.t.Fatalf("run: %v", err)
	}
}

// halt stops a processor gracefully.
func (ru *running) halt() {
	ru.t.Helper()
	ru.stop()
	ru.finish()
}

// fails waits for a processor that must end with an error and checks what it says.
func (ru *running) fails(wants ...string) {
	ru.t.Helper()
	err := ru.wait()
	if err == nil {
		ru.t.Fatalf("the processor ended without an error, want one with %q", wants)
	}
	wantText(ru.t, err.Error(), wants...)
}

func wantText(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%q\nlacks %q", text, want)
		}
	}
}

// runToEnd runs one processor with an event clock to its end.
func (wo *world) runToEnd(until time.Time, options ...Option) *running {
	wo.t.Helper()
	ru := wo.start(toEnd(wo.config(), until), options...)
	ru.finish()
	return ru
}

// metric adds up the samples of a metric whose labels contain the given values.
func (ru *running) metric(name string, labels ...string) float64 {
	ru.t.Helper()
	families, err := ru.registerer.Gather()
	if err != nil {
		ru.t.Fatal(err)
	}
	sum := 0.0
	for _, family := range families {
		if family.GetName() != "holdfast_"+name {
			continue
		}
		for _, sample := range family.GetMetric() {
			if hasLabels(sample, labels) {
				sum += sample.GetCounter().GetValue() + sample.GetGauge().GetValue()
			}
		}
	}
	return sum
}

func hasLabels(sample *dto.Metric, labels []string) bool {
	for _, want := range labels {
		found := false
		for _, pair := range sample.GetLabel() {
			found = found || pair.GetValue() == want
		}
		if !found {
			return false
		}
	}
	return true
}

// status returns what the board says of a partition.
func (ru *running) status(partition int32) (taskStatus, bool) {
	tasks, _ := ru.statuses.list()
	for _, ts := range tasks {
		if ts.Partition == partition {
			return ts, true
		}
	}
	return taskStatus{}, false
}

// ready waits until every one of the partitions has a running task that is caught up.
func (ru *running) ready(partitions ...int32) {
	ru.t.Helper()
	ru.wo.await("tasks caught up", func() bool {
		for _, partition := range partitions {
			ts, ok := ru.status(partition)
			if !ok {
				return false
			}
			for _, in := range ts.Inputs {
				if in.CaughtUpAsOf == 0 {
					return false
				}
			}
		}
		return true
	})
}

// clockPast waits until a task's clock has passed an instant.
func (ru *running) clockPast(partition int32, at time.Time) {
	ru.t.Helper()
	ru.wo.await("the task clock past "+at.String(), func() bool {
		ts, ok := ru.status(partition)
		return ok && ts.Clock > at.UnixMilli()
	})
}

// intentsCome waits until at least n intents are readable.
func (wo *world) intentsCome(n int) {
	wo.t.Helper()
	wo.await("intents", func() bool { return len(wo.read(wo.topics.Intents)) >= n })
}
