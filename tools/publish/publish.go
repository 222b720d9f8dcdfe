// Package publish writes events from lines of JSON to the input topics: each is read with the decoder that the
// processor uses, keyed by its account and sent by an idempotent producer. A wrong line is named and the others go on.
package publish

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas"
	"holdfast/schemas/avro"
	"holdfast/tools/cli"
	"holdfast/tools/jsonl"
)

// flushTimeout bounds the wait for what is under way when publishing is interrupted.
const flushTimeout = 10 * time.Second

// Options says how lines become records. Client must have been made with ClientOptions.
type Options struct {
	Client *kgo.Client
	Names  schemas.TopicNames
	Topic  string           // of lines without kafka_topic; "" = each must name its own
	Now    func() time.Time // the timestamp of a record, and the time of an event that has none
	// Wrong is told of each line that is not published, one call at a time.
	Wrong func(number int64, reason string)
	// Progress is told how far the text is read, after every line. Nil = nobody asks.
	Progress func(bytes, published int64)
}

// Report counts what became of the lines.
type Report struct {
	Published, Wrong int64
	LastLine         int64            // read
	Topics           map[string]int64 // events by topic
}

// ClientOptions are the options of a client that publishes: every replica has it, nothing doubled by a retry, and the
// partition of an account is that of schemas.PartitionOf (murmur2, as the Java client has it by default).
func ClientOptions() []kgo.Opt {
	return []kgo.Opt{
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)),
		kgo.RecordDeliveryTimeout(30 * time.Second),
		kgo.ProducerLinger(5 * time.Millisecond),
		kgo.MaxBufferedRecords(50_000),
	}
}

// publisher is one run.
type publisher struct {
	opts    Options
	decoder avro.Decoder
	event   schemas.Event
	topics  map[string]error // by name: nil, or why nothing can be published there

	mu     sync.Mutex // guards the rest: promises come from the client's goroutine
	report Report
	fatal  error // the first failure that is not a line's own
}

// Run publishes every line of in. It returns when each is on the brokers or given up; the error is for what ends
// everything (the brokers are gone, ctx is done), never for a wrong line.
func Run(ctx context.Context, in io.Reader, opts Options) (Report, error) {
	decoder, err := avro.NewDecoder(avro.DecoderOptions{})
	if err != nil {
		return Report{}, fmt.Errorf("make the decoder: %w", err)
	}
	pb := &publisher{opts: opts, decoder: decoder, report: Report{Topics: map[string]int64{}}}
	if err := pb.findTopics(ctx); err != nil {
		return pb.report, err
	}
	err = pb.readAll(ctx, in)
	// What is under way gets its answer even when the reading was interrupted: the counts must be true.
	flushCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	if err != nil {
		flushCtx, cancel = context.WithTimeout(context.WithoutCancel(ctx), flushTimeout)
	}
	defer cancel()
	if flushErr := opts.Client.Flush(flushCtx); flushErr != nil {
		err = errors.Join(err, fmt.Errorf("wait for the brokers' answers: %w", flushErr))
	}
	pb.mu.Lock()
	defer pb.mu.Unlock()
	return pb.report, errors.Join(err, pb.fatal)
}

// findTopics learns what can be published to, so that a line for another topic is told so at once.
func (pb *publisher) findTopics(ctx context.Context) error {
	there, err := kadm.NewClient(pb.opts.Client).ListTopics(ctx)
	if err != nil {
		return fmt.Errorf("read the cluster's topics: %w", err)
	}
	pb.topics = map[string]error{}
	for _, topic := range pb.opts.Names.Topics() {
		if topic.Input == schemas.KindNone {
			continue
		}
		pb.topics[topic.Name] = nil
		if !there.Has(topic.Name) {
			pb.topics[topic.Name] = fmt.Errorf("topic %s is not there: make it with `holdfast topics create`", topic.Name)
		}
	}
	return nil
}

func (pb *publisher) readAll(ctx context.Context, in io.Reader) error {
	text := jsonl.NewLines(in)
	for {
		if err := pb.stopped(ctx); err != nil {
			return err
		}
		raw, err := text.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read line %d: %w", text.Number+1, err)
		}
		pb.one(ctx, text, raw)
	}
}

