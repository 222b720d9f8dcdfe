//go:build e2e

package e2e_test

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"holdfast/e2e/await"
	"holdfast/e2e/cluster"
	"holdfast/e2e/load"
	"holdfast/e2e/process"
	"holdfast/e2e/read"
)

const (
	group       = "e2e"
	intents     = "holdfast.intents"
	deadLetters = "holdfast.dead-letters"

	doorLimit   = 2 * time.Minute  // of a command that is expected to end by itself
	stallLimit  = 3 * time.Minute  // from one point of a storm to the next; a restart of a broker takes seconds
	finishLimit = 25 * time.Minute // of a processor that works off its input; a batch of one takes its time
)

// scene is a fresh broker with topics, a bundle, and the folders of one run.
type scene struct {
	t         *testing.T
	root, dir string
	broker    *cluster.Broker
	playbooks string
	admin     map[string]string // admin address by instance
}

// newScene starts a broker, creates the topics and writes the bundle.
func newScene(t *testing.T, partitions int, bundle string) *scene {
	t.Helper()
	return sceneOn(t, cluster.Config{}, partitions, bundle)
}

// sceneOn is newScene on a broker with further settings.
func sceneOn(t *testing.T, config cluster.Config, partitions int, bundle string) *scene {
	t.Helper()
	sc := bareScene(t, config, bundle)
	if out, code := sc.holdfast("topics", "create", "--brokers", sc.broker.Addr(), "--partitions", fmt.Sprint(partitions)); code != 0 {
		t.Fatalf("create topics: exit code %d: %s", code, out)
	}
	err := await.Fact(t.Context(), "the broker to know its topics", doorLimit, await.Every, func(ctx context.Context) (bool, error) {
		return sc.broker.Knows(ctx, load.UserActions, intents, deadLetters, "holdfast.changelog", "holdfast.manifest")
	})
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

// bareScene is a scene without topics.
func bareScene(t *testing.T, config cluster.Config, bundle string) *scene {
	t.Helper()
	sc := &scene{t: t, root: repository(t), dir: t.TempDir(), admin: map[string]string{}}
	sc.playbooks = filepath.Join(sc.dir, "playbooks")
	if err := load.WriteBundle(sc.playbooks, bundle); err != nil {
		t.Fatal(err)
	}
	config.Kind, config.Root, config.Dir = brokerKind(), sc.root, sc.dir
	broker, err := cluster.Start(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	sc.broker = broker
	return sc
}

// holdfast runs the operator's tool to its end and returns what it wrote and its exit code.
func (sc *scene) holdfast(args ...string) (string, int) {
	sc.t.Helper()
	return sc.door("holdfast", args...)
}

// door runs one of the binaries to its end.
func (sc *scene) door(name string, args ...string) (string, int) {
	sc.t.Helper()
	ctx, cancel := context.WithTimeout(sc.t.Context(), doorLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(sc.root, "bin", name), args...)
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		sc.t.Fatalf("%s %s still runs after %v: %s", name, strings.Join(args, " "), doorLimit, out)
	}
	if cmd.ProcessState == nil {
		sc.t.Fatalf("run %s: %v (make build)", name, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// publish sends the lines with `holdfast publish`.
func (sc *scene) publish(lines []load.Line) {
	sc.t.Helper()
	path := filepath.Join(sc.dir, "events.jsonl")
	if err := load.WriteLines(path, lines); err != nil {
		sc.t.Fatal(err)
	}
	if out, code := sc.holdfast("publish", "--brokers", sc.broker.Addr(), path); code != 0 {
		sc.t.Fatalf("publish %d lines: exit code %d: %s", len(lines), code, tail(out))
	}
}

// processor starts the processor as an instance with a state folder of its own.
func (sc *scene) processor(instance string, flags ...string) *process.Process {
	sc.t.Helper()
	pr, err := process.Start(process.Spec{
		Path: filepath.Join(sc.root, "bin", "processor"),
		Args: append(sc.processorArgs(instance), flags...),
		Log:  sc.logOf(instance),
	})
	if err != nil {
		sc.t.Fatal(err)
	}
	sc.t.Cleanup(func() {
		pr.Kill()
		if sc.t.Failed() {
			sc.t.Logf("%s wrote:\n%s", instance, tail(pr.Output()))
		}
	})
	return pr
}

// processorArgs are the flags that every processor of the scene has. A static member that is killed and does not come
// back keeps its partitions for the session timeout, and its open transaction holds readers up for the transaction
// timeout: both are short here, in the order that the processor demands.
func (sc *scene) processorArgs(instance string) []string {
	return []string{"--brokers", sc.broker.Addr(), "--registry", sc.broker.RegistryURL(), "--playbooks", sc.playbooks,
		"--state", sc.state(instance), "--group", group, "--instance", instance, "--admin", sc.adminAddr(instance),
		"--session-timeout", "7s", "--transaction-timeout", "5s"}
}

func (sc *scene) state(instance string) string { return filepath.Join(sc.dir, "state-"+instance) }
func (sc *scene) logOf(instance string) string { return filepath.Join(sc.dir, instance+".log") }

// adminAddr is the admin address of an instance; it keeps it over restarts.
func (sc *scene) adminAddr(instance string) string {
	if sc.admin[instance] == "" {
		ports, err := cluster.FreePorts(1)
		if err != nil {
			sc.t.Fatal(err)
		}
		sc.admin[instance] = fmt.Sprintf("127.0.0.1:%d", ports[0])
	}
	return sc.admin[instance]
}

// finish waits until the processor has done its work and left with exit code 0.
func (sc *scene) finish(pr *process.Process) {
	sc.t.Helper()
	code, err := pr.Exit(sc.t.Context(), finishLimit)
	if err != nil {
		sc.stuck(pr)
	}
	if err != nil || code != 0 {
		sc.t.Fatalf("the processor should finish with exit code 0: got %d, %v\n%s", code, err, tail(pr.Output()))
	}
}

// settle waits until no transaction is open on the topics that are read: a reader of committed records stops there.
func (sc *scene) settle() {
	sc.t.Helper()
	err := await.Fact(sc.t.Context(), "the end of open transactions", 90*time.Second, await.Every, func(ctx context.Context) (bool, error) {
		open, err := sc.broker.OpenTransactions(ctx, intents)
		return open == 0, err
	})
	if err != nil {
		sc.t.Fatal(err)
	}
}

// intents are the intents that an independent reader of committed records finds, each once.
func (sc *scene) intents() []read.Record {
	sc.t.Helper()
	sc.settle()
	records, err := read.Kcat(sc.t.Context(), sc.broker.Addr(), intents)
	if err != nil {
		sc.t.Fatal(err)
	}
	return records
}

// ids are the sorted ids of the intents, none twice; of these playbooks, or of all.
func (sc *scene) ids(records []read.Record, playbooks ...string) []string {
	sc.t.Helper()
	var chosen []read.Record
	for _, re := range records {
		if len(playbooks) == 0 || contains(playbooks, re.Playbook()) {
			chosen = append(chosen, re)
		}
	}
	ids, err := read.IDs(chosen)
	if err != nil {
		sc.t.Fatal(err)
	}
	return ids
}

func contains(list []string, word string) bool {
	for _, other := range list {
		if other == word {
			return true
		}
	}
	return false
}

// digest is what `holdfast state digest` says of the subjects, partition by partition, without the sequences: how many
// transactions it took is not part of the result.
func (sc *scene) digest(instances ...string) string {
	sc.t.Helper()
	args := []string{"state", "digest"}
	for _, instance := range instances {
		args = append(args, "--state", sc.state(instance))
	}
	out, code := sc.holdfast(args...)
	if code != 0 {
		sc.t.Fatalf("state digest: exit code %d: %s", code, out)
	}
	return withoutSequence(out)
}

// same fails the test when two sets of ids differ.
func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if diff := read.Diff(got, want); diff != "" {
		t.Errorf("%s: %s", what, diff)
	}
}

// tail is the end of a long text.
func tail(text string) string { return lastLines(logOnly(text), 25) }
