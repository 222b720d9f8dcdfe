package timeline

import (
	"holdfast/topology/operator"
	"holdfast/topology/playbook"
)

// withPins puts what pinned episodes still run of older bundles beside the one that comes.
func (wo *World) withPins(b *playbook.Bundle, meta []byte) (*playbook.Bundle, error) {
	if wo.texts == nil {
		wo.texts = map[string][]playbook.File{}
	}
	wo.texts[b.Hash] = b.Files
	pins, err := operator.Pins(meta, wo.bundle, b, wo.clock)
	if err != nil {
		return nil, err
	}
	var retired []playbook.Retired
	for _, pi := range pins {
		retired = append(retired, playbook.Retired{Name: pi.Playbook, Bundle: pi.Bundle, Files: wo.texts[pi.Bundle]})
	}
	return b.With(retired)
}
