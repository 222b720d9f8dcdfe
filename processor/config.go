package processor

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"holdfast/schemas"
)

// Config is everything that can be set. Files, environment and flags fill the same keys; later ones win in that order.
// An unknown key, a wrong type or a value out of range is an error that names the key.
type Config struct {
	// Brokers are the seed brokers, host:port. Required.
	Brokers []string `yaml:"brokers"`
	// Registry is the URL of a Confluent-compatible schema registry. Empty: outputs use single-object encoding, and
	// inputs in Confluent framing are dead letters. User information in the URL is a secret: it is masked in print.
	Registry string `yaml:"registry"`
	// Playbooks is the folder of the bundle. Required.
	Playbooks string `yaml:"playbooks"`
	// State is the folder of the local state. Required. One process at a time.
	State string `yaml:"state"`
	// App prefixes the transactional ids. Processes of one group must share it.
	App string `yaml:"app"`
	// Group is the consumer group. Default: App.
	Group string `yaml:"group"`
	// Instance is the stable ordinal of this process in the group; unique per live process. Default: a random id that is
	// kept in the state folder.
	Instance string `yaml:"instance"`
	// Lanes is the number of lanes; 0 = one per core, at most one per partition.
	Lanes int `yaml:"lanes"`
	// Clock is live (follows the wall clock when caught up) or event (never does).
	Clock string `yaml:"clock"`
	// Until (RFC 3339) ends an event clock: with all inputs read to their end, everything due by then fires.
	Until string `yaml:"until"`
	// ExitWhenDone ends the process when the inputs of every partition are read to their end and, with Until, everything
	// due by then has fired. Needs Clock event.
	ExitWhenDone bool `yaml:"exit_when_done"`
	// MaxBatch is the most records in one transaction.
	MaxBatch int `yaml:"max_batch"`
	// CommitInterval is how long a batch is collected before it is committed.
	CommitInterval time.Duration `yaml:"commit_interval"`
	// CheckpointInterval is how far Pebble may lag behind the changelog, in time. It bounds what a restart replays.
	CheckpointInterval time.Duration `yaml:"checkpoint_interval"`
	// CacheBytes bounds the cache of committed subjects of the process.
	CacheBytes int `yaml:"cache_bytes"`
	// SessionTimeout is how long the group waits for a killed process before others take over.
	SessionTimeout time.Duration `yaml:"session_timeout"`
	// TransactionTimeout is how long a broker keeps a transaction of a killed process open.
	TransactionTimeout time.Duration `yaml:"transaction_timeout"`
	// EndProofInterval is how often the ends of the inputs are asked for: the step of an idle live clock.
	EndProofInterval time.Duration `yaml:"end_proof_interval"`
	// Grace is what the proof of being caught up is held back by.
	Grace time.Duration `yaml:"grace"`
	// StopGrace is how long a graceful stop may take to end the transaction at hand when the brokers do not answer.
	StopGrace time.Duration `yaml:"stop_grace"`
	// RestoreDeadline is how long a restore may make no progress.
	RestoreDeadline time.Duration `yaml:"restore_deadline"`
	// TimersPerBatch is the most timers that fire at the end of one batch; the rest fires in the next one.
	TimersPerBatch int `yaml:"timers_per_batch"`
	// Compression of what is produced: lz4, snappy (less CPU), zstd (fewer bytes) or none.
	Compression string `yaml:"compression"`
	// Duplicates is drop (a record whose source and id were read before changes nothing) or keep: the publishers never
	// repeat an id, and no memory of ids is kept, which costs a read and a write per event.
	Duplicates string `yaml:"duplicates"`
	// NoBreaker turns the source-silence breaker off: absences are found also while a whole input says nothing.
	NoBreaker bool `yaml:"no_breaker"`
	// SilenceFactor is how many times its usual gap a whole input may be silent before absences on it freeze.
	SilenceFactor float64 `yaml:"silence_factor"`
	// SilenceMinimum is the shortest silence that freezes anything.
	SilenceMinimum time.Duration `yaml:"silence_minimum"`
	// ReleaseOver is how long it takes to let go what was frozen, once the input speaks again: evenly, by subject.
	ReleaseOver time.Duration `yaml:"release_over"`
	// Heartbeats names for an input topic another one that shows that its source lives: it is watched instead.
	Heartbeats map[string]string `yaml:"heartbeats"`
	// AcceptLowerRevision lets a bundle of a lower revision run on state of a higher one.
	AcceptLowerRevision bool `yaml:"accept_lower_revision"`
	// AcceptRewind drops local state that is ahead of the group's offsets (a restored broker, another group) and restores
	// what the broker knows.
	AcceptRewind bool `yaml:"accept_rewind"`
	// Admin is the address of the admin HTTP server; empty = none.
	Admin string `yaml:"admin"`
	// LogLevel is debug, info, warn or error.
	LogLevel string `yaml:"log_level"`
	// Topics renames topics.
	Topics schemas.TopicNames `yaml:"topics"`
}

