package processor

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas"
	"holdfast/schemas/avro"
)

func validConfig() Config {
	co := DefaultConfig()
	co.Brokers, co.Playbooks, co.State = []string{"127.0.0.1:9092"}, "./playbooks", "./state"
	return co
}

// TestBadConfigurationNamesTheKey: each message has the key, what it is, and what it must be.
func TestBadConfigurationNamesTheKey(t *testing.T) {
	for _, tc := range []struct {
		name  string
		spoil func(*Config)
		wants []string
	}{
		{"no brokers", func(co *Config) { co.Brokers = nil }, []string{"brokers: not set", "--brokers 127.0.0.1:9092"}},
		{"a broker without a port", func(co *Config) { co.Brokers = []string{"kafka"} }, []string{`brokers: "kafka" is not host:port`}},
		{"no playbooks", func(co *Config) { co.Playbooks = "" }, []string{"playbooks: not set", "--playbooks"}},
		{"no state", func(co *Config) { co.State = "" }, []string{"state: not set", "--state"}},
		{"another clock", func(co *Config) { co.Clock = "sundial" }, []string{`clock: got "sundial", want live or event`}},
		{"until is no time", func(co *Config) { co.Clock, co.Until = "event", "tomorrow" }, []string{`until: "tomorrow"`, "RFC 3339", "1998-06-30T00:00Z"}},
		{"until with a live clock", func(co *Config) { co.Until = "2026-03-01T00:00Z" }, []string{"until: needs --clock event"}},
		{"exit with a live clock", func(co *Config) { co.ExitWhenDone = true }, []string{"exit_when_done: needs --clock event"}},
		{"no batch", func(co *Config) { co.MaxBatch = 0 }, []string{"max_batch: got 0, want 1 to 1000000"}},
		{"too many lanes", func(co *Config) { co.Lanes = 300 }, []string{"lanes: got 300"}},
		{"a commit interval of nothing", func(co *Config) { co.CommitInterval = 0 }, []string{"commit_interval: got 0s, want 1ms to 10s"}},
		{"no checkpoints", func(co *Config) { co.CheckpointInterval = 0 }, []string{"checkpoint_interval: got 0s"}},
		{"hardly any cache", func(co *Config) { co.CacheBytes = 10 }, []string{"cache_bytes: got 10"}},
		{"a session shorter than a transaction", func(co *Config) { co.SessionTimeout = 10 * time.Second }, []string{"transaction_timeout: got 15s", "less than session_timeout (10s)"}},
		{"a transaction shorter than three commits", func(co *Config) { co.CommitInterval = 6 * time.Second }, []string{"transaction_timeout: got 15s", "three commit intervals (18s)"}},
		{"proofs without a pause", func(co *Config) { co.EndProofInterval = 0 }, []string{"end_proof_interval: got 0s"}},
		{"no timers", func(co *Config) { co.TimersPerBatch = 0 }, []string{"timers_per_batch: got 0"}},
		{"admin for everybody", func(co *Config) { co.Admin = "0.0.0.0:9644" }, []string{`admin: "0.0.0.0:9644" is not a loopback`, "no authentication"}},
		{"a compression that nobody has", func(co *Config) { co.Compression = "gzip" }, []string{`compression: got "gzip", want one of lz4, none, snappy, zstd, e.g. lz4`}},
		{"duplicates that are neither", func(co *Config) { co.Duplicates = "count" }, []string{`duplicates: got "count", want drop, or keep`}},
		{"a topic that no broker takes", func(co *Config) { co.Topics.Intents = "a b" }, []string{`topics: topic name "a b"`}},
		{"another level", func(co *Config) { co.LogLevel = "loud" }, []string{`log_level: got "loud"`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			co := validConfig()
			if err := co.Validate(); err != nil {
				t.Fatalf("the configuration to spoil is bad already: %v", err)
			}
			tc.spoil(&co)
			err := co.Validate()
			if err == nil {
				t.Fatal("accepted")
			}
			wantText(t, err.Error(), tc.wants...)
		})
	}
}

func TestAllErrorsAreListedAtOnce(t *testing.T) {
	co := DefaultConfig()
	co.MaxBatch, co.Clock = -1, "x"
	wantText(t, co.Validate().Error(), "brokers:", "playbooks:", "state:", "max_batch:", "clock:")
}

// commandLine runs the processor's command line.
func commandLine(t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = Main(t.Context(), args, environ, &out, &errs)
	return code, out.String(), errs.String()
}

