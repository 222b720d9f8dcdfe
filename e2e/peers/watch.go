package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas"
)

// The comparison charges the warm-up separately: figures without the first 200,000 events, and of the last million.
const (
	warmEvents = 200_000
	halfEvents = 1_000_000
	pollEvery  = 100 * time.Millisecond
)

// mark is what was used up to a moment.
type mark struct {
	at          time.Time
	processed   int64
	cpu, broker float64 // seconds
}

// watch follows the progress of the processor over its own admin address.
type watch struct {
	se    settings
	url   string
	marks []mark
}

func newWatch(admin string, se settings) *watch {
	return &watch{se: se, url: "http://" + admin + "/tasks"}
}

// follow notes the progress until ctx ends.
func (wa *watch) follow(ctx context.Context) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			wa.note(wa.se.events)
			return
		case <-tick.C:
			if processed, ok := wa.processed(ctx); ok && (len(wa.marks) == 0 || processed > wa.marks[len(wa.marks)-1].processed) {
				wa.note(processed)
			}
		}
	}
}

func (wa *watch) note(processed int64) {
	wa.marks = append(wa.marks, mark{at: time.Now(), processed: processed, cpu: cpuSeconds("self"), broker: cpuSeconds(os.Getenv("BROKER_PID"))})
}

// processed is how many events are committed.
func (wa *watch) processed(ctx context.Context) (total int64, ok bool) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, wa.url, nil)
	if err != nil {
		return 0, false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, false
	}
	defer response.Body.Close()
	var body struct {
		Tasks []struct {
			Inputs []struct {
				Topic    string
				Position int64
			}
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		return 0, false
	}
	for _, task := range body.Tasks {
		for _, input := range task.Inputs {
			if input.Topic == wa.se.topic {
				total += max(input.Position, 0)
			}
		}
	}
	return total, true
}

// since gives the events per CPU second after the first `from` of them.
func (wa *watch) since(from int64) float64 {
	last := wa.marks[len(wa.marks)-1]
	for _, ma := range wa.marks {
		if ma.processed >= from && last.cpu > ma.cpu {
			return float64(last.processed-ma.processed) / (last.cpu - ma.cpu)
		}
	}
	return 0
}

// print writes the line that the comparison reads.
func (wa *watch) print(ctx context.Context, names schemas.TopicNames) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(wa.se.brokers))
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer client.Close()
	counts := map[string]int64{}
	for _, topic := range []string{names.Intents, names.DeadLetters} {
		ends, err := kadm.NewClient(client).ListCommittedOffsets(ctx, topic)
		if err != nil {
			return fmt.Errorf("count %s: %w", topic, err)
		}
		ends.Each(func(lo kadm.ListedOffset) { counts[topic] += lo.Offset })
	}
	if counts[names.DeadLetters] > 0 {
		return fmt.Errorf("the load is not what the processor reads: %d dead letters", counts[names.DeadLetters])
	}
	first, last := wa.marks[0], wa.marks[len(wa.marks)-1]
	wall, cpu := last.at.Sub(first.at).Seconds(), last.cpu-first.cpu
	events := float64(last.processed - first.processed)
	fmt.Printf("RESULT holdfast label=%s topic=%s interval=%v events=%d wall=%.2f evs=%.0f cpu_all=%.2f cpu=%.2f evcpu=%.0f evcpu_warm=%.0f evcpu_half=%.0f broker=%.2f rss=%d intents=%d\n",
		wa.se.label, wa.se.topic, wa.se.interval, last.processed, wall, events/wall, last.cpu, cpu, events/cpu, wa.since(warmEvents), wa.since(halfEvents),
		last.broker-first.broker, peakMiB(), counts[names.Intents])
	return nil
}

// cpuSeconds is user and system time of a process, all threads.
func cpuSeconds(pid string) float64 {
	text, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+2:])
	user, _ := strconv.Atoi(string(fields[11]))
	system, _ := strconv.Atoi(string(fields[12]))
	return float64(user+system) / 100
}

func peakMiB() int {
	text, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	kib, _ := strconv.Atoi(strings.Fields(rest)[0])
	return kib / 1024
}
