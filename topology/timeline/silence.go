package timeline

import "holdfast/schemas"

// Freeze says that an input has been silent since an instant (ms).
func (wo *World) Freeze(input schemas.Kind, since int64) { wo.task.Freeze(input, since) }

// Release says that it speaks again as of the clock, and for how long (ms) what waits is let go.
func (wo *World) Release(input schemas.Kind, over int64) { wo.task.Release(input, wo.clock, over) }
