package timeline

// Dump prints what the world remembers, without the wakes: they are lower bounds that may differ.
func (wo *World) Dump() string { return wo.store.Dump() }
