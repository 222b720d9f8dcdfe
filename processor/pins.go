package processor

import (
	"encoding/json"
	"fmt"

	"holdfast/state"
	"holdfast/topology/operator"
	"holdfast/topology/playbook"
)

// Pinned episodes go on in the text they began with. The task's record names it, holdfast.bundles has it: it is read beside
// the bundle, for this task. Without it the task does not run, since nobody could say what its episodes are to do.

// resumeRules makes the computation of a task and puts it where the task's record says.
func (pr *Processor) resumeRules(ta *task) error {
	bundle, err := pr.withPins(ta)
	if err != nil {
		return fmt.Errorf("resume partition %d: %w", ta.partition, err)
	}
	ta.rules = pr.newRules(bundle, subjects{ta.part}, &ta.out)
	return ta.resume()
}

// withPins is the bundle with what pinned episodes of the task still run of older ones; the bundle that wrote the state has
// then what it had beside it.
func (pr *Processor) withPins(ta *task) (*playbook.Bundle, error) {
	record := ta.saved.record
	if ta.saved.fresh {
		return pr.bundle, nil
	}
	_, meta, err := splitMeta(record.Meta)
	if err != nil {
		return nil, err
	}
	if old := ta.writtenBy; old != nil {
		if ta.writtenBy, err = pr.besides(old, meta, old, record); err != nil {
			return nil, err
		}
	}
	return pr.besides(pr.bundle, meta, ta.writtenBy, record)
}

// besides is a bundle with the older texts that a task needs under it, on state that old wrote.
func (pr *Processor) besides(bundle *playbook.Bundle, meta []byte, old *playbook.Bundle, record state.TaskRecord) (*playbook.Bundle, error) {
	pins, err := operator.Pins(meta, old, bundle, record.Clock)
	if err != nil {
		return nil, err
	}
	var retired []playbook.Retired
	for _, pi := range pins {
		var text bundleText
		if err := json.Unmarshal(pr.bundles[pi.Bundle], &text); err != nil {
			return nil, fmt.Errorf("%v: its text is not in %s (%w); start once with that bundle and --accept-lower-revision, which writes it there", pi, pr.config.Topics.Bundles, err)
		}
		retired = append(retired, playbook.Retired{Name: pi.Playbook, Bundle: pi.Bundle, Files: text.files()})
	}
	return bundle.With(retired)
}

func (bt bundleText) files() (files []playbook.File) {
	for _, file := range bt.Files {
		files = append(files, playbook.File{Name: file.Name, Text: []byte(file.Text)})
	}
	return files
}
