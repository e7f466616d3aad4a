package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a program that is measured: a process of its own.
type server struct {
	cmd  *exec.Cmd
	addr string
	errs bytes.Buffer
}

// start starts a program and waits until it says that it listens.
func start(file string, args ...string) (*server, error) {
	s := &server{cmd: exec.Command(file, args...)}
	s.cmd.Stderr = &s.errs
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	in := bufio.NewScanner(out)
	for in.Scan() {
		if addr, ok := strings.CutPrefix(in.Text(), "listening on http://"); ok {
			s.addr = addr
			break
		}
	}
	if s.addr == "" {
		err := s.cmd.Wait()
		return nil, fmt.Errorf("%s %s did not start: %w: %s", file, strings.Join(args, " "), err, s.errs.String())
	}
	go io.Copy(io.Discard, out) // until the program ends
	return s, nil
}

// stop lets the program end in order.
func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- s.cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			return fmt.Errorf("%s: %w: %s", s.cmd.Path, err, s.errs.String())
		}
		return nil
	case <-time.After(time.Minute):
		return errors.Join(fmt.Errorf("%s did not end", s.cmd.Path), s.cmd.Process.Kill())
	}
}

// profile asks our own server to begin its profile, where it was started with one.
func (s *server) profile() {
	if slices.Contains(s.cmd.Args, "--profile") {
		_ = s.cmd.Process.Signal(syscall.SIGUSR1) // a missing profile is seen by whoever wants it
	}
}

// memory reads the memory in bytes that the program has for itself. The pages of
// the database file that SQLite maps are not in it: they are the system's cache,
// and each connection that maps them would count them again.
func (s *server) memory() (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(b), "RssAnon:")
	n, err := strconv.ParseInt(strings.TrimSpace(strings.SplitN(rest, "kB", 2)[0]), 10, 64)
	return n << 10, err
}

// most samples the memory until stop is called, which gives the most that it saw.
func (s *server) most() (stop func() int64) {
	done, peak := make(chan struct{}), make(chan int64)
	go func() {
		var most int64
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			if n, err := s.memory(); err == nil {
				most = max(most, n)
			}
			select {
			case <-tick.C:
			case <-done:
				tick.Stop()
				peak <- most
				return
			}
		}
	}()
	return func() int64 { close(done); return <-peak }
}

// cpu is the processor time that the program has used.
func (s *server) cpu() time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(f[11], 10, 64)
	system, _ := strconv.ParseInt(f[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond // USER_HZ is 100 on Linux
}

// machine is what the processors of the machine did: of that, what this process
// used, and the share of the time in which they had nothing to do.
type machine struct {
	own        time.Duration
	all, spare int64 // ticks
	idle       float64
}

func now() machine {
	var m machine
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) == nil {
		m.own = time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return m
	}
	first, _, _ := strings.Cut(string(b), "\n")
	for i, f := range strings.Fields(first)[1:] {
		n, _ := strconv.ParseInt(f, 10, 64)
		m.all += n
		if i == 3 || i == 4 { // idle, and waiting for the disk
			m.spare += n
		}
	}
	return m
}

func (m machine) since(before machine) machine {
	return machine{own: m.own - before.own, idle: float64(m.spare-before.spare) / float64(max(m.all-before.all, 1))}
}
