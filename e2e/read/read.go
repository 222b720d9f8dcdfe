// Package read is the independent reader: what a consumer that reads committed finds in a topic. kcat is the judge,
// because it is not ours and not built on our client library; franz-go gives a second opinion.
package read

import (
	"fmt"
	"slices"
	"strings"
)

// Record is what a reader sees of an output record without decoding its value.
type Record struct {
	Partition int32
	Offset    int64
	Key       string
	Headers   map[string]string
}

// ID is the CloudEvents id; for an intent the intent id.
func (re Record) ID() string { return re.Headers["ce_id"] }

// Playbook is the playbook that decided it.
func (re Record) Playbook() string { return re.Headers["playbook"] }

// Step is the step of the playbook.
func (re Record) Step() string { return re.Headers["step"] }

// IDs returns the ids in order; an id that comes twice is an error, a record without one too.
func IDs(records []Record) ([]string, error) {
	ids := make([]string, 0, len(records))
	for _, re := range records {
		if re.ID() == "" {
			return nil, fmt.Errorf("record %d/%d has no ce_id header: %v", re.Partition, re.Offset, re.Headers)
		}
		ids = append(ids, re.ID())
	}
	slices.Sort(ids)
	for i := 1; i < len(ids); i++ {
		if ids[i] == ids[i-1] {
			return nil, fmt.Errorf("id %s comes twice: %s", ids[i], places(records, ids[i]))
		}
	}
	return ids, nil
}

func places(records []Record, id string) string {
	var found []string
	for _, re := range records {
		if re.ID() == id {
			found = append(found, fmt.Sprintf("partition %d offset %d (%s/%s, sequence %s)", re.Partition, re.Offset, re.Playbook(), re.Step(), re.Headers["sequence"]))
		}
	}
	return strings.Join(found, " and ")
}

// ByPlaybook counts records by playbook.
func ByPlaybook(records []Record) map[string]int {
	counts := map[string]int{}
	for _, re := range records {
		counts[re.Playbook()]++
	}
	return counts
}

// Diff says in a few words how two sorted sets of ids differ; "" if they do not.
func Diff(got, want []string) string {
	missing, extra := minus(want, got), minus(got, want)
	if len(missing) == 0 && len(extra) == 0 {
		return ""
	}
	return fmt.Sprintf("%d lost %v, %d too many %v (got %d, want %d)", len(missing), first(missing), len(extra), first(extra), len(got), len(want))
}

// minus returns what is in the sorted list a and not in the sorted list b.
func minus(a, b []string) []string {
	var rest []string
	for _, id := range a {
		if _, found := slices.BinarySearch(b, id); !found {
			rest = append(rest, id)
		}
	}
	return rest
}

func first(ids []string) []string {
	if len(ids) > 3 {
		return append(slices.Clone(ids[:3]), "...")
	}
	return ids
}
