package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/broker"
	"holdfast/schemas"
	"holdfast/tools/kafka"
	"holdfast/tools/publish"
	"holdfast/tools/topics"
)

// Options says what to show.
type Options struct {
	Seed      uint64
	Accounts  int
	Keep      bool
	Out       string            // directory of the page and of what is kept
	Processor string            // path of the real binary
	Bundle    fs.FS             // the playbooks
	Titles    map[string]string // their own words for themselves, by name
	Progress  io.Writer         // where bars and plain lines go
	Now       func() time.Time  // stamps the records and measures the run
}

// stage is where the show takes place, and what it has come to know.
type stage struct {
	opts   Options
	dir    string // of everything that the run writes but the page
	bu     *Business
	broker *broker.Broker
	client *kgo.Client
	show   *show

	publishSeconds float64
	runs           []Life
	progress       []Sample
	killedAt       int64
}

// Run is the show in its acts: the business, the broker, publishing, the first run and its kill, the second run, the
// count. Whatever happens, nothing that it started is left running, and without --keep no file but the page is left.
func Run(ctx context.Context, opts Options) (re *Report, err error) {
	sg := &stage{opts: opts, bu: Simulate(opts.Seed, opts.Accounts), show: newShow(opts.Progress)}
	if opts.Now().UnixMilli() < sg.bu.End {
		return nil, fmt.Errorf("this machine's clock says %s, but the business plays until %s and events of the future are not believed: set the clock",
			dateOf(opts.Now().UnixMilli()), dateOf(sg.bu.End))
	}
	if err := sg.makeDir(); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, sg.clear()) }()
	defer sg.show.close()
	out, err := sg.play(ctx)
	if err != nil {
		return nil, err
	}
	return sg.report(out)
}

func (sg *stage) play(ctx context.Context) (out *Output, err error) {
	sg.broker, err = broker.Start(ctx, broker.Config{
		Dir: filepath.Join(sg.dir, "broker"), KafkaAddr: "127.0.0.1:0", RegistryAddr: "127.0.0.1:0", Unsynced: true,
	})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, sg.broker.Close()) }()
	if err := sg.createTopics(ctx); err != nil {
		return nil, err
	}
	sg.client, err = kafka.Dial(ctx, []string{sg.broker.KafkaAddr()}, publish.ClientOptions()...)
	if err != nil {
		return nil, err
	}
	defer sg.client.Close()
	if err := sg.publish(ctx); err != nil {
		return nil, err
	}
	if err := sg.process(ctx); err != nil {
		return nil, err
	}
	return sg.read(ctx)
}

// makeDir makes a scratch directory, or the one to be kept.
func (sg *stage) makeDir() (err error) {
	if !sg.opts.Keep {
		if sg.dir, err = os.MkdirTemp("", "holdfast-demo-"); err != nil {
			return fmt.Errorf("make a scratch directory: %w", err)
		}
		return nil
	}
	sg.dir = filepath.Join(sg.opts.Out, "data")
	if _, err := os.Stat(sg.dir); err == nil {
		return fmt.Errorf("%s is there already, from an earlier demo --keep: remove it, or name another directory with --out", sg.dir)
	}
	if err := os.MkdirAll(sg.dir, 0o755); err != nil {
		return fmt.Errorf("make the directory to keep: %w", err)
	}
	return nil
}

// clear removes what is not kept.
func (sg *stage) clear() error {
	if sg.opts.Keep {
		return nil
	}
	if err := os.RemoveAll(sg.dir); err != nil {
		return fmt.Errorf("remove the scratch directory: %w", err)
	}
	return nil
}

// createTopics is `holdfast topics create`. It has a client of its own: one remembers for a while what was not there.
func (sg *stage) createTopics(ctx context.Context) error {
	client, err := kafka.Dial(ctx, []string{sg.broker.KafkaAddr()})
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = topics.Create(ctx, client, topics.Plan{Names: schemas.DefaultTopicNames(), Partitions: topics.DefaultPartitions})
	return err
}

// publish is `holdfast publish`: the same code, the same decoder, the same producer.
func (sg *stage) publish(ctx context.Context) error {
	lines, err := sg.writeBusiness()
	if err != nil {
		return err
	}
	defer lines.Close()
	begun := sg.opts.Now()
	bar := sg.show.begin("publishing", int64(sg.bu.Records()))
	var refused error
	report, err := publish.Run(ctx, lines, publish.Options{
		Client: sg.client, Names: schemas.DefaultTopicNames(), Now: sg.opts.Now,
		Progress: func(_, published int64) { bar.set(published) },
		Wrong: func(number int64, reason string) {
			if refused == nil { // one suffices: the business is ours
				refused = fmt.Errorf("line %d of the business: %s", number, reason)
			}
		},
	})
	if err = errors.Join(err, refused); err != nil {
		return fmt.Errorf("publish the business: %w", err)
	}
	bar.set(report.Published)
	sg.publishSeconds = sg.opts.Now().Sub(begun).Seconds()
	return nil
}

// writeBusiness leaves the events as a file of lines, to publish them and, with --keep, to look at.
func (sg *stage) writeBusiness() (*os.File, error) {
	file, err := os.Create(filepath.Join(sg.dir, "business.jsonl"))
	if err != nil {
		return nil, fmt.Errorf("write the business: %w", err)
	}
	if err := sg.bu.WriteJSONL(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, errors.Join(fmt.Errorf("go back to the first event: %w", err), file.Close())
	}
	return file, nil
}

// report puts everything together and writes the page.
func (sg *stage) report(out *Output) (*Report, error) {
	re := newReport(sg.bu, out, sg.opts.Titles)
	re.Partitions, re.PublishSeconds = topics.DefaultPartitions, sg.publishSeconds
	re.Runs, re.Progress, re.KilledAt = sg.runs, sg.progress, sg.killedAt
	if sg.opts.Keep {
		re.Dir = sg.dir
	}
	re.PagePath = filepath.Join(sg.opts.Out, "index.html")
	return re, sg.writePage(re)
}

func (sg *stage) writePage(re *Report) error {
	if err := os.MkdirAll(sg.opts.Out, 0o755); err != nil {
		return fmt.Errorf("make the directory of the page: %w", err)
	}
	file, err := os.Create(re.PagePath)
	if err != nil {
		return fmt.Errorf("make the page: %w", err)
	}
	return errors.Join(re.WritePage(file), file.Close())
}
