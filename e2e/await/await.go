// Package await waits for facts. A suite never sleeps to let something happen: it names the fact that it waits for and
// how long that may take, and a fact that does not come is an error which says so.
package await

import (
	"context"
	"fmt"
	"time"
)

// Every is how often a fact is looked at where nothing else is said.
const Every = 20 * time.Millisecond

// Fact waits until holds says true, looking every interval, for at most the limit. An error of holds is not the end: a
// broker that was just killed answers with errors until it is back; the last one is part of the answer when time is up.
func Fact(ctx context.Context, what string, limit, every time.Duration, holds func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		is, err := holds(ctx)
		if is && err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return missing(what, limit, err)
		case <-tick.C:
		}
	}
}

func missing(what string, limit time.Duration, last error) error {
	if last != nil {
		return fmt.Errorf("wait %v for %s: %w", limit, what, last)
	}
	return fmt.Errorf("wait %v for %s: it did not come", limit, what)
}
