package timeline

import "holdfast/schemas"

// Merge puts lines into the order in which a task reads them from its inputs: profiles first, then always the head with
// the lowest event time, at equal times the input of the lower rank; within an input the order of the lines stays
// (language.md 11).
func Merge(lines []Line) []Line {
	var queues [schemas.KindReceipt + 1][]Line
	for _, li := range lines {
		queues[li.Event.Kind] = append(queues[li.Event.Kind], li)
	}
	merged := append(make([]Line, 0, len(lines)), queues[schemas.KindProfile]...)
	queues[schemas.KindProfile] = nil
	for {
		first := schemas.KindNone
		for ki := range schemas.Kind(len(queues)) {
			if len(queues[ki]) > 0 && (first == schemas.KindNone || queues[ki][0].Event.At < queues[first][0].Event.At) {
				first = ki
			}
		}
		if first == schemas.KindNone {
			return merged
		}
		merged = append(merged, queues[first][0])
		queues[first] = queues[first][1:]
	}
}
