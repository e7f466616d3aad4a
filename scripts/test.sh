#!/usr/bin/env bash
# `make test`: everything on both engines, under 45 minutes on two cores. It
# installs what is missing first. `scripts/test.sh NAME…` runs only those parts.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/parts.sh
export CGO_ENABLED=0 GOFLAGS="${GOFLAGS:-} -buildvcs=false"

only=("$@")
wanted() {
	[ ${#only[@]} -eq 0 ] && return 0
	local name
	for name in "${only[@]}"; do [ "$name" = "$1" ] && return 0; done
	return 1
}

sqlite() { env -u YM_TEST_PG go test -timeout 20m ./...; }

# The tests that ask for a server run again; the others come from the cache.
postgres() (
	dir=$(mktemp -d)
	trap 'scripts/postgres.sh stop "$dir"' EXIT
	url=$(scripts/postgres.sh start "$dir") || exit 1
	env "$url" go test -timeout 20m ./...
)

measure() {
	local module bad=0
	for module in bench bench/pocketbase; do
		[ -f $module/go.mod ] || continue
		(cd $module && go test ./...) || bad=1
	done
	return $bad
}

flows() { node e2e/run.mjs; }

wanted setup && part setup 300 scripts/setup-test.sh
wanted check && part check 90 scripts/check.sh without-tests
wanted bench && part bench 180 measure
wanted sqlite && part sqlite 720 sqlite
wanted postgres && part postgres 720 postgres
wanted flows && part flows 300 flows
finish
