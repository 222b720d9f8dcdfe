package topics

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"holdfast/schemas"
)

// slowCluster is a cluster that does not show new topics in its first answers after they were created.
func slowCluster(t *testing.T, answers int32) (client *kgo.Client, asked *atomic.Int32) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	asked = &atomic.Int32{}
	cluster.ControlKey(int16(kmsg.Metadata), func(req kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		request := req.(*kmsg.MetadataRequest)
		if len(request.Topics) < len(schemas.Topics()) || asked.Add(1) > answers {
			return nil, nil, false
		}
		response := request.ResponseKind().(*kmsg.MetadataResponse)
		for _, topic := range request.Topics {
			hidden := kmsg.NewMetadataResponseTopic()
			hidden.Topic, hidden.ErrorCode = topic.Topic, kerr.UnknownTopicOrPartition.Code
			response.Topics = append(response.Topics, hidden)
		}
		return response, nil, true
	})
	if client, err = kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client, asked
}

// TestCreatedTopicsAreVisible: the command ends when somebody who asks finds all of them.
func TestCreatedTopicsAreVisible(t *testing.T) {
	client, asked := slowCluster(t, 2)
	outcomes, err := Create(t.Context(), client, Plan{Names: schemas.DefaultTopicNames(), Partitions: 2})
	if err != nil || len(outcomes) != len(schemas.Topics()) {
		t.Fatalf("%d topics, %v", len(outcomes), err)
	}
	if n := asked.Load(); n != 3 {
		t.Errorf("looked %d times, want 3: two answers hide the topics", n)
	}
}

// TestTheWaitForTopicsEnds with the command.
func TestTheWaitForTopicsEnds(t *testing.T) {
	client, _ := slowCluster(t, 1_000_000)
	ctx, stop := context.WithCancel(t.Context())
	outcomes := []Outcome{{Topic: schemas.Topics()[0], Partitions: 1}}
	stop()
	if err := awaitVisible(ctx, client, outcomes); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
