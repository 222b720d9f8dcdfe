package processor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"holdfast/schemas"
	"holdfast/state"
	"holdfast/topology"
	"holdfast/topology/operator"
)

// The activation plan: what another bundle will do to who is there. `processor --plan` prints it and ends, from the local
// state as the last process left it; a start with another bundle writes the part of each partition to the log.

// Plan prints what a start with this bundle would do.
func (pr *Processor) Plan(ctx context.Context, wr io.Writer) (err error) {
	if pr.store, err = state.Open(pr.config.State, state.Options{Logf: pr.log.Named("pebble").Sugar().Warnf}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pr.store.Close()) }()
	client, err := kgo.NewClient(pr.clientOpts()...)
	if err != nil {
		return fmt.Errorf("create Kafka client: %w", err)
	}
	defer client.Close()
	pr.admin = kadm.NewClient(client)
	if pr.bundles, err = pr.readBundles(ctx); err != nil {
		return err
	}
	partitions, err := pr.store.Partitions()
	if err != nil {
		return err
	}
	whole := map[string]*operator.Forecast{} // by the bundle that wrote the state
	for _, partition := range partitions {
		if err := pr.planPartition(partition, whole); err != nil {
			return fmt.Errorf("plan partition %d: %w", partition, err)
		}
	}
	return pr.printPlan(wr, whole)
}

func (pr *Processor) planPartition(partition uint32, whole map[string]*operator.Forecast) error {
	part, err := pr.store.OpenPartition(partition, state.NewCache(0))
	if err != nil {
		return err
	}
	defer part.Close()
	record, ok := part.Committed()
	if !ok {
		return nil
	}
	ta := &task{partition: int32(partition), bundle: pr.bundle, part: part, saved: saved{record: record}, writtenBy: pr.bundleOf(record.BundleHash)}
	if err := ta.checkBundle(pr.config.AcceptLowerRevision); err != nil {
		return err
	}
	if err := pr.resumeRules(ta); err != nil {
		return err
	}
	if ta.writtenBy == nil {
		whole[record.BundleHash] = nil
		return nil
	}
	fo, err := pr.forecast(ta)
	if err != nil {
		return err
	}
	if known := whole[record.BundleHash]; known != nil {
		known.Add(fo)
	} else {
		whole[record.BundleHash] = fo
	}
	return nil
}

func (pr *Processor) printPlan(wr io.Writer, whole map[string]*operator.Forecast) error {
	text := fmt.Sprintf("plan of bundle %s revision %d (%.12s)\n", pr.bundle.Name, pr.bundle.Revision, pr.bundle.Hash)
	if len(whole) == 0 {
		text += "there is no state: nobody was there before\n"
	}
	for _, hash := range sortedNames(whole) {
		fo := whole[hash]
		switch {
		case hash == pr.bundle.Hash:
			text += "the state was written by this bundle: nothing changes\n"
		case fo == nil:
			text += fmt.Sprintf("from %.12s, whose text is not kept: what changed since is not known\n", hash)
		default:
			text += fmt.Sprintf("from revision %d (%.12s)\n%s", pr.bundleOf(hash).Revision, hash, fo.Text())
		}
	}
	_, err := io.WriteString(wr, text)
	return err
}

// forecast asks every subject of a resumed task, some at a time: what was only looked at is forgotten in between.
func (pr *Processor) forecast(ta *task) (fo *operator.Forecast, err error) {
	defer ta.catchFault(&err)
	defer ta.part.Discard()
	_, rules, err := splitMeta(ta.saved.record.Meta)
	if err != nil {
		return nil, err
	}
	before := pr.rules(ta.writtenBy, subjects{ta.part}, nobody{})
	if err := before.Resume(rules, ta.clockMillis(), false); err != nil {
		return nil, err
	}
	fo = ta.rules.NewForecast(ta.writtenBy)
	for after, more := (topology.Ref{}), true; more; {
		var refs []topology.Ref
		err := subjects{ta.part}.Scan(after, func(ref topology.Ref) bool {
			refs = append(refs, topology.Ref{Account: strings.Clone(ref.Account), Kind: ref.Kind, ID: strings.Clone(ref.ID)})
			return len(refs) < sweepLimit
		})
		if err != nil {
			return nil, err
		}
		for _, ref := range refs {
			if ref.Kind == topology.SubjectRoster {
				continue
			}
			if err := ta.guard(func() error { return ta.rules.Foresee(fo, before, ref) }); err != nil {
				return nil, err
			}
		}
		ta.part.Discard()
		if more = len(refs) == sweepLimit; more {
			after = refs[len(refs)-1]
		}
	}
	return fo, nil
}

// nobody takes what is decided where nothing may be.
type nobody struct{}

// Intent drops it.
func (nobody) Intent(*schemas.MessageIntent) {}

// Decision drops it.
func (nobody) Decision(*schemas.Decision) {}

// Signal drops it.
func (nobody) Signal(*schemas.Signal) {}

// announce writes the plan of a partition to the log before it runs under another bundle.
func (la *lane) announce(ta *task) error {
	if ta.saved.fresh || ta.saved.record.BundleHash == ta.bundle.Hash {
		return nil
	}
	if ta.writtenBy == nil {
		return nil // bundleOf has said so
	}
	fo, err := la.proc.forecast(ta)
	if err != nil {
		return fmt.Errorf("plan the activation: %w", err)
	}
	la.log.Info("another bundle is activated", zap.Int32("partition", ta.partition), zap.Int64("revision", ta.bundle.Revision), zap.Int64("before", ta.writtenBy.Revision), zap.String("plan", fo.Text()))
	return nil
}

func sortedNames(of map[string]*operator.Forecast) []string {
	names := make([]string, 0, len(of))
	for name := range of {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