// TestFileThenEnvironmentThenFlag: later ones win.
func TestFileThenEnvironmentThenFlag(t *testing.T) {
	file := filepath.Join(t.TempDir(), "processor.yaml")
	if err := os.WriteFile(file, []byte("brokers: [a:1]\nmax_batch: 10\nlanes: 3\napp: from-file\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	code, out, errs := commandLine(t, []string{"HOLDFAST_PROCESSOR_MAX_BATCH=20", "HOLDFAST_PROCESSOR_LANES=4", "HOLDFAST_PROCESSOR_COMMIT_INTERVAL=250ms", "PATH=/bin"},
		"--config", file, "--lanes", "5", "--print")
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, errs)
	}
	wantText(t, out, "- a:1", "max_batch: 20", "lanes: 5", "app: from-file", "commit_interval: 250ms")
}

// TestEveryKeyIsExplained: above the key where the configuration is printed, behind its flag in --help.
func TestEveryKeyIsExplained(t *testing.T) {
	_, out, _ := commandLine(t, nil, "--print")
	_, help, _ := commandLine(t, nil, "--help")
	for _, key := range yamlKeys(reflect.TypeFor[Config]()) {
		about := aboutKeys[key]
		if about == "" || !strings.Contains(out, "# "+about+"\n"+key+":") {
			t.Errorf("--print does not explain %s\n%s", key, out)
		}
		if flag := " --" + strings.ReplaceAll(key, "_", "-") + " "; strings.Contains(help, flag) && !strings.Contains(help, about) {
			t.Errorf("--help does not explain%s", flag)
		}
	}
	if len(aboutKeys) != reflect.TypeFor[Config]().NumField() {
		t.Error("a key is explained that does not exist")
	}
}

// TestPrintMasksSecrets: what is printed may be pasted into a ticket.
func TestPrintMasksSecrets(t *testing.T) {
	code, out, errs := commandLine(t, nil, "--brokers", "a:1", "--registry", "https://user:s3cr3t@registry:8081", "--print")
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, errs)
	}
	wantText(t, out, "***@registry:8081")
	if strings.Contains(out, "s3cr3t") {
		t.Errorf("the password is printed:\n%s", out)
	}
	again := filepath.Join(t.TempDir(), "again.yaml")
	if err := os.WriteFile(again, []byte(out), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, out2, errs := commandLine(t, nil, "--config", again, "--print"); code != exitOK || out2 != out {
		t.Errorf("what is printed is not a configuration (exit %d): %s\n%s", code, errs, out2)
	}
}

// TestBadCommandLines: exit code 2 and a message that names the place.
func TestBadCommandLines(t *testing.T) {
	dir := t.TempDir()
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "bad.yaml")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "bundle.yaml"), []byte(strings.Replace(testBundle, "idle(login)", "idle(logn)", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name    string
		environ []string
		args    []string
		wants   []string
	}{
		{"unknown flag", nil, []string{"--brokerz", "a:1"}, []string{"unknown flag: --brokerz; did you mean --brokers?", "--help"}},
		{"a flag's wrong value", nil, []string{"--max-batch", "many"}, []string{`"many" does not fit --max-batch; its default is 20000`}},
		{"a flag without its value", nil, []string{"--max-batch"}, []string{"--max-batch", "see --help"}},
		{"an argument", nil, []string{"run"}, []string{`unexpected argument "run"`, "--help"}},
		{"unknown key in the file", nil, []string{"--config", file("max_bach: 3\n")}, []string{"bad.yaml:1:1: there is no key max_bach; did you mean max_batch?", "--print"}},
		{"unknown topic in the file", nil, []string{"--config", file("topics: {intnts: x}\n")}, []string{"bad.yaml:1:10: there is no key intnts; did you mean intents?"}},
		{"a bare number for a duration", nil, []string{"--config", file("commit_interval: 5\n")}, []string{`bad.yaml:1:18: "5" does not fit commit_interval; its default is 100ms`}},
		{"a text for a list", nil, []string{"--config", file("brokers: a:1\n")}, []string{"bad.yaml", "1:10", "sequence"}},
		{"wrong type in the file", nil, []string{"--config", file("brokers: [a:1]\nmax_batch: many\n")}, []string{`bad.yaml:2:12: "many" does not fit max_batch; its default is 20000`}},
		{"no file", nil, []string{"--config", filepath.Join(dir, "none.yaml")}, []string{"none.yaml", "no such file"}},
		{"unknown variable", []string{"HOLDFAST_PROCESSOR_MAX_BACH=3"}, nil, []string{"HOLDFAST_PROCESSOR_MAX_BACH", "no such key; did you mean max_batch?", "--print"}},
		{"wrong variable", []string{"HOLDFAST_PROCESSOR_MAX_BATCH=many"}, nil, []string{"HOLDFAST_PROCESSOR_MAX_BATCH", "many"}},
		{"nothing given", nil, nil, []string{"brokers: not set", "playbooks: not set"}},
		{"a wrong path", nil, []string{"--brokers", "a:1", "--state", dir, "--playbooks", filepath.Join(dir, "nowhere")}, []string{"nowhere", "give the folder that holds the bundle"}},
		{"a playbook for the folder", nil, []string{"--brokers", "a:1", "--state", dir, "--playbooks", filepath.Join(broken, "bundle.yaml")}, []string{"bundle.yaml is a file; give the folder that holds the bundle"}},
		{"a playbook with an error", nil, []string{"--brokers", "a:1", "--state", dir, "--playbooks", broken}, []string{"bundle.yaml:", "logn", "login"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			code, out, errs := commandLine(t, tc.environ, tc.args...)
			if code != exitUsage || out != "" {
				t.Errorf("exit %d, want %d; stdout %q", code, exitUsage, out)
			}
			wantText(t, errs, tc.wants...)
		})
	}
}

