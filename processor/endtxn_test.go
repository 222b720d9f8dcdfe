package processor

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

var errClosed = errors.New("the connection is closed")

// lostEnd loses the first `times` commits of a world: the broker does or does not apply them, and the client gets an
// error code, or no answer but the end of its connection.
type lostEnd struct {
	apply bool
	code  int16 // 0: the connection is closed
	times int64
	lost  atomic.Int64
}

func (wo *world) loseEnd(le *lostEnd) {
	applying := atomic.Bool{}
	wo.control(kmsg.EndTxn, func(kreq kmsg.Request) reply {
		req := kreq.(*kmsg.EndTxnRequest)
		if applying.Load() || !req.Commit || le.lost.Load() >= le.times {
			return pass
		}
		le.lost.Add(1)
		if le.apply {
			applying.Store(true)
			applied := make(chan struct{})
			go func() { // ends with the request
				defer close(applied)
				wo.deliver(wo.late(req))
			}()
			wo.hold(applied)
			applying.Store(false)
		}
		if le.code == 0 {
			return reply{err: errClosed, handled: true}
		}
		resp := req.ResponseKind().(*kmsg.EndTxnResponse)
		resp.ErrorCode = le.code
		return reply{response: resp, handled: true}
	})
}

// TestAnEndThatIsNotReportedCommitted: rule 8, rows 7, 8, 9. Whatever becomes of the request that commits, and whatever
// the client says of it, each intent is there once and the sequences have no gap.
func TestAnEndThatIsNotReportedCommitted(t *testing.T) {
	for _, tc := range []struct {
		name string
		le   *lostEnd
	}{
		{"unknown error, not applied", &lostEnd{code: kerr.UnknownServerError.Code, times: 1}},
		{"unknown error, applied", &lostEnd{apply: true, code: kerr.UnknownServerError.Code, times: 1}},
		{"unknown error, applied, three in a row", &lostEnd{apply: true, code: kerr.UnknownServerError.Code, times: 3}},
		{"unknown error, not applied, three in a row", &lostEnd{code: kerr.UnknownServerError.Code, times: 3}},
		{"connection closed before", &lostEnd{times: 1}},
		{"connection closed after", &lostEnd{apply: true, times: 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			wo := newWorld(t, 1, testBundle)
			le := tc.le
			wo.loseEnd(le)
			events := visits("acme", "ann", day0, quietAfter+quietAfter/2, 6)
			wo.publishEvents(events...)
			until := day0.AddDate(0, 0, 40)
			co := toEnd(wo.config(), until)
			co.MaxBatch = 2
			wo.start(co).finish()
			if le.lost.Load() != le.times {
				t.Fatalf("%d commits were lost, want %d", le.lost.Load(), le.times)
			}
			wo.wantKeys(expected(events, until))
			wo.wantSequences()
		})
	}
}

// TestCommittedAndUsableAreTwoAnswers: row 10. After a broker restart a committed transaction is settled with
// PRODUCER_FENCED: it counts, and only the session is over.
func TestCommittedAndUsableAreTwoAnswers(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	le := &lostEnd{apply: true, code: kerr.UnknownServerError.Code, times: 1}
	wo.loseEnd(le)
	fenced := atomic.Bool{}
	wo.control(kmsg.InitProducerID, func(req kmsg.Request) reply {
		if le.lost.Load() == 0 || fenced.Swap(true) {
			return pass
		}
		resp := req.ResponseKind().(*kmsg.InitProducerIDResponse)
		resp.ErrorCode = kerr.ProducerFenced.Code
		return reply{response: resp, handled: true}
	})
	events := visits("acme", "ann", day0, quietAfter/2, 4)
	wo.publishEvents(events...)
	until := day0.AddDate(0, 0, 10)
	ru := wo.runToEnd(until)
	if !fenced.Load() {
		t.Fatal("the session was not fenced")
	}
	if got := ru.metric("sessions_lost_total"); got != 1 {
		t.Errorf("%v sessions were renewed, want 1", got)
	}
	if got := ru.metric("transaction_resolves_total", "committed"); got != 1 {
		t.Errorf("%v transactions were found committed, want 1", got)
	}
	wo.wantKeys(expected(events, until))
	wo.wantSequences()
}

