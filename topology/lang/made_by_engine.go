package lang

import "holdfast/schemas"

// MadeByEngine says that an event comes from the engine alone: no input has it. An `any` with a member that is read does
// not.
func MadeByEngine(de *EventDef) bool {
	if de.Any == nil {
		return de.Kind == schemas.KindEngine
	}
	for _, member := range de.Any {
		if !MadeByEngine(member) {
			return false
		}
	}
	return true
}
