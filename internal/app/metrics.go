package app

import (
	"context"
	"crypto/subtle"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// meters are the figures of /metrics. None of them carries a person.
type meters struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	steps    *prometheus.CounterVec
	failed   *prometheus.CounterVec
	serve    http.Handler
}

func newMeters() *meters {
	m := &meters{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "yuanmeng_requests_total", Help: "Answers by route and code."}, []string{"route", "method", "code"}),
		took:     prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "yuanmeng_request_seconds", Help: "Time to the answer by route.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 14)}, []string{"route"}),
		steps:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "yuanmeng_job_done_total", Help: "What the jobs did."}, []string{"step"}),
		failed:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "yuanmeng_job_failed_total", Help: "Steps of jobs that failed."}, []string{"step"}),
	}
	m.registry.MustRegister(m.requests, m.took, m.steps, m.failed, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.serve = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return m
}

func (m *meters) request(pattern, method string, code int, took time.Duration) {
	m.requests.WithLabelValues(pattern, method, strconv.Itoa(code)).Inc()
	m.took.WithLabelValues(pattern).Observe(took.Seconds())
}

func (m *meters) step(name string, n int, err error) {
	m.steps.WithLabelValues(name).Add(float64(n))
	if err != nil {
		m.failed.WithLabelValues(name).Inc()
	}
}

// healthz says that the process answers.
func (h *house) healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte("ok\n"))
}

// readyz says that the database answers as well.
func (h *house) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err := h.db.Ping(ctx); err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		w.Write([]byte("database away\n"))
		return
	}
	w.Write([]byte("ready\n"))
}

// metrics answers this machine, and others that bring the secret.
func (h *house) metrics(w http.ResponseWriter, r *http.Request) {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	asked := "Bearer " + h.Metrics
	// A proxy on this machine passes on what comes from others.
	passed := h.BehindProxy || len(r.Header.Values("X-Forwarded-For")) > 0
	if (ip == nil || !ip.IsLoopback() || passed) &&
		(h.Metrics == "" || subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte(asked)) != 1) {
		http.Error(w, "not here", http.StatusNotFound)
		return
	}
	h.meters.serve.ServeHTTP(w, r)
}