// stopped says why no further line is to be read.
func (pb *publisher) stopped(ctx context.Context) error {
	pb.mu.Lock()
	defer pb.mu.Unlock()
	if pb.fatal != nil {
		return fmt.Errorf("stopped after line %d", pb.report.LastLine)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("interrupted after line %d: %w", pb.report.LastLine, err)
	}
	return nil
}

func (pb *publisher) one(ctx context.Context, text *jsonl.Lines, raw []byte) {
	number := text.Number
	record, err := pb.record(text, raw)
	if err != nil {
		pb.wrong(number, err.Error())
	} else if record != nil {
		pb.opts.Client.Produce(context.WithoutCancel(ctx), record, func(record *kgo.Record, err error) { pb.answered(number, record, err) })
	}
	pb.mu.Lock()
	pb.report.LastLine = number
	published := pb.report.Published
	pb.mu.Unlock()
	if pb.opts.Progress != nil {
		pb.opts.Progress(text.Bytes, published)
	}
}

// record makes the record of a line; nil for an empty one.
func (pb *publisher) record(text *jsonl.Lines, raw []byte) (*kgo.Record, error) {
	if text.TooLong {
		return nil, fmt.Errorf("longer than %d bytes, which brokers refuse", jsonl.MaxLineBytes)
	}
	if len(raw) == 0 {
		return nil, nil
	}
	ln, err := jsonl.Parse(raw)
	if err != nil {
		return nil, err
	}
	if ln.Topic == "" {
		ln.Topic = pb.opts.Topic
	}
	if err := pb.checkTopic(ln.Topic); err != nil {
		return nil, err
	}
	return pb.decode(ln)
}

func (pb *publisher) checkTopic(topic string) error {
	if topic == "" {
		return fmt.Errorf("no %s: add one to the line, or give all such lines one with --topic %s", jsonl.TopicField, pb.opts.Names.UserActions)
	}
	reason, known := pb.topics[topic]
	if !known {
		return cli.NoInput("topic "+topic, pb.opts.Names)
	}
	return reason
}

// decode sees that the processor will read the event, and takes the account from what it reads.
func (pb *publisher) decode(ln jsonl.Line) (*kgo.Record, error) {
	now := pb.opts.Now()
	input := avro.Record{Topic: ln.Topic, Kind: pb.opts.Names.InputKind(ln.Topic), Timestamp: now.UnixMilli(), Value: ln.Value}
	record := &kgo.Record{Topic: ln.Topic, Timestamp: now}
	if ln.Structured {
		header := schemas.Header{Key: "content-type", Value: []byte("application/cloudevents+json")}
		input.Headers = []schemas.Header{header}
		record.Headers = []kgo.RecordHeader{{Key: header.Key, Value: header.Value}}
	}
	if err := pb.decoder.Decode(&input, &pb.event); err != nil {
		return nil, reason(err)
	}
	record.Key = []byte(pb.event.Account)
	// The line's buffer is reused, and the client keeps the value until it is sent.
	record.Value = append([]byte(nil), ln.Value...)
	return record, nil
}

// reason drops the stage and code of a decoder's error: they are for alerts, a person needs the sentence.
func reason(err error) error {
	var decode *avro.DecodeError
	if errors.As(err, &decode) {
		return errors.New(decode.Text)
	}
	return err
}

// answered takes the brokers' answer to one record.
func (pb *publisher) answered(number int64, record *kgo.Record, err error) {
	if errors.Is(err, kerr.MessageTooLarge) {
		pb.wrong(number, fmt.Sprintf("topic %s refuses it as too large", record.Topic))
		return
	}
	pb.mu.Lock()
	defer pb.mu.Unlock()
	if err == nil {
		pb.report.Published++
		pb.report.Topics[record.Topic]++
	} else if pb.fatal == nil {
		pb.fatal = fmt.Errorf("publish line %d to %s: %w", number, record.Topic, err)
	}
}

func (pb *publisher) wrong(number int64, reason string) {
	pb.mu.Lock()
	defer pb.mu.Unlock()
	pb.report.Wrong++
	pb.opts.Wrong(number, reason)
}
