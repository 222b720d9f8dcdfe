package processor

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// reply is what a control of the broker does with a request: see kfake's ControlKey.
type reply struct {
	response kmsg.Response
	err      error // closes the connection
	handled  bool
}

// pass lets the broker answer as ever.
var pass = reply{}

// control looks at every request of a key, in the broker; it stays until the end of the test.
func (wo *world) control(key kmsg.Key, judge func(kmsg.Request) reply) {
	cluster := wo.broker.Cluster()
	cluster.ControlKey(int16(key), func(req kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		re := judge(req)
		return re.response, re.err, re.handled
	})
}

// hold lets a request wait in the broker until release is closed; other connections go on.
func (wo *world) hold(release <-chan struct{}) {
	wo.broker.Cluster().SleepControl(func() {
		select {
		case <-release:
		case <-wo.ctx.Done():
		}
	})
}

// endTxns counts the requests that end transactions.
type endTxns struct{ commits, aborts atomic.Int64 }

// watchEndTxn counts how transactions end. An empty transaction ends without a request.
func (wo *world) watchEndTxn() *endTxns {
	et := &endTxns{}
	wo.control(kmsg.EndTxn, func(req kmsg.Request) reply {
		if req.(*kmsg.EndTxnRequest).Commit {
			et.commits.Add(1)
		} else {
			et.aborts.Add(1)
		}
		return pass
	})
	return et
}

// requests counts the requests of a key.
func (wo *world) requests(key kmsg.Key) *atomic.Int64 {
	var count atomic.Int64
	wo.control(key, func(kmsg.Request) reply {
		count.Add(1)
		return pass
	})
	return &count
}

// commitsSeen is the offset commits of all transactions, as the broker got them.
type commitsSeen struct {
	mu       sync.Mutex
	requests []*kmsg.TxnOffsetCommitRequest
}

func (wo *world) watchOffsetCommits() *commitsSeen {
	cs := &commitsSeen{}
	wo.control(kmsg.TxnOffsetCommit, func(req kmsg.Request) reply {
		cs.mu.Lock()
		defer cs.mu.Unlock()
		copied := *req.(*kmsg.TxnOffsetCommitRequest)
		cs.requests = append(cs.requests, &copied)
		return pass
	})
	return cs
}

func (cs *commitsSeen) all() []*kmsg.TxnOffsetCommitRequest {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return append([]*kmsg.TxnOffsetCommitRequest(nil), cs.requests...)
}

// late is a request to end a transaction that is sent by hand: the one of a process that was lost on its way.
func (wo *world) late(of *kmsg.EndTxnRequest) *kmsg.EndTxnRequest {
	req := kmsg.NewPtrEndTxnRequest()
	req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Commit = of.TransactionalID, of.ProducerID, of.ProducerEpoch, of.Commit
	return req
}

// deliver sends a late request and returns the broker's error code.
func (wo *world) deliver(req *kmsg.EndTxnRequest) int16 {
	client, err := kgo.NewClient(kgo.SeedBrokers(wo.broker.KafkaAddr()))
	if err != nil {
		wo.t.Errorf("create client: %v", err)
		return -1
	}
	defer client.Close()
	resp, err := req.RequestWith(wo.ctx, client)
	if err != nil {
		wo.t.Errorf("deliver a late EndTxn: %v", err)
		return -1
	}
	return resp.ErrorCode
}

// openTransaction opens a transaction on a topic that stays open until the returned client ends it: everything behind it
// is invisible to readers of committed records.
func (wo *world) openTransaction(topic string, partition int32, id string) *kgo.Client {
	wo.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(wo.broker.KafkaAddr()), kgo.TransactionalID(id), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		wo.t.Fatal(err)
	}
	wo.t.Cleanup(client.Close)
	if err := client.BeginTransaction(); err != nil {
		wo.t.Fatal(err)
	}
	if err := client.ProduceSync(wo.ctx, &kgo.Record{Topic: topic, Partition: partition, Key: []byte("foreign"), Value: []byte("foreign")}).FirstErr(); err != nil {
		wo.t.Fatal(err)
	}
	return client
}

// end ends such a transaction.
func (wo *world) end(client *kgo.Client, how kgo.TransactionEndTry) {
	wo.t.Helper()
	if err := client.EndTransaction(context.WithoutCancel(wo.ctx), how); err != nil {
		wo.t.Fatal(err)
	}
}
