package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// target is a line of the first table: a ratio that was promised.
type target struct {
	what   string
	values []float64 // one a round
	least  float64
}

func (r *run) targets() []target {
	ts := []target{
		{"durable submissions / the same handler with only the writer replaced by an answer", r.ratio("batch", "unkept"), 0.55},
		{"durable submissions / PocketBase with the same guarantees", r.ratio("batch", "peer same"), 8},
		{"durable submissions / PocketBase with its defaults (not safe at a power cut, no quota)", r.ratio("batch", "peer default"), 4},
		{"opening second over " + number(r.programmes) + " programmes: PocketBase with the same guarantees / ours", r.ratio("opening many peer", "opening many"), 10},
		{"opening second on one programme of 100 + 50: PocketBase with the same guarantees / ours", r.ratio("opening one peer", "opening one"), 5},
	}
	if r.pg != "" {
		ts = append(ts,
			target{"PostgreSQL: one hot programme / " + number(r.hot) + " programmes", r.ratio("pg hot", "pg cool"), 0.90},
			target{"PostgreSQL, one hot programme: batches / SELECT … FOR UPDATE in a transaction per request", r.ratio("pg hot", "pg locked"), 10})
	}
	return ts
}

// report writes what was measured as Markdown.
func (r *run) report(began time.Time, before, after string) string {
	var b strings.Builder
	say := func(f string, a ...any) { fmt.Fprintf(&b, f+"\n", a...) }
	say("# What `make bench` measured\n")
	say("Written by `scripts/bench.sh`; [README.md](README.md) says what each line means and what it does not. Ratios are made round by round and then their median is taken; the range is over the rounds. The generator of the load runs on the same machine as what it measures: read ratios, not absolute figures.\n")
	say("- Machine: %s, %d cores, %s memory, %s; Go %s, %s.", cpuName(), runtime.NumCPU(), memoryTotal(), kernel(), strings.TrimPrefix(runtime.Version(), "go"), commit())
	say("- When: %s to %s (UTC), %s.", began.UTC().Format("2006-01-02 15:04"), time.Now().UTC().Format("15:04"), time.Since(began).Round(time.Second))
	say("- Load average before: %s; after: %s. %s", before, after, quiet(before))
	say("- %d rounds; in each, every slice once, in shuffled order, each on a fresh copy of the same prepared installation, each program a process of its own. %d clients, at most %s or %s submissions a slice; the opening second has %s phones.",
		r.rounds, r.clients, r.slice, number(r.drafts), number(r.phones))
	say("- After every slice the database was opened and held exactly what had been answered: numbers, places, audit rows.\n")

	say("## Targets\n")
	say("| ratio | target | median | range | met |\n| --- | --- | --- | --- | --- |")
	for _, t := range r.targets() {
		if len(t.values) == 0 {
			say("| %s | ≥ %s | not measured | | |", t.what, short(t.least))
			continue
		}
		m, lo, hi := spread(t.values)
		met := "yes"
		if m < t.least {
			met = "**no**"
		}
		say("| %s | ≥ %s | **%s** | %s–%s | %s |", t.what, short(t.least), short(m), short(lo), short(hi), met)
	}

	say("\n## Submissions\n")
	say("`POST /my/submit`, the whole handler: session, form, draft, rules, sealing, the gate, every job running beside it. %d clients, each waiting for its answer.\n", r.clients)
	say("| | a second | range | p50 ms | p99 ms | server CPU µs each |\n| --- | --- | --- | --- | --- | --- |")
	for _, l := range [][2]string{
		{"batch", "SQLite, as the program runs"}, {"unkept", "the same, the writer replaced by an answer"}, {"single", "the same, one transaction a submission"},
		{"peer same", "PocketBase, same guarantees"}, {"peer default", "PocketBase, defaults"},
		{"pg hot", "PostgreSQL, one programme"}, {"pg cool", "PostgreSQL, " + number(r.hot) + " programmes"}, {"pg locked", "PostgreSQL, FOR UPDATE in a transaction per request, one programme"},
	} {
		if len(r.samples[l[0]]) == 0 {
			continue
		}
		m, lo, hi := spread(r.samples[l[0]])
		p50, _, _ := spread(r.samples[l[0]+" p50"])
		p99, _, _ := spread(r.samples[l[0]+" p99"])
		cpu, _, _ := spread(r.samples[l[0]+" cpu"])
		say("| %s | %s | %s–%s | %.0f | %.0f | %.0f |", l[1], number(int(m)), number(int(lo)), number(int(hi)), p50, p99, cpu)
	}
	m, lo, hi := spread(r.ratio("batch", "single"))
	say("\nBatches against one transaction a submission, the rest the same: %s× (%s–%s).", short(m), short(lo), short(hi))

	say("\n## The opening second\n")
	say("%s phones have the page open and tap at the same instant. Seconds until the last of them has its answer; the line below it, until the last has also read the page that the answer leads to (the receipt, or that the list is full), which PocketBase has no counterpart of.\n", number(r.phones))
	say("| | ours | range | PocketBase, same guarantees | range |\n| --- | --- | --- | --- | --- |")
	for _, l := range [][2]string{{"many", number(r.programmes) + " programmes, everybody gets a seat"}, {"one", "one programme, 100 seats and 50 waiting places"}} {
		if len(r.samples["opening "+l[0]]) == 0 {
			continue
		}
		a, alo, ahi := spread(r.samples["opening "+l[0]])
		p, plo, phi := spread(r.samples["opening "+l[0]+" peer"])
		say("| %s | **%.2f s** | %.2f–%.2f | %.2f s | %.2f–%.2f |", l[1], a, alo, ahi, p, plo, phi)
		a, alo, ahi = spread(r.samples["opening "+l[0]+" read"])
		say("| … and has read the next page | %.2f s | %.2f–%.2f | | |", a, alo, ahi)
	}

	say("\n## Pages\n")
	say("The review scene of `yuanmeng demo`, whole pages, compressed; 64 clients, and one alone.\n")
	say("| page | a second | range | p99 ms | alone, p50 ms | alone, p99 ms | bytes sent |\n| --- | --- | --- | --- | --- | --- | --- |")
	for _, p := range []string{"/", "/majors", "/my", "/desk/cases/{id}"} {
		if len(r.samples["page "+p]) == 0 {
			continue
		}
		m, lo, hi := spread(r.samples["page "+p])
		p99, _, _ := spread(r.samples["page "+p+" p99"])
		one, _, _ := spread(r.samples["page "+p+" alone"])
		one99, _, _ := spread(r.samples["page "+p+" alone p99"])
		size, _, _ := spread(r.samples["page "+p+" bytes"])
		say("| `%s` | %s | %s–%s | %.0f | %.2f | %.2f | %s |", p, number(int(m)), number(int(lo)), number(int(hi)), p99, one, one99, number(int(size)))
	}

	say("\n## Memory, binary, forms\n")
	say("| | | range |\n| --- | --- | --- |")
	if size, _, _ := spread(r.samples["binary"]); size > 0 {
		say("| binary, static, stripped | %.1f MB | |", size/1e6)
	}
	mem := func(figure, what string) {
		if len(r.samples[figure]) == 0 {
			return
		}
		m, lo, hi := spread(r.samples[figure])
		say("| %s | %.0f MB | %.0f–%.0f |", what, m/1e6, lo/1e6, hi/1e6)
	}
	mem("memory rest", "own memory (RssAnon) of a fresh `yuanmeng serve` after its first page")
	mem("memory one", "most own memory in the opening second, one programme")
	mem("memory one peer", "the same, PocketBase")
	mem("memory many", "most own memory in the opening second, "+number(r.programmes)+" programmes")
	mem("memory many peer", "the same, PocketBase")
	if len(r.samples["forms"]) == 0 {
		return b.String()
	}
	m, lo, hi = spread(r.samples["forms"])
	say("| 推荐表 as PDF, fonts parsed once, all cores | %.0f a second | %.0f–%.0f |", m, lo, hi)
	m, lo, hi = spread(r.samples["forms anew"])
	say("| the same, fonts parsed for each form | %.1f a second | %.1f–%.1f |", m, lo, hi)
	return b.String()
}