func TestCheckAndHelp(t *testing.T) {
	code, out, errs := commandLine(t, nil, "--brokers", "a:1", "--state", t.TempDir(), "--playbooks", "../playbooks", "--check")
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, errs)
	}
	wantText(t, out, "ok: bundle starter revision 1")
	code, out, errs = commandLine(t, nil, "--help")
	if code != exitOK || errs != "" {
		t.Errorf("--help: exit %d, %s", code, errs)
	}
	wantText(t, out, "Usage:", "Examples:", "--exit-when-done")
}

// TestWhatStartsIsLogged: version, bundle and the whole configuration in one line, without secrets; a signal ends the wait for
// the brokers.
func TestWhatStartsIsLogged(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var errs bytes.Buffer
	code := Main(ctx, []string{"--brokers", "127.0.0.1:1", "--admin", "", "--state", t.TempDir(), "--playbooks", "../playbooks", "--registry", "http://user:s3cr3t@127.0.0.1:1"}, nil, io.Discard, &errs)
	if code != exitOK || strings.Contains(errs.String(), "s3cr3t") {
		t.Errorf("exit %d\n%s", code, errs.String())
	}
	wantText(t, errs.String(), "processor starts", `"bundle":"starter"`, "max_batch: 20000", "***@127.0.0.1:1", "stopped before it began")
}

// TestUnequalTopicsAreRefused: an account must have one partition number everywhere.
func TestUnequalTopicsAreRefused(t *testing.T) {
	wo := newWorld(t, 2, testBundle)
	if _, err := wo.admin.CreatePartitions(wo.ctx, 1, wo.topics.Billing); err != nil {
		t.Fatal(err)
	}
	wo.start(wo.config()).fails("unequal partition counts", wo.topics.Billing+" 3", wo.topics.UserActions+" 2")
}

func TestMissingTopicsAreNamed(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	for _, topic := range []string{wo.topics.Intents, wo.topics.Bundles} {
		if _, err := wo.admin.DeleteTopic(wo.ctx, topic); err != nil {
			t.Fatal(err)
		}
	}
	clock := newWallClock(day0)
	ru := wo.start(wo.config(), WithClock(clock.now), func(pr *Processor) { pr.topicsAppear = topicsAppear })
	wo.await("a second look", func() bool { return ru.logs.FilterMessage("waiting for topics").Len() > 0 })
	said := ru.logs.FilterMessage("waiting for topics").All()[0].ContextMap()
	wantText(t, fmt.Sprint(said), "at most:20s", wo.topics.Intents+", "+wo.topics.Bundles, "holdfast topics create --brokers "+wo.config().Brokers[0])
	clock.advance(topicsAppear + time.Second)
	ru.fails("topics are missing", wo.topics.Intents, wo.topics.Bundles, "holdfast topics create")
}

