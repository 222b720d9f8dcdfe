package processor

import (
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"holdfast/state"
)

// taskStatus is what a task looks like from outside, after its last turn. Times are ms; 0 = not known.
type taskStatus struct {
	Partition   int32         `json:"partition"`
	Lane        int           `json:"lane"`
	State       string        `json:"state"` // running | done
	Sequence    int64         `json:"sequence"`
	Clock       int64         `json:"clock_ms"`
	Watermark   int64         `json:"watermark_ms"`
	OldestTimer int64         `json:"oldest_overdue_timer_ms"`
	Inputs      []inputStatus `json:"inputs"`
}

// inputStatus is one input of a task.
type inputStatus struct {
	Topic            string `json:"topic"`
	Position         int64  `json:"position"`
	LastStableOffset int64  `json:"last_stable_offset"`
	LogEndOffset     int64  `json:"log_end_offset"`
	Lag              int64  `json:"lag"` // records and markers below the last stable offset that are not committed yet
	HighestEventTime int64  `json:"highest_event_time_ms"`
	CaughtUpAsOf     int64  `json:"caught_up_as_of_ms"`
	OldestPending    int64  `json:"oldest_pending_record_ms"` // Kafka timestamp of the first record that waits; 0 if none does
	LastProcessed    int64  `json:"last_processed_record_ms"` // Kafka timestamp of the newest processed record
}

// statuses is the board where lanes post and the admin server and the metrics read.
type statuses struct {
	mu        sync.Mutex
	tasks     map[int32]taskStatus
	lanes     map[int]laneStatus
	wantLanes int
}

// laneStatus is what a lane looks like from outside.
type laneStatus struct {
	Lane      int     `json:"lane"`
	Joined    bool    `json:"joined"` // the group has answered
	Tasks     int     `json:"tasks"`
	Restoring []int32 `json:"restoring"`
	done      bool
	turnMs    int64 // wall time of its last turn
	onKafka   bool  // inside a call that ends when brokers answer
	cache     state.CacheStats
}

// expect says how many lanes there will be.
func (ss *statuses) expect(lanes int) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.tasks, ss.lanes, ss.wantLanes = map[int32]taskStatus{}, map[int]laneStatus{}, lanes
}

// started says that the lanes are running.
func (ss *statuses) started() bool {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	return ss.wantLanes > 0
}

// post replaces what the board says of a lane and its tasks.
func (ss *statuses) post(lane laneStatus, tasks []taskStatus) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.lanes[lane.Lane] = lane
	for _, ts := range tasks {
		ss.tasks[ts.Partition] = ts
	}
}

// waitsOnKafka notes that a lane is inside a call that ends when brokers answer: it is not stuck by its own fault.
func (ss *statuses) waitsOnKafka(lane int) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ls := ss.lanes[lane]
	ls.Lane, ls.onKafka = lane, true
	ss.lanes[lane] = ls
}

// drop takes a task off the board.
func (ss *statuses) drop(partition int32) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	delete(ss.tasks, partition)
}

// has says whether the process runs the task.
func (ss *statuses) has(partition int32) bool {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	_, ok := ss.tasks[partition]
	return ok
}

// allDone says that every lane has joined and has nothing left to do.
func (ss *statuses) allDone() bool {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for _, lane := range ss.lanes {
		if !lane.done {
			return false
		}
	}
	return len(ss.lanes) == ss.wantLanes && ss.wantLanes > 0
}

// list is the board, by partition and by lane.
func (ss *statuses) list() (tasks []taskStatus, lanes []laneStatus) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for _, ts := range ss.tasks {
		tasks = append(tasks, ts)
	}
	for _, ls := range ss.lanes {
		lanes = append(lanes, ls)
	}
	slices.SortFunc(tasks, func(a, b taskStatus) int { return int(a.Partition - b.Partition) })
	slices.SortFunc(lanes, func(a, b laneStatus) int { return a.Lane - b.Lane })
	return tasks, lanes
}

// publishStatus posts the lane as it is between two turns.
func (la *lane) publishStatus() {
	ls := laneStatus{Lane: la.index, Joined: la.assigned, Tasks: len(la.order), Restoring: sortedKeys(la.pending), turnMs: la.proc.now().UnixMilli(), cache: la.cache.Stats(),
		done: la.assigned && len(la.pending) == 0}
	tasks := make([]taskStatus, 0, len(la.order))
	for _, ta := range la.order {
		tasks = append(tasks, ta.status(la.index))
		ls.done = ls.done && ta.done()
	}
	la.proc.statuses.post(ls, tasks)
}

func (ta *task) status(lane int) taskStatus {
	ts := taskStatus{Partition: ta.partition, Lane: lane, State: "running", Sequence: ta.saved.record.Sequence, Clock: ta.clockMillis(),
		Watermark: max(0, ta.clockMillis()-ta.bundle.Lateness.Milliseconds())}
	if ta.done() {
		ts.State = "done"
	}
	ts.OldestTimer = ta.overdue
	for _, in := range ta.inputs {
		is := inputStatus{Topic: in.topic, Position: in.next, LastStableOffset: in.end, LogEndOffset: -1, HighestEventTime: max(in.highest, 0), CaughtUpAsOf: in.caughtUpAsOf(),
			OldestPending: in.oldestPending(ta.wallMillis), LastProcessed: in.passedStamp}
		if ta.proven != nil {
			is.LogEndOffset = ta.proven.logEnd(in.topic, ta.partition)
		}
		is.Lag = max(0, in.end-in.next)
		ts.Inputs = append(ts.Inputs, is)
	}
	return ts
}

