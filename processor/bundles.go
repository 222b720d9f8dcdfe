package processor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"holdfast/topology/playbook"
)

// holdfast.bundles has the text of every bundle that ever ran, under its hash: an audit can run it again, and the next
// bundle knows what it changes. The text is there before the first transaction that names it.

// bundleText is the value of a record of holdfast.bundles, as JSON. The hash is over the files as they are here.
type bundleText struct {
	Name     string       `json:"name"`
	Revision int64        `json:"revision"`
	Files    []bundleFile `json:"files"` // in name order
}

type bundleFile struct {
	Name string `json:"name"`
	Text string `json:"text"` // UTF-8, which a bundle's files are
}

func textOf(bundle *playbook.Bundle) ([]byte, error) {
	text := bundleText{Name: bundle.Name, Revision: bundle.Revision}
	for _, file := range bundle.Files {
		text.Files = append(text.Files, bundleFile{Name: file.Name, Text: string(file.Text)})
	}
	return json.Marshal(text)
}

// keepBundle writes the text of the bundle, once.
func (pr *Processor) keepBundle(ctx context.Context) error {
	var err error
	if pr.bundles, err = pr.readBundles(ctx); err != nil {
		return err
	}
	if _, kept := pr.bundles[pr.bundle.Hash]; kept {
		return nil
	}
	text, err := textOf(pr.bundle)
	if err != nil {
		return fmt.Errorf("encode the bundle: %w", err)
	}
	topic := pr.config.Topics.Bundles
	client, err := kgo.NewClient(append(pr.clientOpts(), kgo.ProducerBatchMaxBytes(maxBatchBytes-batchOverhead), kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	if err != nil {
		return fmt.Errorf("create Kafka client: %w", err)
	}
	defer client.Close()
	record := &kgo.Record{Topic: topic, Key: []byte(pr.bundle.Hash), Value: text}
	if err := client.ProduceSync(ctx, record).FirstErr(); err != nil {
		return fmt.Errorf("write the bundle (%d bytes) to %s: %w", len(text), topic, err)
	}
	pr.log.Info("the bundle is kept", zap.String("topic", topic), zap.String("hash", pr.bundle.Hash))
	return nil
}

// readBundles reads the topic to its end: bundle texts by hash. It is read once per start; bundles are few.
func (pr *Processor) readBundles(ctx context.Context) (map[string][]byte, error) {
	topic, kept := pr.config.Topics.Bundles, map[string][]byte{}
	next, end, err := pr.bounds(ctx, pr.config.Topics.Bundles, 0)
	if err != nil || next >= end {
		return kept, err
	}
	reader, err := kgo.NewClient(append(pr.clientOpts(), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().At(next)}}),
		kgo.FetchMaxPartitionBytes(maxBatchBytes))...)
	if err != nil {
		return nil, fmt.Errorf("create reader of %s: %w", topic, err)
	}
	defer reader.Close()
	ctx, cancel := context.WithTimeout(ctx, pr.config.RestoreDeadline)
	defer cancel()
	for next < end { // the newest record of a log is never compacted away
		fetches := reader.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return nil, fmt.Errorf("read %s at offset %d of %d: %w", topic, next, end, err)
		}
		fetches.EachRecord(func(rec *kgo.Record) {
			kept[string(rec.Key)] = rec.Value
			next = rec.Offset + 1
		})
	}
	return kept, nil
}

// bundleOf is the bundle that wrote some state, as it was then; nil if its text is not kept, or this program cannot read
// it any more.
func (pr *Processor) bundleOf(hash string) *playbook.Bundle {
	if hash == pr.bundle.Hash {
		return pr.bundle
	}
	pr.oldBundles.Lock()
	defer pr.oldBundles.Unlock()
	bundle, known := pr.oldBundles.byHash[hash]
	if !known {
		bundle = pr.readBundle(hash)
		pr.oldBundles.byHash[hash] = bundle
	}
	return bundle
}

func (pr *Processor) readBundle(hash string) *playbook.Bundle {
	var text bundleText
	err := json.Unmarshal(pr.bundles[hash], &text)
	var bundle *playbook.Bundle
	if err == nil {
		bundle, err = playbook.Load(text)
	}
	if err != nil {
		pr.log.Warn("the bundle that wrote the state cannot be read: what changed since is not known, and all of its playbooks count as they are now",
			zap.String("hash", hash), zapError(err))
		return nil
	}
	return bundle
}

// oldBundles are those that wrote some state, nil for one that cannot be read. Restores of several partitions ask.
type oldBundles struct {
	sync.Mutex
	byHash map[string]*playbook.Bundle
}

// Open makes a bundle's text a folder that playbook.Load reads; it asks for the list and for whole files only.
func (bt bundleText) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: errors.ErrUnsupported}
}

// ReadDir lists the files.
func (bt bundleText) ReadDir(string) ([]fs.DirEntry, error) {
	list := make([]fs.DirEntry, len(bt.Files))
	for i, file := range bt.Files {
		list[i] = bundleEntry(file.Name)
	}
	return list, nil
}

// ReadFile is the text of a file.
func (bt bundleText) ReadFile(name string) ([]byte, error) {
	for _, file := range bt.Files {
		if file.Name == name {
			return []byte(file.Text), nil
		}
	}
	return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
}

// bundleEntry is a file of a bundle's text in its list.
type bundleEntry string

// Name is that of the file.
func (be bundleEntry) Name() string { return string(be) }

// IsDir is false: a bundle has no folders that are read.
func (be bundleEntry) IsDir() bool { return false }

// Type is a regular file.
func (be bundleEntry) Type() fs.FileMode { return 0 }

// Info has nothing to say.
func (be bundleEntry) Info() (fs.FileInfo, error) { return nil, errors.ErrUnsupported }
