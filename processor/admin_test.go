package processor

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// get asks a handler of the admin server.
func get(t *testing.T, handler http.HandlerFunc) (int, map[string]any) {
	t.Helper()
	wr := httptest.NewRecorder()
	handler(wr, httptest.NewRequest(http.MethodGet, "/", nil))
	var body map[string]any
	if err := json.Unmarshal(wr.Body.Bytes(), &body); err != nil {
		t.Fatalf("%v: %s", err, wr.Body)
	}
	return wr.Code, body
}

// TestReadyOnlyWhenEveryTaskIsRestored: live all the time, ready when the restore is over.
func TestReadyOnlyWhenEveryTaskIsRestored(t *testing.T) {
	th := newTwoHalves(t, 1)
	hanging := th.openTransaction(th.topics.Changelog, 0, "crashed")
	th.forget(th.first.group())
	co := th.config()
	co.State = t.TempDir()
	clock := newWallClock(day0.AddDate(0, 1, 0))
	ru := th.start(co, WithClock(clock.now))
	if code, body := get(t, ru.readyz); code != http.StatusServiceUnavailable || body["ready"] != false {
		t.Errorf("ready before anything: %d %v", code, body)
	}
	th.await("the restore", func() bool { return restores(ru) })
	if code, body := get(t, ru.readyz); code != http.StatusServiceUnavailable {
		t.Errorf("ready while restoring: %d %v", code, body)
	}
	if code, _ := get(t, ru.livez); code != http.StatusOK {
		t.Errorf("not live while restoring: %d", code)
	}
	th.end(hanging, kgo.TryAbort)
	th.await("ready", func() bool { code, _ := get(t, ru.readyz); return code == http.StatusOK })
	clock.advance(livezLimit - time.Second)
	th.await("a further turn", func() bool { code, _ := get(t, ru.livez); return code == http.StatusOK })
}

// TestAStuckLaneIsNotLive: a lane that makes no turn for a minute has to be restarted.
func TestAStuckLaneIsNotLive(t *testing.T) {
	clock := newWallClock(day0)
	pr := &Processor{now: clock.now}
	pr.statuses.expect(1)
	pr.statuses.post(laneStatus{Lane: 0, Joined: true, turnMs: day0.UnixMilli()}, nil)
	if code, body := get(t, pr.livez); code != http.StatusOK {
		t.Errorf("not live after a turn: %d %v", code, body)
	}
	clock.advance(livezLimit + time.Millisecond)
	if code, body := get(t, pr.livez); code != http.StatusServiceUnavailable {
		t.Errorf("live although stuck: %d %v", code, body)
	}
}

// TestTheAdminServerShowsTasksAndMetrics: over HTTP, as an operator sees it.
func TestTheAdminServerShowsTasksAndMetrics(t *testing.T) {
	wo := newWorld(t, 2, testBundle)
	wo.publishEvents(visits("acme", "ann", day0, time.Hour, 3)...)
	co := wo.config()
	listener, err := net.Listen("tcp", "127.0.0.1:0") // a free port
	if err != nil {
		t.Fatal(err)
	}
	co.Admin = listener.Addr().String()
	_ = listener.Close()
	ru := wo.start(co, WithClock(newWallClock(day0.AddDate(0, 0, 1)).now))
	ru.ready(0, 1)
	wo.intentsCome(3)
	fetch := func(path string) string {
		resp, err := http.Get("http://" + co.Admin + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v: %s", path, resp.Status, err, body)
		}
		return string(body)
	}
	wantText(t, fetch("/tasks"), `"group": "holdfast-processor"`, `"instance": "p0"`, `"bundle": "test"`, `"partition": 1`, `"topic": "telemetry.billing"`, `"last_stable_offset"`, `"clock_ms"`)
	wo.await("the metrics of the intents", func() bool { return ru.metric("intents_emitted_total", "hello") == 3 })
	wantText(t, fetch("/metrics"), `holdfast_intents_emitted_total{playbook="hello"} 3`, `holdfast_input_lag_records{partition="1",topic="telemetry.support"} 0`,
		`holdfast_transactions_total{outcome="committed"}`, "holdfast_task_clock_timestamp_seconds", `holdfast_tasks{state="running"} 2`)
	fetch("/livez")
	fetch("/readyz")
	resp, err := http.Post("http://"+co.Admin+"/tasks", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST /tasks: %s; nothing can be changed there", resp.Status)
	}
	other := wo.config()
	other.Admin, other.Instance = co.Admin, "p1"
	wo.start(other).fails("admin server", "--admin")
}