// caughtUpAsOf is the wall time (ms) as of which the input was read to its end; 0 if it is behind.
func (in *input) caughtUpAsOf() int64 {
	if !in.proven() {
		return 0
	}
	return in.asOf
}

// Gauges of the tasks, read when Prometheus asks.
var (
	lagRecords   = prometheus.NewDesc("holdfast_input_lag_records", "Records below the last stable offset that are not committed yet; 0 on an idle transactional topic.", []string{"topic", "partition"}, nil)
	committedAt  = prometheus.NewDesc("holdfast_input_committed_offset", "Next offset to be processed.", []string{"topic", "partition"}, nil)
	stableOffset = prometheus.NewDesc("holdfast_input_last_stable_offset", "Where a read_committed reader may read to.", []string{"topic", "partition"}, nil)
	endOffset    = prometheus.NewDesc("holdfast_input_log_end_offset", "Where the log ends.", []string{"topic", "partition"}, nil)
	eventTime    = prometheus.NewDesc("holdfast_input_highest_event_timestamp_seconds", "Highest event time read; 0 before the first record.", []string{"topic", "partition"}, nil)
	pendingSince = prometheus.NewDesc("holdfast_input_oldest_pending_record_timestamp_seconds", "Kafka timestamp of the first record that waits; 0 if none does. Time lag = time() - this.", []string{"topic", "partition"}, nil)
	processedAt  = prometheus.NewDesc("holdfast_input_last_committed_record_timestamp_seconds", "Kafka timestamp of the newest processed record; 0 before the first.", []string{"topic", "partition"}, nil)
	cacheHits    = prometheus.NewDesc("holdfast_state_cache_hits_total", "Subjects found in the cache.", nil, nil)
	cacheMisses  = prometheus.NewDesc("holdfast_state_cache_misses_total", "Subjects that were not in the cache.", nil, nil)
	cacheBytes   = prometheus.NewDesc("holdfast_state_cache_bytes", "Memory of the cache.", nil, nil)
	taskClock    = prometheus.NewDesc("holdfast_task_clock_timestamp_seconds", "The task clock C.", []string{"partition"}, nil)
	watermarkAt  = prometheus.NewDesc("holdfast_watermark_timestamp_seconds", "The task clock less the bundle's lateness.", []string{"partition"}, nil)
	overdueTimer = prometheus.NewDesc("holdfast_timer_oldest_due_timestamp_seconds", "The oldest timer that is due and has not fired; 0 if there is none.", []string{"partition"}, nil)
	tasksRunning = prometheus.NewDesc("holdfast_tasks", "Tasks by state.", []string{"state"}, nil)
	buildInfo    = prometheus.NewDesc("holdfast_build_info", "Constant 1.", []string{"revision", "bundle", "bundle_revision"}, nil)
)

// Describe is part of prometheus.Collector.
func (pr *Processor) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{lagRecords, committedAt, stableOffset, endOffset, eventTime, pendingSince, processedAt, cacheHits, cacheMisses, cacheBytes, taskClock, watermarkAt, overdueTimer, tasksRunning, buildInfo} {
		out <- desc
	}
}

// Collect is part of prometheus.Collector.
func (pr *Processor) Collect(out chan<- prometheus.Metric) {
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	tasks, lanes := pr.statuses.list()
	states := map[string]int{"running": 0, "done": 0, "restoring": 0}
	var cache state.CacheStats
	for _, ls := range lanes {
		states["restoring"] += len(ls.Restoring)
		cache.Hits, cache.Misses, cache.Bytes = cache.Hits+ls.cache.Hits, cache.Misses+ls.cache.Misses, cache.Bytes+ls.cache.Bytes
	}
	out <- prometheus.MustNewConstMetric(cacheHits, prometheus.CounterValue, float64(cache.Hits))
	out <- prometheus.MustNewConstMetric(cacheMisses, prometheus.CounterValue, float64(cache.Misses))
	gauge(cacheBytes, float64(cache.Bytes))
	for _, ts := range tasks {
		partition := decimal(int64(ts.Partition))
		states[ts.State]++
		gauge(taskClock, float64(ts.Clock)/1e3, partition)
		gauge(watermarkAt, float64(ts.Watermark)/1e3, partition)
		gauge(overdueTimer, float64(ts.OldestTimer)/1e3, partition)
		for _, in := range ts.Inputs {
			gauge(lagRecords, float64(in.Lag), in.Topic, partition)
			gauge(committedAt, float64(in.Position), in.Topic, partition)
			gauge(stableOffset, float64(in.LastStableOffset), in.Topic, partition)
			gauge(endOffset, float64(in.LogEndOffset), in.Topic, partition)
			gauge(pendingSince, float64(in.OldestPending)/1e3, in.Topic, partition)
			gauge(processedAt, float64(in.LastProcessed)/1e3, in.Topic, partition)
			gauge(eventTime, float64(in.HighestEventTime)/1e3, in.Topic, partition)
		}
	}
	for _, name := range []string{"running", "done", "restoring"} {
		gauge(tasksRunning, float64(states[name]), name)
	}
	gauge(buildInfo, 1, pr.codeVersion, pr.bundle.Hash[:12], decimal(pr.bundle.Revision))
}
