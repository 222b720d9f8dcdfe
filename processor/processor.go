package processor

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"holdfast/schemas"
	"holdfast/schemas/avro"
	"holdfast/state"
	"holdfast/topology"
	"holdfast/topology/operator"
	"holdfast/topology/playbook"
)

// Processor is one process: a bundle, a store, lanes. New is inert, Run begins and ends.
type Processor struct {
	config Config
	log    *zap.Logger
	bundle *playbook.Bundle

	now          func() time.Time // the wall clock
	kafkaOpts    []kgo.Opt        // of every client
	nonce        string           // of this process; part of every mark
	instance     string
	codeVersion  string
	topicsAppear time.Duration                                                        // see the constant
	rules        func(*playbook.Bundle, topology.Store, topology.Sink) *operator.Task // makes the computation of a task

	admin      *kadm.Client
	registry   *avro.Registry // nil if there is none
	encoder    *avro.Encoder
	store      *state.Store
	ends       *endProof
	metrics    *metrics
	registerer *prometheus.Registry

	partitions     int32
	lanes          int
	tombstonesKept time.Duration     // delete.retention.ms of the changelog
	batchBytes     map[string]int32  // topic -> largest batch it takes
	bundles        map[string][]byte // hash -> text of every bundle that ran before
	oldBundles     oldBundles
	frozen         map[schemas.Kind]bool // inputs that were called silent; of the goroutine that asks for the ends

	claims   claims
	marking  sync.Mutex // one at a time writes markers that brokers forgot
	statuses statuses
}

// Option changes what a Processor takes from the world.
type Option func(*Processor)

// WithClock replaces the wall clock.
func WithClock(now func() time.Time) Option { return func(pr *Processor) { pr.now = now } }

// WithKafkaOpts adds options to every Kafka client: a dialer, TLS, credentials.
func WithKafkaOpts(opts ...kgo.Opt) Option {
	return func(pr *Processor) { pr.kafkaOpts = append(pr.kafkaOpts, opts...) }
}

// New checks the configuration and loads the bundle. Errors of the bundle are listed all, with file, line and column.
func New(config Config, log *zap.Logger, options ...Option) (*Processor, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	if stat, err := os.Stat(config.Playbooks); err != nil {
		return nil, fmt.Errorf("playbooks %s: %w; give the folder that holds the bundle", config.Playbooks, err)
	} else if !stat.IsDir() {
		return nil, fmt.Errorf("playbooks %s is a file; give the folder that holds the bundle", config.Playbooks)
	}
	bundle, err := playbook.Load(os.DirFS(config.Playbooks))
	if err != nil {
		return nil, fmt.Errorf("the bundle in %s has errors:\n%w", config.Playbooks, err)
	}
	if err := bundle.Runnable(); err != nil {
		return nil, err
	}
	pr := &Processor{config: config, log: log, bundle: bundle, now: time.Now, nonce: newNonce(), codeVersion: buildVersion(), rules: operator.NewTask, oldBundles: oldBundles{byHash: map[string]*playbook.Bundle{}}, frozen: map[schemas.Kind]bool{}, registerer: prometheus.NewRegistry(), topicsAppear: topicsAppear}
	for _, option := range options {
		option(pr)
	}
	pr.metrics = newMetrics(pr.registerer)
	return pr, nil
}

func newNonce() string {
	var raw [8]byte
	_, _ = rand.Read(raw[:]) // never fails (crypto/rand)
	return hex.EncodeToString(raw[:])
}

// buildVersion is the version control revision that the binary was built from.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value
		}
	}
	return info.Main.Version
}

// Run serves until ctx ends (a graceful stop: the transaction at hand ends, state goes to Pebble), the work is done
// (ExitWhenDone), or a fault that a restart has to heal.
func (pr *Processor) Run(ctx context.Context) (err error) {
	if pr.store, err = state.Open(pr.config.State, state.Options{Logf: pr.log.Named("pebble").Sugar().Warnf}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pr.store.Close()) }()
	if pr.instance = pr.config.Instance; pr.instance == "" {
		pr.instance = pr.store.InstanceID()
	}
	stopAdmin, err := pr.serveAdmin()
	if err != nil {
		return err
	}
	defer stopAdmin()
	client, err := kgo.NewClient(pr.clientOpts()...)
	if err != nil {
		return fmt.Errorf("create Kafka client: %w", err)
	}
	defer client.Close()
	pr.admin = kadm.NewClient(client)
	if err := pr.prepare(ctx); err != nil {
		if ctx.Err() != nil {
			pr.log.Info("stopped before it began")
			return nil
		}
		return err
	}
	return pr.serve(ctx)
}

// prepare waits for the brokers, checks the topics and sets up the codecs.
func (pr *Processor) prepare(ctx context.Context) error {
	if err := pr.awaitTopics(ctx); err != nil {
		return err
	}
	pr.lanes = pr.config.lanes(int(pr.partitions))
	if pr.config.Registry != "" {
		var err error
		if pr.registry, err = avro.NewRegistry(avro.RegistryOptions{URL: pr.config.Registry}); err != nil {
			return fmt.Errorf("registry %s: %w", maskURL(pr.config.Registry), err)
		}
	}
	err := pr.retryRegistry(ctx, func() (err error) {
		pr.encoder, err = avro.NewEncoder(ctx, avro.EncoderOptions{Registry: pr.registry, Topics: pr.config.Topics})
		return err
	})
	if err != nil {
		return fmt.Errorf("register the output schemas: %w", err)
	}
	if err := pr.keepBundle(ctx); err != nil {
		return err
	}
	silence := newSilence(&pr.config)
	silence.alarm = pr.alarms
	pr.ends = &endProof{admin: pr.admin, topics: pr.inputTopics(), now: pr.now, log: pr.log, silence: silence}
	// The first proof comes before the first record: an input without any must not hold the clock back from the start.
	return pr.retry(ctx, "ask where the inputs end", func() error { return pr.ends.ask(ctx) })
}

