package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"yuanmeng/internal/proof"
)

// cli is the command line. Scripts depend on it: DESIGN 7 names every command.
type cli struct {
	Serve     serveCmd     `cmd:"" help:"Serve the platform."`
	Demo      demoCmd      `cmd:"" help:"Serve with sample people and a clock that can be moved."`
	Programme programmeCmd `cmd:"" help:"Check, load and list programmes."`
	Migrate   migrateCmd   `cmd:"" help:"Bring the database's schema up to date."`
	Backup    backupCmd    `cmd:"" help:"Write a consistent copy of everything but the key file."`
	Restore   restoreCmd   `cmd:"" help:"Put a backup back: a new epoch of the logs, messages held until two persons release them."`
	Keys      keysCmd      `cmd:"" help:"Make and name key files."`
	Verify    verifyCmd    `cmd:"" help:"Check an exported log, a receipt, a seated list."`
	Account   accountCmd   `cmd:"" help:"Make accounts from the command line."`

	Config kong.ConfigFlag `help:"A JSON file with values for these flags." type:"path"`
}

// out is where commands write, and how they end.
type out struct {
	ctx    context.Context
	stdout io.Writer
	stderr io.Writer
}

// exit is an end with a code of its own and nothing more to say.
type exit int

// Error names the code.
func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// Main runs the command line and gives the exit code: 0 done, 1 refused or
// failed, 2 not understood.
func Main(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, args, stdout, stderr)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c cli
	code := -1
	parser, err := kong.New(&c, kong.Name("yuanmeng"), kong.Description("求学圆梦行动: seats in the order of submission, reviews and payouts that anyone can check."),
		kong.Writers(stdout, stderr), kong.Exit(func(n int) { code = n }), kong.Configuration(kong.JSON), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(stderr, "yuanmeng:", err)
		return 2
	}
	k, err := parser.Parse(args)
	if code >= 0 {
		return code // --help
	}
	if err != nil {
		fmt.Fprintln(stderr, "yuanmeng:", err)
		return 2
	}
	err = k.Run(&out{ctx, stdout, stderr})
	var e exit
	if errors.As(err, &e) {
		return int(e)
	}
	if err != nil {
		fmt.Fprintln(stderr, "yuanmeng:", err)
		return 1
	}
	return 0
}

// verifyCmd hands its words to proof, which has flags of its own.
type verifyCmd struct {
	Args []string `arg:"" optional:"" passthrough:"" help:"FILE [--checkpoint FILE] [--receipt FILE] [--seated FILE] [--key BASE64]"`
}

// Run checks an export.
func (v *verifyCmd) Run(o *out) error {
	if code := proof.RunVerify(v.Args, o.stdout); code != 0 {
		return exit(code)
	}
	return nil
}