// DefaultConfig is the configuration before any file, variable or flag.
func DefaultConfig() Config {
	return Config{
		App: "holdfast-processor", Clock: "live", Compression: "lz4", Duplicates: "drop",
		MaxBatch: 20_000, CommitInterval: 100 * time.Millisecond, CheckpointInterval: 5 * time.Second,
		CacheBytes: 256 << 20, SessionTimeout: 45 * time.Second, TransactionTimeout: 15 * time.Second,
		EndProofInterval: time.Second, Grace: 5 * time.Second, RestoreDeadline: 3 * time.Minute, StopGrace: 10 * time.Second,
		SilenceFactor: 3, SilenceMinimum: time.Hour, ReleaseOver: time.Hour,
		TimersPerBatch: 20_000, Admin: "127.0.0.1:9644", LogLevel: "info", Topics: schemas.DefaultTopicNames(),
	}
}

// LoadFile lays a YAML file over the configuration. Unknown keys are errors with line and column.
func (co *Config) LoadFile(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read config %s: %w", path, err)
	}
	err = yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(co)
	if err != nil && !errors.Is(err, io.EOF) {
		return fileError(path, err)
	}
	return nil
}

// EnvPrefix begins the variables that set a key: HOLDFAST_PROCESSOR_MAX_BATCH=500.
const EnvPrefix = "HOLDFAST_PROCESSOR_"

// LoadEnv lays the environment (KEY=value entries) over the configuration. A variable with the prefix that names no key
// is an error: a typo must not be silent.
func (co *Config) LoadEnv(environ []string) error {
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		key, ok := strings.CutPrefix(name, EnvPrefix)
		if !ok {
			continue
		}
		if err := co.set(strings.ToLower(key), value); err != nil {
			return fmt.Errorf("environment %s: %w", name, err)
		}
	}
	return nil
}

// set gives one scalar key its value as YAML would.
func (co *Config) set(key, value string) error {
	if key == "topics" || key == "heartbeats" || !hasKey(key) {
		return fmt.Errorf("there is no such key%s; the keys are those of `processor --print`", suggestKey(key))
	}
	if key == "brokers" {
		co.Brokers = strings.Split(value, ",")
		return nil
	}
	line := fmt.Sprintf("%s: %s", key, value)
	if err := yaml.NewDecoder(strings.NewReader(line), yaml.Strict()).Decode(co); err != nil {
		return misfit(value, key)
	}
	return nil
}

// defaultOf is the default of a key, to show what kind of value it takes.
func defaultOf(key string) any {
	key = strings.ReplaceAll(strings.TrimPrefix(key, "--"), "-", "_") // a flag is called as its key
	defaults := reflect.ValueOf(DefaultConfig())
	for i := range defaults.NumField() {
		if defaults.Type().Field(i).Tag.Get("yaml") == key {
			return defaults.Field(i).Interface()
		}
	}
	return nil
}

func hasKey(key string) bool {
	ty := reflect.TypeOf(Config{})
	for i := range ty.NumField() {
		if ty.Field(i).Tag.Get("yaml") == key {
			return true
		}
	}
	return false
}