// serve runs the lanes.
func (pr *Processor) serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pr.statuses.expect(pr.lanes)
	var wg sync.WaitGroup
	faults := make(chan error, pr.lanes)
	wg.Go(func() { pr.ends.run(ctx, pr.config.EndProofInterval) })
	for index := range pr.lanes {
		lane := pr.newLane(index)
		wg.Go(func() { faults <- lane.run(ctx) })
	}
	pr.log.Info("processor runs", zap.String("group", pr.config.group()), zap.String("instance", pr.instance), zap.Int("lanes", pr.lanes), zap.Int32("partitions", pr.partitions),
		zap.String("bundle", pr.bundle.Name), zap.Int64("revision", pr.bundle.Revision), zap.String("clock", pr.config.Clock))
	var err error
	select {
	case <-ctx.Done():
		pr.log.Info("stopping: the transaction at hand ends, the state goes to disk")
	case err = <-faults: // one lane's fault ends the process: a half that is silently missing is worse
	case <-pr.whenDone(ctx):
		pr.log.Info("done: all inputs are read to their end")
	}
	cancel()
	wg.Wait()
	if pr.config.ExitWhenDone && err == nil {
		pr.leaveGroup()
	}
	if err == nil {
		pr.log.Info("stopped")
	}
	return err
}

// whenDone is closed when an event clock has nothing left to do in any partition of the group.
func (pr *Processor) whenDone(ctx context.Context) <-chan struct{} {
	done := make(chan struct{})
	if !pr.config.ExitWhenDone {
		return done
	}
	go func() { // ends with the process's context, or when it is done
		for !(pr.statuses.allDone() && pr.groupDone(ctx)) {
			if !pr.wait(ctx, settlePause) {
				return
			}
		}
		close(done)
	}()
	return done
}

// groupDone says whether the partitions that other processes own are done too: one that is killed leaves work to us.
func (pr *Processor) groupDone(ctx context.Context) bool {
	pf := pr.ends.latest.Load()
	for p := range pr.partitions {
		if pr.statuses.has(p) {
			continue
		}
		committed, err := pr.committedOffsets(ctx, p)
		if err != nil {
			return false
		}
		ma, err := parseMark(committed.metadata)
		if none := len(committed.offsets) == 0; err != nil && !none || pr.config.Until != "" && !ma.finished {
			return false // a partition without a record has no transaction, unless its clock has an end
		}
		for _, topic := range pr.inputTopics() {
			if committed.offsets[topic] < pf.end(topic, p) {
				return false
			}
		}
	}
	return true
}

// leaveGroup tells the group that this process does not come back: a static member is otherwise waited for.
func (pr *Processor) leaveGroup() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	client, err := kgo.NewClient(pr.clientOpts()...)
	if err != nil {
		return
	}
	defer client.Close()
	members := make([]string, pr.lanes)
	for i := range members {
		members[i] = (&lane{proc: pr, index: i}).instanceID()
	}
	if _, err := kadm.NewClient(client).LeaveGroup(ctx, kadm.LeaveGroup(pr.config.group()).Reason("done").InstanceIDs(members...)); err != nil {
		pr.log.Warn("leave group", zapError(err))
	}
}

// newRules makes the pure computation of one task.
func (pr *Processor) newRules(bundle *playbook.Bundle, store topology.Store, sink topology.Sink) *operator.Task {
	rules := pr.rules(bundle, store, sink)
	if pr.config.Duplicates == "keep" {
		rules.TrustIDs()
	}
	return rules
}

// inputTopics are the topics that the processor reads, in rank order.
func (pr *Processor) inputTopics() []string {
	to := pr.config.Topics
	return []string{to.Profiles, to.Billing, to.Support, to.UserActions, to.Receipts}
}

// outputTopics are the topics that it writes to, partition by partition.
func (pr *Processor) outputTopics() []string {
	to := pr.config.Topics
	return []string{to.Intents, to.Decisions, to.Signals, to.DeadLetters, to.Changelog, to.Manifest}
}

func zapError(err error) zap.Field { return zap.Error(err) }

// claims makes sure that a partition's state is used by one task of the process at a time: a rebalance may hand it to
// another lane before the first one has closed it.
type claims struct {
	mu    sync.Mutex
	taken map[int32]chan struct{}
}

// claim waits until the partition is free and opens its state, with a cache of its own: it is called beside a running
// lane, whose cache only the lane may touch. admit gives it that one.
func (pr *Processor) claim(ctx context.Context, partition int32) (*state.Partition, error) {
	for {
		pr.claims.mu.Lock()
		busy := pr.claims.taken[partition]
		if busy == nil {
			if pr.claims.taken == nil {
				pr.claims.taken = map[int32]chan struct{}{}
			}
			pr.claims.taken[partition] = make(chan struct{})
			pr.claims.mu.Unlock()
			break
		}
		pr.claims.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-busy:
		}
	}
	part, err := pr.store.OpenPartition(uint32(partition), state.NewCache(0))
	if err != nil {
		pr.release(partition, nil)
		return nil, err
	}
	return part, nil
}

// release lets another lane have the partition.
func (pr *Processor) release(partition int32, part *state.Partition) {
	if part != nil {
		part.Close()
	}
	pr.claims.mu.Lock()
	defer pr.claims.mu.Unlock()
	if busy := pr.claims.taken[partition]; busy != nil {
		delete(pr.claims.taken, partition)
		close(busy)
	}
}
