package load

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"holdfast/e2e/oracle"
)

// The topics that the suites publish to.
const (
	UserActions = "telemetry.user-actions"
	Billing     = "telemetry.billing"
)

// Line is one event as `holdfast publish` takes it.
type Line struct {
	Topic      string         `json:"kafka_topic"`
	ID         string         `json:"id"`
	Source     string         `json:"source"`
	Type       string         `json:"type"`
	Account    string         `json:"account_id"`
	User       string         `json:"user_id,omitempty"`
	At         time.Time      `json:"occurred_at"`
	Count      int64          `json:"count,omitempty"`
	Properties map[string]any `json:"properties,omitempty"`
}

// Event is the line as the oracle reads it.
func (li Line) Event() oracle.Event {
	return oracle.Event{ID: li.ID, Source: li.Source, Account: li.Account, User: li.User, AtMillis: li.At.UnixMilli(), Count: max(li.Count, 1)}
}

// Events returns the lines of one type as the oracle reads them.
func Events(lines []Line, kind string) []oracle.Event {
	var events []oracle.Event
	for _, li := range lines {
		if li.Type == kind {
			events = append(events, li.Event())
		}
	}
	return events
}

// WriteLines writes lines to a file.
func WriteLines(path string, lines []Line) error {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("create %s: %w", path, err)
	}
	defer file.Close()
	out := bufio.NewWriter(file)
	encoder := json.NewEncoder(out)
	for _, li := range lines {
		if err := encoder.Encode(li); err != nil {
			return fmt.Errorf("write line %s: %w", li.ID, err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return file.Close()
}

// PurchaseLines makes one event of each purchase: one account per customer, id = number of the data line.
func PurchaseLines(purchases []Purchase) []Line {
	lines := make([]Line, len(purchases))
	for i, pu := range purchases {
		lines[i] = Line{Topic: UserActions, ID: fmt.Sprint(pu.Line), Source: "cdnow", Type: "purchased", Account: pu.Customer, At: pu.At,
			Properties: map[string]any{"cds": pu.CDs, "dollars": pu.Dollars}}
	}
	return lines
}
