package operator

import (
	"sort"

	"holdfast/topology/window"
)

// How old aggregates are (Frame.SlotSince): one that another bundle did not fold, or not as far back, begins with the
// change of the bundle, also if an older one had it.

// ageSlots says since when each aggregate is folded that is younger than the task.
func ageSlots(known []slotAge, old, is []*window.Slot, clock int64) (ages []slotAge) {
	before := map[uint32]*window.Slot{}
	for _, sl := range old {
		before[sl.Key] = sl
	}
	for _, sl := range is {
		since := sinceOf(known, sl.Key)
		was := before[sl.Key]
		if was == nil || sl.Op == window.OpReach && !sl.Covers(was.Reach, int64(was.Most)) {
			since = clock
		}
		if since > 0 {
			ages = append(ages, slotAge{Key: sl.Key, Since: since})
		}
	}
	sort.Slice(ages, func(i, j int) bool { return ages[i].Key < ages[j].Key })
	return ages
}

func sinceOf(ages []slotAge, key uint32) int64 {
	i := sort.Search(len(ages), func(i int) bool { return ages[i].Key >= key })
	if i < len(ages) && ages[i].Key == key {
		return ages[i].Since
	}
	return 0
}

// slotSince is Frame.SlotSince of the ages.
func (ta *Task) slotSince() []int64 {
	if len(ta.meta.Slots) == 0 {
		return nil
	}
	size := 0
	for _, sl := range ta.bundle.Slots {
		size = max(size, sl.Index+1)
	}
	since := make([]int64, size)
	for _, sl := range ta.bundle.Slots {
		since[sl.Index] = sinceOf(ta.meta.Slots, sl.Key)
	}
	return since
}
