package timeline

import (
	"fmt"
	"testing"

	"holdfast/schemas"
)

// BenchmarkEvent is what the operator costs for a login of an active user, over the maps of the memory, with the three
// silences and the milestones of the properties' bundle.
func BenchmarkEvent(b *testing.B) {
	wo, err := NewWorld(load(b, propertyBundle))
	if err != nil {
		b.Fatal(err)
	}
	ev := schemas.Event{Kind: schemas.KindUserAction, Topic: "t", Source: "t", ID: "1", Type: "signed_in", Count: 1}
	users := make([]string, 1000)
	for i := range users {
		users[i] = fmt.Sprintf("u%d", i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		ev.Account, ev.User, ev.At = "a1", users[i%len(users)], begin+int64(i)*1000
		if err := wo.task.ProcessEvent(&ev, ev.At); err != nil {
			b.Fatal(err)
		}
	}
}
