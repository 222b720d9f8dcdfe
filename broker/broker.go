// Package broker is the embedded default: one Kafka broker (kfake with a data directory) and a small Schema Registry
// in one process, on loopback, for every Kafka client. It is what `holdfast broker`, the demo and the tests run on;
// production has an Apache Kafka.
//
// With a directory everything survives kill -9 of the process: records, topics, transactions and group offsets are
// kfake's (fsynced per batch), schemas are in registry.json. Without one all is in memory and gone at Close.
//
//	DIR/lock           held with flock as long as a broker runs on DIR
//	DIR/kafka/         kfake's segments, indexes and logs
//	DIR/ending         the commit that is under way (journal.go)
//	DIR/clean          there after a clean stop: nothing to recover
//	DIR/registry.json  subjects and schemas, replaced as a whole by rename
package broker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"holdfast/broker/registry"
)

// The addresses of the embedded broker where nothing else is said.
const (
	DefaultKafkaAddr    = "127.0.0.1:9092"
	DefaultRegistryAddr = "127.0.0.1:8081"
)

// Config says where the broker listens and keeps its data.
type Config struct {
	Dir          string // "" = in memory
	KafkaAddr    string // host:port; "" = DefaultKafkaAddr; port 0 = any free port
	RegistryAddr string // host:port; "" = DefaultRegistryAddr; port 0 = any free port
	// AllowRemote permits addresses beyond loopback. The broker asks nobody for a password: leave it off unless the
	// network is yours alone.
	AllowRemote bool
	// Unsynced leaves flushing to the operating system: several times faster, still safe against kill -9 of the
	// process, not against a power cut.
	Unsynced bool
	// Warn receives what the broker cannot tell any client, such as a full disk. Nil = silent.
	Warn func(text string)
}

// Broker is a running broker and registry.
type Broker struct {
	cluster   *kfake.Cluster
	kafkaAddr string
	server    *http.Server
	served    chan struct{} // closed when the registry's goroutine has ended
	url       string
	dir       string   // "" in memory
	journal   *journal // nil in memory
	unlock    func() error
}

// Start opens the data directory and both ports and serves until Close. ctx bounds the opening only.
func Start(ctx context.Context, cfg Config) (*Broker, error) {
	cfg = cfg.withDefaults()
	unlock := func() error { return nil }
	if cfg.Dir != "" {
		var err error
		if unlock, err = lockDir(cfg.Dir); err != nil {
			return nil, err
		}
	}
	bro := &Broker{served: make(chan struct{}), dir: cfg.Dir, unlock: unlock}
	if err := bro.open(ctx, cfg); err != nil {
		return nil, errors.Join(err, unlock())
	}
	return bro, nil
}

// open takes both ports and starts both servers; if it fails it holds none of them.
func (br *Broker) open(ctx context.Context, cfg Config) error {
	kafkaListener, err := listen(ctx, "Kafka", "--kafka", cfg.KafkaAddr, cfg.AllowRemote)
	if err != nil {
		return err
	}
	registryListener, err := listen(ctx, "registry", "--registry", cfg.RegistryAddr, cfg.AllowRemote)
	if err != nil {
		return errors.Join(err, kafkaListener.Close())
	}
	if err := br.serve(ctx, cfg, kafkaListener, registryListener); err != nil {
		// kfake may have closed its listener already.
		return errors.Join(err, ignoreClosed(kafkaListener.Close()), registryListener.Close())
	}
	return nil
}

func (cf Config) withDefaults() Config {
	if cf.KafkaAddr == "" {
		cf.KafkaAddr = DefaultKafkaAddr
	}
	if cf.RegistryAddr == "" {
		cf.RegistryAddr = DefaultRegistryAddr
	}
	if cf.Warn == nil {
		cf.Warn = func(string) {}
	}
	return cf
}

