#!/usr/bin/env bash
# A PostgreSQL cluster to throw away, for tests and measurements.
#
#   postgres.sh start DIR   makes the cluster in DIR (new or empty), starts it
#                           and prints YM_TEST_PG=postgres://…
#   postgres.sh url DIR     prints that line again
#   postgres.sh again DIR   starts the cluster in DIR again after its server died
#   postgres.sh stop DIR    stops that server, and no other, and removes DIR
#
# It listens on a socket inside DIR only, so that no port has to be found free.
# The settings are the ones the program asks for at start; fsync stays on.
set -euo pipefail

fail() { echo "postgres.sh: $*" >&2; exit 1; }
[ $# = 2 ] || fail "usage: postgres.sh start|url|again|stop DIR"
verb=$1 dir=$2

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || fail "no PostgreSQL under /usr/lib/postgresql"

# The server refuses to run as root.
as_owner() {
	if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

url() { echo "YM_TEST_PG=postgres://postgres@/postgres?host=$dir/socket"; }

case $verb in
start)
	mkdir -p "$dir"
	dir=$(cd "$dir" && pwd)
	[ -z "$(ls -A "$dir")" ] || fail "$dir is not empty"
	mkdir "$dir/socket"
	chmod 0700 "$dir" "$dir/socket"
	[ "$(id -u)" != 0 ] || chown -R postgres: "$dir"
	as_owner "$bin/initdb" -D "$dir/cluster" -U postgres -A trust -E UTF8 --locale=C >/dev/null
	as_owner tee -a "$dir/cluster/postgresql.conf" >/dev/null <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$dir/socket'
		max_connections = 300
		shared_buffers = 128MB
		fsync = on
		synchronous_commit = on
		standard_conforming_strings = on
		log_min_error_statement = panic
	CONF
	# The log goes to a file: a server that kept our output open would hold up
	# whoever waits for it to end.
	as_owner "$bin/pg_ctl" -D "$dir/cluster" -l "$dir/log" -w -t 60 start >/dev/null </dev/null ||
		{ cat "$dir/log" >&2; fail "the server did not start"; }
	url
	;;
url)
	dir=$(cd "$dir" && pwd)
	url
	;;
again)
	dir=$(cd "$dir" && pwd)
	# The children of a killed server hold its memory until they have noticed.
	for try in 1 2 3 4 5 6 7 8; do
		if as_owner "$bin/pg_ctl" -D "$dir/cluster" -l "$dir/log" -w -t 60 start >/dev/null </dev/null; then
			url
			exit 0
		fi
		sleep 1
	done
	cat "$dir/log" >&2
	fail "the server did not start again"
	;;
stop)
	[ -d "$dir/cluster" ] || exit 0
	dir=$(cd "$dir" && pwd)
	# pg_ctl reads the id from the cluster's own file.
	as_owner "$bin/pg_ctl" -D "$dir/cluster" -m immediate -w -t 30 stop >/dev/null || true
	rm -rf "$dir"
	;;
*) fail "usage: postgres.sh start|url|again|stop DIR" ;;
esac
