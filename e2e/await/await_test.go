package await_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"holdfast/e2e/await"
)

func TestFact(t *testing.T) {
	looks := 0
	third := func(context.Context) (bool, error) { looks++; return looks == 3, nil }
	if err := await.Fact(context.Background(), "the third look", time.Minute, time.Millisecond, third); err != nil || looks != 3 {
		t.Errorf("a fact that comes: %v after %d looks", err, looks)
	}
	never := func(context.Context) (bool, error) { return false, nil }
	if err := await.Fact(context.Background(), "nothing", time.Millisecond, time.Millisecond, never); err == nil || !strings.Contains(err.Error(), "for nothing: it did not come") {
		t.Errorf("a fact that does not come: %v", err)
	}
	refused := errors.New("refused")
	failing := func(context.Context) (bool, error) { return true, refused }
	if err := await.Fact(context.Background(), "an answer", time.Millisecond, time.Millisecond, failing); !errors.Is(err, refused) {
		t.Errorf("the last error is not in the answer: %v", err)
	}
}
