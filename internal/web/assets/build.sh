#!/bin/sh
# Builds the files that the pages load: assets/src -> assets/dist. The result is
# committed and embedded. Needs Go only; proof.ts needs the packages named in
# package.json as well and is left as it is when they are not installed.
#
# The targets are the oldest engines that reach the pages: the WeChat view of
# 2020 (Chromium 78) and iOS 12.
set -eu
cd "$(dirname "$0")"
mkdir -p dist
build() {
	go tool esbuild "$1" --bundle --minify --charset=utf8 --legal-comments=none \
		--target=chrome78,safari12 --log-level=warning --outfile="dist/$2"
}
build src/phone.css phone.css
build src/desk.css desk.css
for name in phone desk; do build "src/$name.ts" "$name.js"; done
if [ -d node_modules ]; then build src/proof.ts proof.js; fi
for picture in src/*.svg; do tr -d '\n' <"$picture" >"dist/${picture##*/}"; done
