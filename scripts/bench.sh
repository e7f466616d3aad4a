#!/usr/bin/env bash
# `make bench`: measures the program against its own ceilings, PocketBase and
# PostgreSQL's row locks, plays the rush and the crashes often, and writes
# bench/RESULTS.md. About 40 minutes on two cores; leave the machine alone
# meanwhile. bench/README.md says what the lines mean.
#
#   scripts/bench.sh [figures] [rush] [crash]    only these parts; all by default
#
# BENCH_FLAGS adds flags of `bench run`, e.g. "--rounds 1 --drafts 1000".
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0 GOFLAGS="${GOFLAGS:-} -buildvcs=false"
parts=" ${*:-figures rush crash} "
wanted() { [[ $parts == *" $1 "* ]]; }

scripts/setup-test.sh
work=$(mktemp -d)
cluster=$(mktemp -d) # of another user, who could not look into ours
disk=$PWD/bench/out/run # on the disk of the checkout, which is what is measured
memory=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'scripts/postgres.sh stop "$cluster"; rm -rf "$work" "$memory" "$disk"' EXIT
pg=$(scripts/postgres.sh start "$cluster")

if wanted figures; then
	rm -rf "$disk"
	mkdir -p "$disk"
	go build -trimpath -ldflags '-s -w' -o "$work/yuanmeng" .
	(cd bench && go build -o "$work/bench" .)
	(cd bench/pocketbase && go build -o "$work/pocketbase" .)
	# shellcheck disable=SC2086
	"$work/bench" run --dir "$disk" --memory "$memory" --pocketbase "$work/pocketbase" --yuanmeng "$work/yuanmeng" \
		--pg "${pg#YM_TEST_PG=}" --out bench/out/figures.md ${BENCH_FLAGS:-}
fi

# often NAME ENGINE COMMAND… runs a test that checks for itself, and notes how it
# ended.
often() {
	local name=$1 engine=$2 began=$SECONDS how=passed
	shift 2
	"$@" >"$work/log" 2>&1 || how="**FAILED**"
	cat "$work/log"
	echo "| $name | $engine | $how | $((SECONDS - began)) s |" >>bench/out/often.md
	[ "$how" = passed ]
}

bad=0
rm -f bench/out/often.md
mkdir -p bench/out
if wanted rush; then
	rush=(go test -count=1 -timeout 60m -run Rush ./internal/casework -args -rush.rounds=20)
	often "opening rush, 20 times" SQLite env -u YM_TEST_PG "${rush[@]}" || bad=1
	often "opening rush, 20 times" PostgreSQL env "$pg" "${rush[@]}" || bad=1
fi
if wanted crash; then
	crash=(go test -count=1 -timeout 90m -v -run Crash ./internal/app)
	often "program killed under load, 100 times" SQLite env -u YM_TEST_PG YM_CRASH_SQLITE=100 "${crash[@]}" || bad=1
	often "program killed 20 times, database server killed 5 times" PostgreSQL env "$pg" YM_CRASH_PG=20 YM_CRASH_SERVER=5 "${crash[@]}" || bad=1
fi

# The report is put together from the parts that there are: one that was not run
# now is kept from the last time.
[ ! -f bench/out/often.md ] || mv bench/out/often.md bench/out/often-done.md
{
	cat bench/out/figures.md
	if [ -f bench/out/often-done.md ]; then
		printf '\n## Rush and crashes\n\n'
		echo 'Each test checks for itself: exactly 100 seats and 50 waiting places, numbers without gaps, a linearizable history, every acknowledged submission there by identity with its number, nothing half-done, a log that verifies.'
		printf '\n| test | engine | outcome | took |\n| --- | --- | --- | --- |\n'
		cat bench/out/often-done.md
	fi
	if [ -f bench/REASONS.md ]; then
		printf '\n'
		cat bench/REASONS.md
	fi
} >bench/RESULTS.md
echo "wrote bench/RESULTS.md"
exit $bad
