// Command bench measures the program against the ceilings of its own design and
// against PocketBase, and writes bench/RESULTS.md. scripts/bench.sh builds what
// it needs and calls it.
//
//	bench run   --dir DIR --pocketbase FILE --yuanmeng FILE [--pg URL] --out FILE
//	bench serve --data DIR [--db URL] [--gate KIND]
//
// run starts every program that it measures as a process of its own; serve is
// the whole program with another gate (internal/casework, GateKind).
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/pprof"
	"syscall"

	"yuanmeng/internal/app"
	"yuanmeng/internal/casework"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("run or serve")
	}
	f := flag.NewFlagSet(args[0], flag.ContinueOnError)
	switch args[0] {
	case "serve":
		o := app.HouseOptions{Addr: "127.0.0.1:0", Log: io.Discard}
		f.StringVar(&o.Data, "data", "", "folder")
		f.StringVar(&o.DB, "db", "", "postgres://…")
		f.StringVar((*string)(&o.Gate), "gate", string(casework.GateBatch), "kind of gate")
		profile := f.String("profile", "", "write a CPU profile there, from SIGUSR1 on")
		if err := f.Parse(args[1:]); err != nil {
			return err
		}
		return serve(ctx, o, *profile)
	case "run":
		r := newRun()
		r.flags(f)
		if err := f.Parse(args[1:]); err != nil {
			return err
		}
		return r.all(ctx)
	}
	return fmt.Errorf("no command %q", args[0])
}

// serve runs the whole program until it is told to stop. A profile begins when
// SIGUSR1 comes, so that it shows the load and not what comes before.
func serve(ctx context.Context, o app.HouseOptions, profile string) error {
	h, err := app.OpenHouse(ctx, o)
	if err != nil {
		return err
	}
	if profile != "" {
		file, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer file.Close()
		begin := make(chan os.Signal, 1)
		signal.Notify(begin, syscall.SIGUSR1)
		go func() {
			<-begin
			_ = pprof.StartCPUProfile(file) // an empty file says that it failed
		}()
		defer pprof.StopCPUProfile()
	}
	return h.Serve(ctx, func(addr string) { fmt.Printf("listening on http://%s\n", addr) })
}
