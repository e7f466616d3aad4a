# The commands of this repository. Bare `make` lists them.
SHELL := bash
export CGO_ENABLED = 0

.PHONY: help run demo check test simulate bench package

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/make \1\t\2/' | expand -t 16

run: ## serve on 127.0.0.1:8080 with the embedded programme, data in ./data
	go run . serve --data data

demo: ## the same with sample people and a clock that can be moved
	go run . demo

check: ## before every commit, at most 3 minutes: format, vet, generated files, short tests on SQLite
	scripts/check.sh

test: ## everything on both engines, under 45 minutes; installs what it needs
	scripts/test.sh

simulate: ## 10,000 random histories of one programme against the rules
	go test -count=1 -timeout 60m -run 'Histories' ./internal/casework -args -rapid.checks=10000

bench: ## measure against the peers and write bench/RESULTS.md
	scripts/bench.sh

package: ## a static linux/amd64 binary and an archive of it with deploy/, in bin/
	scripts/package.sh