// TestABrokerThatIsDownIsWaitedFor: the process keeps trying and says so, and ends when it is told to.
func TestABrokerThatIsDownIsWaitedFor(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	ne := &network{}
	ne.cut()
	first := login("1", "acme", "ann", day0)
	wo.publishEvents(first)
	until := day0.AddDate(0, 0, 5)
	ru := wo.startOn(ne, toEnd(wo.config(), until))
	wo.await("the process to say that it tries again", func() bool {
		said := ru.logs.FilterMessageSnippet("Kafka does not answer; trying again").All()
		return len(said) > 0 && strings.Contains(said[0].ContextMap()["what"].(string), "reach Kafka")
	})
	ne.heal()
	ru.finish()
	wo.wantKeys(expected([]event{first}, until))

	ne = &network{}
	ne.cut()
	ru = wo.startOn(ne, wo.config())
	wo.await("the process to try", func() bool { return ru.logs.FilterMessageSnippet("trying again").Len() > 0 })
	ru.halt()
	if ru.logs.FilterMessage("stopped before it began").Len() != 1 {
		t.Error("it does not say that it stopped")
	}
}

// gatekeeper stands before the registry and can be closed.
func (wo *world) gatekeeper() (address string, open *atomic.Bool) {
	wo.t.Helper()
	target, err := url.Parse(wo.broker.RegistryURL())
	if err != nil {
		wo.t.Fatal(err)
	}
	open = &atomic.Bool{}
	proxy := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(wr http.ResponseWriter, req *http.Request) {
		if !open.Load() {
			http.Error(wr, "closed", http.StatusServiceUnavailable)
			return
		}
		proxy.ServeHTTP(wr, req)
	}))
	wo.t.Cleanup(server.Close)
	return server.URL, open
}

// TestARegistryThatIsDownIsWaitedFor: at the start, and at a record whose schema has to be asked for. It is never the
// record's fault.
func TestARegistryThatIsDownIsWaitedFor(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	co := wo.config()
	var open *atomic.Bool
	co.Registry, open = wo.gatekeeper()
	clock := newWallClock(day0)
	ru := wo.start(co, WithClock(clock.now))
	wo.await("the process to say that it tries again", func() bool { return ru.logs.FilterMessageSnippet("registry does not answer").Len() > 0 })
	open.Store(true)
	ru.ready(0)
	open.Store(false)
	first := login("1", "acme", "ann", day0)
	wo.publish(wo.framed(first))
	wo.await("a record to wait", func() bool { return ru.logs.FilterMessageSnippet("a record waits for its schema").Len() > 0 })
	if ts, _ := ru.status(0); ts.Inputs[3].Position != 0 {
		t.Error("the record was passed although its schema is not known")
	}
	open.Store(true)
	clock.advance(time.Hour)
	wo.intentsCome(1)
	ru.halt()
	wo.wantKeys([]string{helloKey(first)})
	if dead := wo.deadLetters(); len(dead) != 0 {
		t.Errorf("dead letters: %+v", dead)
	}
}

// framed is an event as Avro in Confluent framing, under a schema that nobody has asked for yet.
func (wo *world) framed(ev event) *kgo.Record {
	wo.t.Helper()
	registry, err := avro.NewRegistry(avro.RegistryOptions{URL: wo.broker.RegistryURL()})
	if err != nil {
		wo.t.Fatal(err)
	}
	encoder, err := avro.NewEncoder(wo.ctx, avro.EncoderOptions{Registry: registry, Topics: wo.topics})
	if err != nil {
		wo.t.Fatal(err)
	}
	value, err := encoder.AppendEvent(nil, &schemas.Event{Kind: schemas.KindUserAction, ID: ev.id, Source: "app", Type: "signed_in", Account: ev.account, User: ev.user, OccurredAt: ev.at.UnixMilli(), Count: 1})
	if err != nil {
		wo.t.Fatal(err)
	}
	id, err := registry.Register(wo.ctx, "elsewhere-value", wo.otherUserAction())
	if err != nil {
		wo.t.Fatal(err)
	}
	binary.BigEndian.PutUint32(value[1:], uint32(id))
	return &kgo.Record{Topic: wo.topics.UserActions, Partition: schemas.PartitionOf(ev.account, wo.partitions), Key: []byte(ev.account), Value: value}
}

// otherUserAction is the schema of user actions in other words.
func (wo *world) otherUserAction() string {
	wo.t.Helper()
	listed, err := avro.Schemas()
	if err != nil {
		wo.t.Fatal(err)
	}
	for _, one := range listed {
		if one.Record == "UserAction" {
			return strings.Replace(one.Avsc, `{`, `{"doc": "in other words", `, 1)
		}
	}
	wo.t.Fatal("there is no schema UserAction")
	return ""
}
