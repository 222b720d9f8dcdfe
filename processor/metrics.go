package processor

import (
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// metrics are the process's Prometheus metrics. Label children are bound at the start or per task; a batch adds its
// counts once. Names and conventions: base units, _total, no ids in labels.
type metrics struct {
	records, recordsDead, recordsLate, recordsClamped *prometheus.CounterVec
	recordsDuplicate                                  *prometheus.CounterVec
	intents, decisions, signals, states               *prometheus.CounterVec
	transactions, resolves, sessions                  *prometheus.CounterVec
	timersFired, timersFailed, rewoundRecords         prometheus.Counter
	inputFrozen                                       *prometheus.GaugeVec
	dataLosses, rebalances                            *prometheus.CounterVec
	transactionSeconds, checkpointSeconds             prometheus.Histogram
	restoreSeconds                                    prometheus.Histogram
	restoreRecords, rebuilds, markers                 prometheus.Counter
}

const namespace = "holdfast"

func newMetrics(registry *prometheus.Registry) *metrics {
	counter := func(name, help string) prometheus.Counter {
		co := prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
		registry.MustRegister(co)
		return co
	}
	vector := func(name, help string, labels ...string) *prometheus.CounterVec {
		ve := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
		registry.MustRegister(ve)
		return ve
	}
	seconds := func(name, help string) prometheus.Histogram {
		hi := prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help,
			Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 60}, NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 160, NativeHistogramMinResetDuration: time.Hour})
		registry.MustRegister(hi)
		return hi
	}
	me := &metrics{
		records:            vector("records_consumed_total", "Input records in committed transactions.", "topic"),
		recordsDead:        vector("records_rejected_total", "Records that became dead letters, by stage.", "reason"),
		recordsLate:        vector("records_late_total", "Records behind the watermark when they were read.", "mode"),
		recordsClamped:     vector("records_clamped_total", "Records whose time was too far in the future.", "mode"),
		recordsDuplicate:   vector("records_duplicate_total", "Records whose source and id were read before: they changed nothing.", "mode"),
		intents:            vector("intents_emitted_total", "Intents in committed transactions.", "playbook"),
		decisions:          vector("decisions_total", "Decisions in committed transactions.", "playbook", "outcome"),
		signals:            vector("signals_total", "Signals in committed transactions, by what they are of.", "kind"),
		states:             vector("state_total", "How often episodes came to a state of a journey, by the way, or left it.", "playbook", "state", "way"),
		transactions:       vector("transactions_total", "Transactions by outcome.", "outcome"),
		resolves:           vector("transaction_resolves_total", "Transactions that End did not report committed, by what became of them.", "outcome"),
		sessions:           vector("sessions_lost_total", "Sessions that were renewed.", "cause"),
		rebalances:         vector("rebalances_total", "Group events.", "event"),
		dataLosses:         vector("input_data_loss_total", "Records that were gone before they were read.", "topic"),
		timersFired:        counter("timers_fired_total", "Timers and publications that fired in committed transactions."),
		timersFailed:       counter("timers_failed_total", "Timers that were dead-lettered and disarmed."),
		rewoundRecords:     counter("records_rewound_total", "Records below the position of their task, dropped. Anything above 0 is a defect."),
		restoreRecords:     counter("restore_records_total", "Changelog records that were applied by restores."),
		rebuilds:           counter("state_rebuilds_total", "Partitions whose local state was dropped and rebuilt from the changelog."),
		markers:            counter("transaction_markers_written_total", "Missing markers of committed transactions that were written."),
		transactionSeconds: seconds("transaction_duration_seconds", "From begin to the end of a transaction."),
		checkpointSeconds:  seconds("checkpoint_duration_seconds", "Writing one checkpoint of one partition."),
		restoreSeconds:     seconds("restore_duration_seconds", "Bringing one partition to its last committed transaction."),
	}
	me.inputFrozen = prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: "input_frozen",
		Help: "1 while a whole input is silent for longer than usual: absences on it are frozen."}, []string{"input"})
	registry.MustRegister(me.inputFrozen)
	for _, outcome := range []string{"committed", "aborted_produce", "aborted", "unknown"} {
		me.transactions.WithLabelValues(outcome)
	}
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return me
}