// Validate reports every value that cannot work, each with its key, what it is, what it must be and an example.
func (co *Config) Validate() error {
	var errs []error
	bad := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	bad(len(co.Brokers) > 0 && co.Brokers[0] != "", "brokers: not set; give the seed brokers, e.g. --brokers 127.0.0.1:9092")
	for _, br := range co.Brokers {
		if _, _, err := net.SplitHostPort(br); err != nil && br != "" {
			errs = append(errs, fmt.Errorf("brokers: %q is not host:port, e.g. 127.0.0.1:9092", br))
		}
	}
	bad(co.Registry == "" || strings.HasPrefix(co.Registry, "http://") || strings.HasPrefix(co.Registry, "https://"), "registry: %q is not a URL, e.g. http://127.0.0.1:8081", maskURL(co.Registry))
	bad(co.Playbooks != "", "playbooks: not set; give the folder of the bundle, e.g. --playbooks ./playbooks")
	bad(co.State != "", "state: not set; give a folder for the local state, e.g. --state ./run/state")
	bad(co.Clock == "live" || co.Clock == "event", "clock: got %q, want live or event", co.Clock)
	if _, err := co.untilMillis(); err != nil {
		errs = append(errs, fmt.Errorf("until: %q is not an RFC 3339 time, e.g. 1998-06-30T00:00Z or 2026-03-01T09:00:00+01:00", co.Until))
	}
	bad(co.Until == "" || co.Clock == "event", "until: needs --clock event: a live clock has no end")
	bad(!co.ExitWhenDone || co.Clock == "event", "exit_when_done: needs --clock event: with a live clock there is always a next timer")
	bad(co.MaxBatch >= 1 && co.MaxBatch <= 1_000_000, "max_batch: got %d, want 1 to 1000000, e.g. 20000", co.MaxBatch)
	bad(co.Lanes >= 0 && co.Lanes <= 256, "lanes: got %d, want 0 (one per core) to 256", co.Lanes)
	bad(co.CommitInterval >= time.Millisecond && co.CommitInterval <= 10*time.Second, "commit_interval: got %v, want 1ms to 10s, e.g. 100ms", co.CommitInterval)
	bad(co.CheckpointInterval > 0, "checkpoint_interval: got %v, want more than 0, e.g. 5s", co.CheckpointInterval)
	bad(co.CacheBytes >= 1<<20, "cache_bytes: got %d, want at least 1048576", co.CacheBytes)
	bad(co.SessionTimeout >= time.Second, "session_timeout: got %v, want at least 1s, e.g. 45s", co.SessionTimeout)
	bad(co.TransactionTimeout > 3*co.CommitInterval && co.TransactionTimeout < co.SessionTimeout,
		"transaction_timeout: got %v, want more than three commit intervals (%v) and less than session_timeout (%v), e.g. 15s", co.TransactionTimeout, 3*co.CommitInterval, co.SessionTimeout)
	bad(co.EndProofInterval >= 10*time.Millisecond, "end_proof_interval: got %v, want at least 10ms, e.g. 1s", co.EndProofInterval)
	bad(co.Grace >= 0, "grace: got %v, want 0 or more, e.g. 5s: the clock must not run ahead of what is proven", co.Grace)
	bad(co.StopGrace >= 0, "stop_grace: got %v, want 0 or more, e.g. 10s", co.StopGrace)
	bad(co.RestoreDeadline > 0, "restore_deadline: got %v, want more than 0, e.g. 3m", co.RestoreDeadline)
	bad(co.TimersPerBatch >= 1, "timers_per_batch: got %d, want at least 1", co.TimersPerBatch)
	bad(hasCodec(co.Compression), "compression: got %q, want one of %s, e.g. lz4", co.Compression, codecNames())
	bad(co.Duplicates == "drop" || co.Duplicates == "keep", "duplicates: got %q, want drop, or keep where no publisher ever repeats an id", co.Duplicates)
	bad(co.SilenceFactor >= 1, "silence_factor: got %v, want at least 1, e.g. 3: a silence is longer than the usual gap", co.SilenceFactor)
	bad(co.SilenceMinimum >= time.Minute, "silence_minimum: got %v, want at least 1m, e.g. 1h", co.SilenceMinimum)
	bad(co.ReleaseOver >= time.Minute, "release_over: got %v, want at least 1m, e.g. 1h: what was frozen is let go slowly", co.ReleaseOver)
	for _, topic := range slices.Sorted(maps.Keys(co.Heartbeats)) {
		watched := slices.Contains([]string{co.Topics.Billing, co.Topics.Support, co.Topics.UserActions}, topic)
		bad(watched && co.Heartbeats[topic] != "", "heartbeats: %q: %q, want the name of an input (billing, support or user actions) and of the topic that shows that its source lives, e.g. %s: acme.heartbeats", topic, co.Heartbeats[topic], co.Topics.UserActions)
	}
	if co.Admin != "" {
		if host, _, err := net.SplitHostPort(co.Admin); err != nil || !loopback(host) {
			errs = append(errs, fmt.Errorf("admin: %q is not a loopback host:port, e.g. 127.0.0.1:9644; the admin server has no authentication", co.Admin))
		}
	}
	if err := co.Topics.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("topics: %w", err))
	}
	bad(strings.Contains(" debug info warn error ", " "+co.LogLevel+" "), "log_level: got %q, want debug, info, warn or error", co.LogLevel)
	return errors.Join(errs...)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// untilMillis is Until in ms; 0 when it is not set. Seconds may be left out, as in playbooks.
func (co *Config) untilMillis() (int64, error) {
	if co.Until == "" {
		return 0, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(layout, co.Until); err == nil {
			return at.UnixMilli(), nil
		}
	}
	return 0, fmt.Errorf("not a time: %q", co.Until)
}

// group is the consumer group in use.
func (co *Config) group() string {
	if co.Group != "" {
		return co.Group
	}
	return co.App
}

// lanes is the number of lanes for that many partitions.
func (co *Config) lanes(partitions int) int {
	lanes := co.Lanes
	if lanes == 0 {
		lanes = runtime.GOMAXPROCS(0)
	}
	return max(1, min(lanes, partitions))
}

// Print writes the effective configuration as YAML, with secrets masked and what each key is for.
func (co *Config) Print(wr io.Writer) error {
	text, err := co.masked(yaml.WithComment(comments()))
	if err != nil {
		return err
	}
	_, err = wr.Write(text)
	return err
}

// masked is the effective configuration as YAML, without secrets.
func (co *Config) masked(options ...yaml.EncodeOption) ([]byte, error) {
	masked := *co
	masked.Registry = maskURL(co.Registry)
	if co.State != "" {
		masked.State = filepath.Clean(co.State)
	}
	text, err := yaml.MarshalWithOptions(masked, options...)
	if err != nil {
		return nil, fmt.Errorf("print config: %w", err)
	}
	return text, nil
}

// maskURL hides the user information of a URL.
func maskURL(raw string) string {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return raw
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		rest = "***" + rest[at:]
	}
	return scheme + "://" + rest
}