// TestNothingIsDecidedBeforeItIsSettled: row 12. The request to commit is on its way while the lane finds out what
// became of it: the client's own attempt to take its producer id anew is lost, and the commit arrives before the next
// one. Whoever decides before that counts the batch twice.
func TestNothingIsDecidedBeforeItIsSettled(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	var underway atomic.Pointer[kmsg.EndTxnRequest]
	arrived := atomic.Bool{}
	wo.control(kmsg.EndTxn, func(kreq kmsg.Request) reply {
		req := kreq.(*kmsg.EndTxnRequest)
		if arrived.Load() || !req.Commit || underway.Load() != nil {
			return pass
		}
		underway.Store(wo.late(req))
		resp := req.ResponseKind().(*kmsg.EndTxnResponse)
		resp.ErrorCode = kerr.UnknownServerError.Code
		return reply{response: resp, handled: true}
	})
	asked, ne := atomic.Int64{}, &network{}
	ne.onRequest(kmsg.InitProducerID, func() {
		if req := underway.Load(); req != nil && asked.Add(1) > 1 && !arrived.Swap(true) {
			if code := wo.deliver(req); code != 0 {
				t.Errorf("the late commit was refused: %v", kerr.ErrorForCode(code))
			}
		}
	})
	wo.control(kmsg.InitProducerID, func(req kmsg.Request) reply {
		if underway.Load() == nil || arrived.Load() {
			return pass
		}
		resp := req.ResponseKind().(*kmsg.InitProducerIDResponse)
		resp.ErrorCode = kerr.UnknownServerError.Code
		return reply{response: resp, handled: true}
	})
	events := visits("acme", "ann", day0, quietAfter/2, 4)
	wo.publishEvents(events...)
	until := day0.AddDate(0, 0, 10)
	ru := wo.startOn(ne, toEnd(wo.config(), until))
	ru.finish()
	if got := ru.metric("transaction_resolves_total"); got != 0 || ru.metric("sessions_lost_total") != 1 {
		t.Errorf("%v transactions were decided, %v sessions renewed; want the next session to settle and find it", got, ru.metric("sessions_lost_total"))
	}
	wo.wantKeys(expected(events, until))
	wo.wantSequences()
}

// TestALateEndAfterSettlingIsRefused: row 12, the other half. Once settled, the lost request can do no harm.
func TestALateEndAfterSettlingIsRefused(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	var underway atomic.Pointer[kmsg.EndTxnRequest]
	wo.control(kmsg.EndTxn, func(kreq kmsg.Request) reply {
		req := kreq.(*kmsg.EndTxnRequest)
		if !req.Commit || underway.Load() != nil {
			return pass
		}
		underway.Store(wo.late(req))
		resp := req.ResponseKind().(*kmsg.EndTxnResponse)
		resp.ErrorCode = kerr.UnknownServerError.Code
		return reply{response: resp, handled: true}
	})
	events := visits("acme", "ann", day0, quietAfter/2, 4)
	wo.publishEvents(events...)
	until := day0.AddDate(0, 0, 10)
	ru := wo.runToEnd(until)
	if code := wo.deliver(underway.Load()); code == 0 {
		t.Error("the late commit was accepted after the transaction had been settled as aborted")
	}
	if got := ru.metric("transaction_resolves_total", "aborted"); got != 1 {
		t.Errorf("%v transactions were found aborted, want 1", got)
	}
	wo.wantKeys(expected(events, until))
}

// TestDecideByTheWholeMark: row 11. Another member that took over may have committed the same sequence number.
func TestDecideByTheWholeMark(t *testing.T) {
	mine := mark{sequence: 7, nonce: "aa", attempt: 3}
	before := mark{sequence: 6, nonce: "aa", attempt: 2}
	ta := &task{attempt: mine.String(), saved: saved{attempt: before.String()}}
	for _, tc := range []struct {
		name  string
		found string
		want  outcome
	}{
		{"mine", mine.String(), outcomeCommitted},
		{"that of the last commit", before.String(), outcomeAborted},
		{"another process, same sequence and attempt", mark{sequence: 7, nonce: "bb", attempt: 3}.String(), outcomeForeign},
		{"an earlier attempt of mine", mark{sequence: 7, nonce: "aa", attempt: 1}.String(), outcomeForeign},
		{"offsets deleted meanwhile", "", outcomeForeign},
	} {
		if got := decide(ta, tc.found); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
	if oc := decide(&task{attempt: mine.String()}, ""); oc != outcomeAborted {
		t.Errorf("the first transaction of a group, nothing committed: %v, want %v", oc, outcomeAborted)
	}
}
