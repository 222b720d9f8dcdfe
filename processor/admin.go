package processor

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"
)

// livezLimit is how long a lane may take for one turn before the process counts as stuck. Brokers that are away do not
// count: a restart would not bring them back.
const livezLimit = 60 * time.Second

// readyLimit is how long the brokers may be silent before the process counts as not ready.
const readyLimit = 3 * time.Second

// serveAdmin starts the admin HTTP server: /livez, /readyz, /tasks, /metrics. It only answers; nothing can be changed.
func (pr *Processor) serveAdmin() (stop func(), err error) {
	if pr.config.Admin == "" {
		return func() {}, nil
	}
	if err := pr.registerer.Register(pr); err != nil {
		return nil, fmt.Errorf("register task metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", pr.livez)
	mux.HandleFunc("GET /readyz", pr.readyz)
	mux.HandleFunc("GET /tasks", pr.tasks)
	mux.Handle("GET /metrics", promhttp.HandlerFor(pr.registerer, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	listener, err := net.Listen("tcp", pr.config.Admin)
	if err != nil {
		return nil, fmt.Errorf("admin server: %w; choose another address with --admin, or none with --admin ''", err)
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10}
	go func() { // ends with stop
		if err := server.Serve(listener); err != nil && err != http.ErrServerClosed {
			pr.log.Error("admin server", zapError(err))
		}
	}()
	pr.log.Info("admin server listens", zap.Stringer("address", listener.Addr()))
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Shutdown(ctx)
	}, nil
}

// livez says whether the process makes progress of its own.
func (pr *Processor) livez(wr http.ResponseWriter, _ *http.Request) {
	_, lanes := pr.statuses.list()
	for _, ls := range lanes {
		if stuck := pr.now().UnixMilli() - ls.turnMs; ls.Joined && !ls.onKafka && stuck > livezLimit.Milliseconds() {
			answer(wr, http.StatusServiceUnavailable, map[string]any{"live": false, "reason": fmt.Sprintf("lane %d has not finished a turn for %d ms", ls.Lane, stuck)})
			return
		}
	}
	answer(wr, http.StatusOK, map[string]any{"live": true})
}

// readyz says whether every lane has joined the group and no task is being restored.
func (pr *Processor) readyz(wr http.ResponseWriter, _ *http.Request) {
	_, lanes := pr.statuses.list()
	reasons := []string{}
	if len(lanes) == 0 {
		reasons = append(reasons, "no lane has joined the group yet")
	}
	if pr.statuses.started() {
		if silent := pr.now().UnixMilli() - pr.ends.latest.Load().asOf; silent > readyLimit.Milliseconds()+pr.config.EndProofInterval.Milliseconds() {
			reasons = append(reasons, fmt.Sprintf("the brokers have not said where the inputs end for %d ms", silent))
		}
	}
	for _, ls := range lanes {
		if !ls.Joined {
			reasons = append(reasons, fmt.Sprintf("lane %d has not joined the group", ls.Lane))
		}
		if len(ls.Restoring) > 0 {
			reasons = append(reasons, fmt.Sprintf("lane %d restores partitions %v", ls.Lane, ls.Restoring))
		}
	}
	status := http.StatusOK
	if len(reasons) > 0 {
		status = http.StatusServiceUnavailable
	}
	answer(wr, status, map[string]any{"ready": len(reasons) == 0, "reasons": reasons})
}

// tasks shows every lane and task.
func (pr *Processor) tasks(wr http.ResponseWriter, _ *http.Request) {
	tasks, lanes := pr.statuses.list()
	answer(wr, http.StatusOK, map[string]any{"group": pr.config.group(), "instance": pr.instance, "bundle": pr.bundle.Name, "bundle_hash": pr.bundle.Hash,
		"revision": pr.bundle.Revision, "clock": pr.config.Clock, "lanes": lanes, "tasks": tasks})
}

func answer(wr http.ResponseWriter, status int, body any) {
	wr.Header().Set("Content-Type", "application/json")
	wr.WriteHeader(status)
	encoder := json.NewEncoder(wr)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(body) // the reader went away
}

func decimal(number int64) string { return strconv.FormatInt(number, 10) }
