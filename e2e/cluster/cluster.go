// Package cluster runs a broker as a child process, either the embedded one of this project or an Apache Kafka, and
// asks it for facts: which offsets a group has committed, where a topic ends.
package cluster

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/e2e/await"
	"holdfast/e2e/process"
)

// Kind says which broker.
type Kind string

// The brokers a suite can run on.
const (
	Embedded Kind = "embedded" // bin/holdfast broker
	Apache   Kind = "kafka"    // scripts/kafka
)

// startLimit is how long a broker may take to answer; a JVM on a loaded machine needs most of it.
const startLimit = 90 * time.Second

// Config says what to start.
type Config struct {
	Kind Kind
	Root string // the repository: bin/ and scripts/ lie here
	Dir  string // data and log of the broker
	// Unsynced lets the embedded broker leave flushing to the operating system: still safe against kill -9, several times
	// faster for transactions of one record.
	Unsynced bool
}

// Broker is one broker that can be killed and started again on its data, and a schema registry.
type Broker struct {
	config   Config
	addr     string
	registry string           // host:port
	spare    string           // on Apache Kafka: where the embedded broker listens that only serves the registry
	beside   *process.Process // that one
	running  *process.Process
	client   *kadm.Client
}

// Start starts a broker on free ports and waits until it answers.
func Start(ctx context.Context, config Config) (*Broker, error) {
	ports, err := FreePorts(3)
	if err != nil {
		return nil, err
	}
	br := &Broker{config: config, addr: loopback(ports[0]), registry: loopback(ports[1]), spare: loopback(ports[2])}
	if config.Kind != Embedded && config.Kind != Apache {
		return nil, fmt.Errorf("broker %q is not known: BROKER is embedded or kafka", config.Kind)
	}
	if config.Kind == Apache {
		if err := br.prepareApache(); err != nil {
			return nil, err
		}
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(br.addr), kgo.RetryTimeout(2*time.Second))
	if err != nil {
		return nil, fmt.Errorf("make client: %w", err)
	}
	br.client = kadm.NewClient(client)
	if err := br.Restart(ctx); err != nil {
		br.Close()
		return nil, err
	}
	return br, nil
}

// prepareApache finds Apache Kafka its two ports and starts the registry, which it does not have.
func (br *Broker) prepareApache() error {
	port, err := freePair()
	if err != nil {
		return err
	}
	br.addr = loopback(port)
	br.beside, err = process.Start(process.Spec{
		Path: filepath.Join(br.config.Root, "bin", "holdfast"),
		Args: []string{"broker", "--dir", filepath.Join(br.config.Dir, "registry"), "--kafka", br.spare, "--registry", br.registry},
		Log:  filepath.Join(br.config.Dir, "registry.out"),
	})
	return err
}

// Addr is the bootstrap address.
func (br *Broker) Addr() string { return br.addr }

// RegistryURL is the registry's address.
func (br *Broker) RegistryURL() string { return "http://" + br.registry }

// Log is the file that takes what the broker writes.
func (br *Broker) Log() string { return filepath.Join(br.config.Dir, "broker.out") }

// Tail is the end of what the broker wrote, over all its starts.
func (br *Broker) Tail() string {
	text, err := os.ReadFile(br.Log())
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-tailLines):], "\n")
}

const tailLines = 12

// Restart starts the broker on its data, after Kill or Stop, and waits until it answers.
func (br *Broker) Restart(ctx context.Context) error {
	running, err := process.Start(br.spec())
	if err != nil {
		return err
	}
	br.running = running
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	return await.Fact(ctx, "the broker at "+br.addr, startLimit, await.Every, func(ctx context.Context) (bool, error) {
		if !running.Running() {
			giveUp()
			return false, fmt.Errorf("it ended by itself: %s", br.Tail())
		}
		if _, err := br.client.ListTopics(ctx); err != nil {
			return false, err
		}
		return br.registryAnswers(ctx)
	})
}

func (br *Broker) registryAnswers(ctx context.Context) (bool, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, br.RegistryURL()+"/subjects", nil)
	if err != nil {
		return false, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false, fmt.Errorf("ask the registry: %w", err)
	}
	return response.StatusCode == http.StatusOK, response.Body.Close()
}

func (br *Broker) spec() process.Spec {
	data := filepath.Join(br.config.Dir, "broker")
	if br.config.Kind == Apache {
		_, port, _ := net.SplitHostPort(br.addr)
		return process.Spec{Path: filepath.Join(br.config.Root, "scripts", "kafka"), Args: []string{"serve", data, port}, Log: br.Log()}
	}
	args := []string{"broker", "--dir", data, "--kafka", br.addr, "--registry", br.registry}
	if br.config.Unsynced {
		args = append(args, "--unsynced")
	}
	return process.Spec{Path: filepath.Join(br.config.Root, "bin", "holdfast"), Args: args, Log: br.Log()}
}

// Kill is kill -9 of the broker.
func (br *Broker) Kill() { br.running.Kill() }

// Close ends the broker for good.
func (br *Broker) Close() {
	br.client.Close()
	if br.running != nil {
		br.running.Kill()
	}
	if br.beside != nil {
		br.beside.Kill()
	}
}

// The ports that are drawn lie below those that the system gives to connections that go out: one of those could have the
// port of a killed broker when it comes back, or a client that dials it again and again could meet itself there.
const (
	lowestPort  = 12_000
	highestPort = 32_000
	portTries   = 1000
)

// FreePorts finds loopback ports that nobody listens on.
func FreePorts(count int) ([]int, error) {
	var ports []int
	for range portTries {
		if len(ports) == count {
			return ports, nil
		}
		listener, err := net.Listen("tcp", loopback(lowestPort+rand.IntN(highestPort-lowestPort)))
		if err != nil {
			continue
		}
		defer listener.Close() // all are held until the last is found, so none is found twice
		ports = append(ports, listener.Addr().(*net.TCPAddr).Port)
	}
	return nil, fmt.Errorf("find %d free ports: %d in %d tries", count, len(ports), portTries)
}

// freePair finds two free ports in a row: Apache Kafka's controller listens on the one after the broker's.
func freePair() (int, error) {
	for range 100 {
		ports, err := FreePorts(1)
		if err != nil {
			return 0, err
		}
		next, err := net.Listen("tcp", loopback(ports[0]+1))
		if err == nil {
			return ports[0], next.Close()
		}
	}
	return 0, fmt.Errorf("find two free ports in a row: none in 100 tries")
}

func loopback(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
