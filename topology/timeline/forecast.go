package timeline

import (
	"holdfast/topology"
	"holdfast/topology/operator"
	"holdfast/topology/playbook"
)

// Forecast restarts the world with another bundle and says what that does to who is in it.
func (wo *World) Forecast(b *playbook.Bundle) (*operator.Forecast, error) {
	old, meta := wo.bundle, wo.task.AppendMeta(nil)
	before := operator.NewTask(old, wo.store, wo)
	if err := before.Resume(meta, wo.clock, false); err != nil {
		return nil, err
	}
	if err := wo.resume(b, meta, false); err != nil {
		return nil, err
	}
	fo := wo.task.NewForecast(old)
	var failed error
	err := wo.store.Scan(topology.Ref{}, func(ref topology.Ref) bool {
		if ref.Kind != topology.SubjectRoster {
			failed = wo.task.Foresee(fo, before, ref)
		}
		return failed == nil
	})
	if err != nil {
		return nil, err
	}
	return fo, failed
}
