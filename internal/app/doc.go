// Package app puts the program together: it reads the command line, opens the
// database, starts the doors and the jobs, and stops them again in order. It is
// the only place that reads the machine's clock; everything below is handed an
// instant or a clock.
package app
