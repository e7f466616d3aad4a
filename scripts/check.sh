#!/usr/bin/env bash
# `make check`: what must hold before every commit, in at most 3 minutes.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/parts.sh
# A clone owned by another user must still build.
export CGO_ENABLED=0 GOFLAGS="${GOFLAGS:-} -buildvcs=false"

format() {
	local out
	out=$(gofmt -l main.go internal plan bench)
	[ -z "$out" ] || { echo "gofmt would change:"; echo "$out"; return 1; }
}

# ./... stops at a nested module, so each is named.
vet() {
	local module bad=0
	for module in . bench bench/pocketbase; do
		[ -f $module/go.mod ] || continue
		(cd $module && go vet ./...) || bad=1
	done
	return $bad
}

part format 5 format
part vet 60 vet
part generated 30 scripts/generated.sh
if [ "${1:-}" != without-tests ]; then
	part "short tests on SQLite" 85 env -u YM_TEST_PG go test -short ./...
fi
finish