// short writes a ratio with as many digits as it deserves.
func short(v float64) string {
	if v < 2 {
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.1f", v)
}

// number groups thousands.
func number(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	f := strings.Fields(string(b))
	return strings.Join(f[:min(3, len(f))], " ")
}

// quiet says whether the machine was left alone: then only the measurement
// itself loads it.
func quiet(before string) string {
	var one float64
	if _, err := fmt.Sscan(before, &one); err != nil || one < 1.5 {
		return "The machine was quiet."
	}
	return "**The machine was busy with other things: these figures are not to be quoted.**"
}

func kernel() string {
	b, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return runtime.GOOS
	}
	return "Linux " + strings.TrimSpace(string(b))
}

func cpuName() string { return field("/proc/cpuinfo", "model name") }

func memoryTotal() string {
	var kb int64
	if _, err := fmt.Sscan(field("/proc/meminfo", "MemTotal"), &kb); err != nil {
		return "unknown"
	}
	return fmt.Sprintf("%.0f GiB", float64(kb)/(1<<20))
}

func field(file, name string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(b)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return "unknown"
}

// commit names the state of the source that was measured.
func commit() string {
	out, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output()
	if err == nil {
		return "commit " + strings.TrimSpace(string(out))
	}
	if i, ok := debug.ReadBuildInfo(); ok {
		return i.Main.Version
	}
	return "unknown commit"
}
