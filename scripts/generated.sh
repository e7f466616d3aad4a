#!/usr/bin/env bash
# Makes every generated file again in a temporary folder and compares: what is
# committed must be what its source gives. Changes nothing in the tree.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
again=$(mktemp -d)
trap 'rm -rf "$again"' EXIT
cp go.mod go.sum "$again"

differ=0
compare() { # compare FILE
	if ! diff -q "$root/$1" "$again/$1" >/dev/null 2>&1; then
		echo "generated: $1 is not what its source gives"
		differ=1
	fi
}

# Templates: the Go file beside each .templ.
while IFS= read -r t; do
	mkdir -p "$again/${t%/*}"
	cp "$t" "$again/$t"
done < <(find internal -name '*.templ')
(cd "$again" && go tool templ generate -log-level error)
while IFS= read -r t; do compare "${t%.templ}_templ.go"; done < <(find internal -name '*.templ')
while IFS= read -r g; do
	[ -f "${g%_templ.go}.templ" ] || { echo "generated: $g has no template"; differ=1; }
done < <(find internal -name '*_templ.go')

# Assets: styles, scripts and pictures of the pages.
assets=internal/web/assets
if [ -f $assets/build.sh ]; then
	mkdir -p "$again/$assets"
	cp -r $assets/src $assets/dist $assets/build.sh "$again/$assets"
	[ ! -d $assets/node_modules ] || ln -s "$root/$assets/node_modules" "$again/$assets/node_modules"
	sh "$again/$assets/build.sh"
	while IFS= read -r f; do compare "$assets/dist/$f"; done < \
		<({ ls $assets/dist; ls "$again/$assets/dist"; } | sort -u)
fi
exit $differ