func (me *metrics) transaction(took time.Duration) { me.transactionSeconds.Observe(took.Seconds()) }
func (me *metrics) checkpoint(took time.Duration)  { me.checkpointSeconds.Observe(took.Seconds()) }
func (me *metrics) rebuilt()                       { me.rebuilds.Inc() }
func (me *metrics) marked()                        { me.markers.Inc() }
func (me *metrics) sessionLost()                   { me.sessions.WithLabelValues("doubt").Inc() }
func (me *metrics) dataLoss(topic string)          { me.dataLosses.WithLabelValues(topic).Inc() }
func (me *metrics) aborted(cause string)           { me.transactions.WithLabelValues("aborted_" + cause).Inc() }

func (me *metrics) restored(records int64, took time.Duration) {
	me.restoreRecords.Add(float64(records))
	me.restoreSeconds.Observe(took.Seconds())
}

func (me *metrics) rebalanced(events []groupEvent) {
	for _, ev := range events {
		switch {
		case ev.assigned:
			me.rebalances.WithLabelValues("assigned").Inc()
		case ev.lost:
			me.rebalances.WithLabelValues("lost").Inc()
		default:
			me.rebalances.WithLabelValues("revoked").Inc()
		}
	}
}

func (me *metrics) resolved(oc outcome) {
	me.resolves.WithLabelValues(oc.String()).Inc()
	if oc != outcomeCommitted {
		me.transactions.WithLabelValues("aborted").Inc()
	}
}

// committed adds up what a committed transaction of a task did. It runs before the outputs are reset.
func (me *metrics) committed(ta *task) {
	me.transactions.WithLabelValues("committed").Inc()
	for _, in := range ta.inputs {
		if in.next > in.from {
			me.records.WithLabelValues(in.topic).Add(float64(in.next - in.from))
		}
	}
	me.recordsLate.WithLabelValues(ta.clock.mode).Add(float64(ta.counts.late))
	me.recordsClamped.WithLabelValues(ta.clock.mode).Add(float64(ta.counts.clamped))
	me.recordsDuplicate.WithLabelValues(ta.clock.mode).Add(float64(ta.counts.duplicates))
	me.timersFired.Add(float64(ta.counts.timers))
	me.timersFailed.Add(float64(ta.counts.timersFailed))
	me.rewoundRecords.Add(float64(ta.counts.rewound))
	for _, dead := range ta.out.deadLetters {
		me.recordsDead.WithLabelValues(dead.Stage).Inc()
	}
	me.countOutputs(&ta.out)
	for _, mo := range ta.takeMoves() {
		me.states.WithLabelValues(mo.playbook, mo.state, mo.way).Add(float64(mo.times))
	}
}

// stateMove is how often episodes went one way to a state of a journey.
type stateMove struct {
	playbook, state, way string
	times                int64
}

// takeMoves are the moves since it was called last. A batch that is discarded takes them too, for nobody.
func (ta *task) takeMoves() (since []stateMove) {
	i := 0
	ta.rules.StateMoves(func(playbook, state, way string, times int64) {
		if i == len(ta.moves) {
			ta.moves = append(ta.moves, 0)
		}
		if times != ta.moves[i] {
			since = append(since, stateMove{playbook: playbook, state: state, way: way, times: times - ta.moves[i]})
		}
		ta.moves[i] = times
		i++
	})
	return since
}

func (me *metrics) countOutputs(ou *outputs) {
	for _, intent := range ou.intents {
		me.intents.WithLabelValues(intent.Playbook).Inc()
	}
	for _, decision := range ou.decisions {
		me.decisions.WithLabelValues(decision.Playbook, decision.Outcome).Inc()
	}
	for _, signal := range ou.signals {
		kind, _, _ := strings.Cut(signal.Name, "/") // score, tier, segment ...: what follows is the bundle's
		me.signals.WithLabelValues(kind).Inc()
	}
}