// serve starts both servers on their listeners, the registry's store first: it is the one that can fail on a damaged
// file without having touched anything.
func (br *Broker) serve(ctx context.Context, cfg Config, kafkaListener, registryListener net.Listener) error {
	store, err := openStore(cfg.Dir)
	if err != nil {
		return err
	}
	if err := br.serveKafka(ctx, cfg, kafkaListener); err != nil {
		return err
	}
	br.url = "http://" + registryListener.Addr().String()
	br.server = &http.Server{Handler: registry.NewHandler(store), ReadHeaderTimeout: 10 * time.Second}
	go func() { // ends when Close closes the server
		defer close(br.served)
		if err := br.server.Serve(registryListener); !errors.Is(err, http.ErrServerClosed) {
			cfg.Warn(fmt.Sprintf("the registry stopped: %v", err))
		}
	}()
	return nil
}

// serveKafka makes the data whole, starts kfake on it behind a gate, ends what a kill left open and lets clients in.
func (br *Broker) serveKafka(ctx context.Context, cfg Config, listener net.Listener) (err error) {
	br.kafkaAddr = listener.Addr().String()
	var open []transaction
	if cfg.Dir != "" {
		if open, err = recoverFiles(cfg.Dir); err != nil {
			return fmt.Errorf("recover the Kafka data in %s: %w", cfg.Dir, err)
		}
		if br.journal, err = openJournal(cfg); err != nil {
			return err
		}
	}
	gt := newGate(listener)
	if br.cluster, err = kfake.NewCluster(kafkaOptions(cfg, gt)...); err != nil {
		return fmt.Errorf("open Kafka data in %s: %w", filepath.Join(cfg.Dir, "kafka"), err)
	}
	if br.journal != nil {
		br.journal.watch(br.cluster, cfg.Warn)
	}
	if err := abort(ctx, gt, open); err != nil {
		br.cluster.Close()
		return fmt.Errorf("end the transactions that were open in %s: %w", cfg.Dir, err)
	}
	gt.open()
	return nil
}

func openStore(dir string) (*registry.Store, error) {
	if dir == "" {
		return registry.NewStore(), nil
	}
	return registry.Open(filepath.Join(dir, "registry.json"))
}

func kafkaOptions(cfg Config, listener net.Listener) []kfake.Opt {
	opts := []kfake.Opt{
		kfake.NumBrokers(1),
		kfake.ClusterID("holdfast"),
		kfake.ListenFn(func(_, _ string) (net.Listener, error) { return listener, nil }),
		// A takeover by another process waits for the session timeout: allow short ones for demos and tests.
		kfake.GroupMinSessionTimeout(time.Second),
		kfake.WithLogger(warnings(cfg.Warn)),
	}
	if cfg.Dir != "" {
		opts = append(opts, kfake.DataDir(filepath.Join(cfg.Dir, "kafka")))
		if !cfg.Unsynced {
			opts = append(opts, kfake.SyncWrites())
		}
	}
	return opts
}

// warnings passes on the errors of kfake; its lower levels narrate every request.
type warnings func(text string)

// Logf implements kfake.Logger.
func (wa warnings) Logf(level kfake.LogLevel, format string, args ...any) {
	if level == kfake.LogLevelError {
		wa(fmt.Sprintf(format, args...))
	}
}

// KafkaAddr is the address that Kafka clients dial.
func (br *Broker) KafkaAddr() string { return br.kafkaAddr }

// RegistryURL is the address of the Schema Registry.
func (br *Broker) RegistryURL() string { return br.url }

// Cluster is the broker itself, for tests that inject faults.
func (br *Broker) Cluster() *kfake.Cluster { return br.cluster }

// Close stops both servers, flushes and releases the directory. Kafka stops first: a client that still works may
// need the registry to finish, never the other way round.
func (br *Broker) Close() error {
	br.cluster.Close()
	err := br.server.Close()
	<-br.served
	if br.journal != nil {
		err = errors.Join(err, br.journal.file.Close(), markClean(br.dir))
	}
	return errors.Join(err, br.unlock())
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
