#!/usr/bin/env bash
# A static linux/amd64 binary and an archive of it with deploy/ and the licence.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0 GOOS=linux GOARCH=amd64
mkdir -p bin
go build -trimpath -buildvcs=false -ldflags '-s -w' -o bin/yuanmeng .
tar -czf bin/yuanmeng-linux-amd64.tar.gz --transform 's,^bin/,,' bin/yuanmeng deploy LICENSE docs/operating
ls -l bin
