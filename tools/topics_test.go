package tools_test

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"

	"holdfast/schemas"
	"holdfast/tools/cli"
)

func TestTopicsAreMadeOnce(t *testing.T) {
	bro := startTopics(t)
	run(t, "topics", "create", "--brokers", bro.KafkaAddr()).want(t, cli.ExitOK, "0 topics created, 15 were there already", "")
	admin := kadm.NewClient(newClient(t, bro))
	found, err := admin.ListTopics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range schemas.Topics() {
		want := 4
		if topic.OnePartition {
			want = 1
		}
		if got := len(found[topic.Name].Partitions); got != want {
			t.Errorf("%s has %d partitions, want %d", topic.Name, got, want)
		}
		configs, err := admin.DescribeTopicConfigs(t.Context(), topic.Name)
		if err != nil {
			t.Fatal(err)
		}
		if got := valueOf(configs, "cleanup.policy"); got != topic.Cleanup() {
			t.Errorf("%s is cleaned by %q, want %q", topic.Name, got, topic.Cleanup())
		}
	}
}

func valueOf(configs kadm.ResourceConfigs, key string) string {
	for _, config := range configs[0].Configs {
		if config.Key == key {
			return config.MaybeValue()
		}
	}
	return ""
}

func TestMissingTopicsAreMadeBesideThoseThatExist(t *testing.T) {
	bro := startBroker(t)
	if _, err := kadm.NewClient(newClient(t, bro)).CreateTopic(t.Context(), 2, 1, nil, "telemetry.billing"); err != nil {
		t.Fatal(err)
	}
	run(t, "topics", "create", "--brokers", bro.KafkaAddr(), "--partitions", "2").want(t, cli.ExitOK, "14 topics created, 1 were there already", "")
}

func TestAnotherPartitionCountIsRefusedBeforeAnythingIsMade(t *testing.T) {
	bro := startBroker(t)
	admin := kadm.NewClient(newClient(t, bro))
	if _, err := admin.CreateTopic(t.Context(), 2, 1, nil, "telemetry.billing"); err != nil {
		t.Fatal(err)
	}
	run(t, "topics", "create", "--brokers", bro.KafkaAddr()).want(t, cli.ExitFailure, "",
		"holdfast: these topics exist with another partition count than 4, and all need the same: telemetry.billing has 2; use --partitions 2, or delete them first\n")
	if found, err := admin.ListTopics(t.Context()); err != nil || len(found) != 1 {
		t.Errorf("topics afterwards: %v, %v", found.Names(), err)
	}
}

func TestTopicsMayHaveOtherNames(t *testing.T) {
	bro := startBroker(t)
	run(t, "topics", "create", "--brokers", bro.KafkaAddr(), "--name", "intents=acme.out", "--name", "user_actions=acme.in").
		want(t, cli.ExitOK, "acme.out", "")
	found, err := kadm.NewClient(newClient(t, bro)).ListTopics(t.Context())
	if err != nil || !found.Has("acme.out") || !found.Has("acme.in") || found.Has("holdfast.intents") {
		t.Errorf("topics: %v, %v", found.Names(), err)
	}
}

// One address of several is enough; the error for none names them all.
func TestNoBrokerAnswers(t *testing.T) {
	bro := startBroker(t)
	free := freeAddr(t)
	for _, args := range [][]string{{"topics", "create", "--brokers"}, {"publish", "-", "--brokers"}, {"tail", "intents", "--brokers"}} {
		run(t, append(args, free)...).want(t, cli.ExitFailure, "",
			"holdfast: cannot reach Kafka at "+free+": connection refused; is it running? try `holdfast broker --dir DIR`\n")
	}
	run(t, "topics", "create", "--brokers", free+","+bro.KafkaAddr()).want(t, cli.ExitOK, "15 topics created", "")
}
