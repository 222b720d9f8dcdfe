package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/broker/registry"
	"holdfast/processor"
	"holdfast/schemas"
)

// run prepares topics, registry and folders, runs the processor to the end of the input and prints the result.
func run(ctx context.Context, se settings) error {
	dir, err := os.MkdirTemp("", "holdfast-peers-")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	defer os.RemoveAll(dir)
	names := topicNames(se)
	if err := createTopics(ctx, se, names); err != nil {
		return err
	}
	url, closeRegistry, err := serveRegistry()
	if err != nil {
		return err
	}
	defer closeRegistry()
	admin, err := freeAddress()
	if err != nil {
		return err
	}
	args, err := writeConfig(dir, se, names, url, admin)
	if err != nil {
		return err
	}
	watch := newWatch(admin, se)
	watching, done := context.WithCancel(ctx)
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		watch.follow(watching)
	}()
	code := processor.Main(ctx, args, nil, io.Discard, os.Stderr)
	done()
	<-finished
	if code != 0 {
		return fmt.Errorf("the processor ended with code %d", code)
	}
	return watch.print(ctx, names)
}

// topicNames are those of the flags; all others carry the group's name, so that the comparison deletes them.
func topicNames(se settings) schemas.TopicNames {
	own := func(name string) string { return se.group + "-" + name }
	return schemas.TopicNames{
		UserActions: se.topic, Intents: se.intents, Changelog: se.changelog,
		Billing: own("billing"), Support: own("support"), Profiles: own("profiles"), Receipts: own("receipts"), Events: own("events"),
		Decisions: own("decisions"), Signals: own("signals"), DeadLetters: own("dead-letters"), Manifest: own("manifest"),
		Bundles: own("bundles"), Control: own("control"), Links: own("links"),
	}
}

// createTopics makes what is not there, with the partitions of the input.
func createTopics(ctx context.Context, se settings, names schemas.TopicNames) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(se.brokers))
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	there, err := admin.ListTopics(ctx)
	if err != nil {
		return fmt.Errorf("list topics: %w", err)
	}
	partitions := int32(len(there[se.topic].Partitions))
	if partitions == 0 {
		return fmt.Errorf("topic %s is not there", se.topic)
	}
	for _, topic := range names.Topics() {
		if there.Has(topic.Name) {
			continue
		}
		count := partitions
		if topic.OnePartition {
			count = 1
		}
		config := map[string]*string{}
		for _, setting := range topic.Config {
			config[setting.Key] = &setting.Value
		}
		if _, err := admin.CreateTopic(ctx, count, 1, config, topic.Name); err != nil && !errors.Is(err, kerr.TopicAlreadyExists) { // just made
			return fmt.Errorf("create topic %s: %w", topic.Name, err)
		}
	}
	return nil
}

// inputSchemaID is the one that the load names in every record.
const inputSchemaID = 7

// serveRegistry answers for the schema of the load and takes those of the outputs. Ids are given out in order, so those
// below the load's go to schemas that nobody uses.
func serveRegistry() (url string, closeAll func(), err error) {
	store := registry.NewStore()
	for id := 1; id < inputSchemaID; id++ {
		if _, err := store.Register(fmt.Sprintf("unused-%d", id), "AVRO", fmt.Sprintf(`{"type":"fixed","name":"Unused%d","size":%d}`, id, id)); err != nil {
			return "", nil, fmt.Errorf("register: %w", err)
		}
	}
	text, err := os.ReadFile(filepath.Join(sharedPeers(), "kafka-streams", "src", "main", "avro", "UserAction.avsc"))
	if err != nil {
		return "", nil, fmt.Errorf("read the schema of the load: %w", err)
	}
	if _, err := store.Register("user-actions-value", "AVRO", string(text)); err != nil {
		return "", nil, fmt.Errorf("register the schema of the load: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("listen: %w", err)
	}
	server := &http.Server{Handler: registry.NewHandler(store)}
	go func() { _ = server.Serve(listener) }()
	return "http://" + listener.Addr().String(), func() { _ = server.Close() }, nil
}

// sharedPeers is the folder of the comparison: $PEERS_DIR, else beside the repository.
func sharedPeers() string {
	if dir := os.Getenv("PEERS_DIR"); dir != "" {
		return dir
	}
	return filepath.Join("..", "shared", "peers")
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a port: %w", err)
	}
	return listener.Addr().String(), listener.Close()
}

// writeConfig writes the bundle and the configuration of the processor, and gives its arguments.
func writeConfig(dir string, se settings, names schemas.TopicNames, registryURL, admin string) ([]string, error) {
	playbooks := filepath.Join(dir, "playbooks")
	config := fmt.Sprintf("duplicates: keep\ncompression: none\ncache_bytes: 1073741824\ntopics:\n  user_actions: %s\n  billing: %s\n  support: %s\n  profiles: %s\n  receipts: %s\n  events: %s\n  intents: %s\n  decisions: %s\n"+
		"  signals: %s\n  dead_letters: %s\n  changelog: %s\n  manifest: %s\n  bundles: %s\n  control: %s\n  links: %s\n",
		names.UserActions, names.Billing, names.Support, names.Profiles, names.Receipts, names.Events, names.Intents, names.Decisions,
		names.Signals, names.DeadLetters, names.Changelog, names.Manifest, names.Bundles, names.Control, names.Links)
	err := errors.Join(os.MkdirAll(playbooks, 0o700), os.WriteFile(filepath.Join(playbooks, "bundle.yaml"), bundle, 0o600),
		os.WriteFile(filepath.Join(dir, "processor.yaml"), []byte(config), 0o600))
	if err != nil {
		return nil, fmt.Errorf("write the configuration: %w", err)
	}
	return strings.Fields(fmt.Sprintf("--config %s --brokers %s --registry %s --playbooks %s --state %s --clock event --exit-when-done --lanes 1 --commit-interval %s --admin %s --log-level warn --group %s --app %s",
		filepath.Join(dir, "processor.yaml"), se.brokers, registryURL, playbooks, filepath.Join(dir, "state"), se.interval, admin, se.group, se.group)), nil
}
