package lang

import "holdfast/topology/window"

// A bundle that changes brings aggregates that are younger than the subjects they are about (Frame.SlotSince).

// youngerThan says that the slot with the index is folded only since after the first record of the subject, so that it
// lacks what came before.
func youngerThan(f *Frame, over Scope, index int) bool {
	if index >= len(f.SlotSince) || f.SlotSince[index] <= 0 {
		return false
	}
	since, seen := f.cells(over).Int(observedSinceKey)
	return seen && since < f.SlotSince[index]
}

// completeIn is Complete as far as a slot goes.
func completeIn(f *Frame, over Scope, slot *window.Slot) bool {
	return !(f.SlotSince != nil && youngerThan(f, over, slot.Index)) && Complete(f, over)
}
