#!/usr/bin/env bash
# Installs what `make test` needs beside Go and Node, and only what is missing:
# Chromium, PostgreSQL, two PDF readers, fonts with rare characters, and the
# npm packages of the browser flows. Says nothing when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

# Mirrors drop connections now and then; a third try is enough.
retry() {
	local try
	for try in 1 2 3; do
		if "$@"; then return 0; fi
		echo "setup: try $try failed: $*" >&2
		sleep $((try * 3))
	done
	return 1
}

missing=()
want() { # want COMMAND-OR-FILE PACKAGE
	if ! command -v "$1" >/dev/null && ! [ -e "$1" ]; then missing+=("$2"); fi
}
want chromium chromium
want pdftotext poppler-utils
want mutool mupdf-tools
want /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc fonts-noto-cjk
want /usr/share/fonts/truetype/hanazono/HanaMinB.ttf fonts-hanazono
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)

if [ ${#missing[@]} -gt 0 ]; then
	as_root=()
	[ "$(id -u)" = 0 ] || as_root=(sudo -n)
	export DEBIAN_FRONTEND=noninteractive
	retry "${as_root[@]}" apt-get -qq update
	retry "${as_root[@]}" apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
fi

# The stamp is the lock file as it was installed.
packages() {
	local dir=$1 stamp=$1/node_modules/.installed
	[ -f "$dir/package-lock.json" ] || return 0
	if ! cmp -s "$dir/package-lock.json" "$stamp"; then
		retry npm ci --prefix "$dir" --no-audit --no-fund --ignore-scripts --loglevel=error
		cp "$dir/package-lock.json" "$stamp"
	fi
}
packages e2e
packages internal/web/assets
