#!/bin/sh
# Opens the pages in headless Chromium:
#     sh tests/page_browser/run.sh [PICTURES] [ARCHIVE]
# PICTURES is a folder for screenshots, ARCHIVE a large one to be opened as well. Where there is no
# Chromium or Node.js it says SKIPPED and why; it never installs a browser. The first time it gets two
# packages from npm, into this folder.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
skip() {
    echo "SKIPPED: pages in a browser: $1"
    exit 0
}
chromium=""
for name in chromium chromium-browser google-chrome; do
    [ -n "$chromium" ] || chromium=$(command -v "$name" || true)
done
[ -n "$chromium" ] || skip "no Chromium; on Debian: apt-get install chromium"
command -v node >/dev/null && command -v npm >/dev/null || skip "no Node.js with npm"
if [ ! -d "$here/node_modules/puppeteer-core" ]; then
    (cd "$here" && npm ci --no-audit --no-fund --silent) || skip "npm can't get puppeteer-core and axe-core"
fi
evenkeel="${EVENKEEL:-$root/target/release/evenkeel}"
[ -x "$evenkeel" ] || skip "no $evenkeel; build it first: cargo build --release"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$root"
"$evenkeel" replay assets/demo-call.wav --keep-audio --quiet --out "$work/call"
mkdir -p "$work/silent" "$work/bad" "$work/archive/calls"
cp "$work/call/events.jsonl" "$work/silent/"
sed 's|Good morning, how can I help?|<script>alert(1)</script><img src=x onerror=alert(2)>|; s|"id":"demo-call"|"id":"<script>alert(1)</script>","agent":"<script>alert(1)</script>"|' \
    "$work/call/events.jsonl" > "$work/bad/events.jsonl"
cp -r "$work/silent" "$work/archive/calls/demo"
cp -r "$work/bad" "$work/archive/calls/bad"
"$evenkeel" page --quiet "$work/call" "$work/silent" "$work/bad"
"$evenkeel" page --quiet "$work/archive"
"$evenkeel" trends "$work/archive" --page >/dev/null
"$evenkeel" page --quiet "$work/archive"
# What is shared lies apart from the calls, as it is sent.
"$evenkeel" share "$work/call" --flag 1 --redact --by Kim --out "$work/clip" >/dev/null
"$evenkeel" share "$work/silent" --at 0:20 --by Kim --out "$work/clip-silent" >/dev/null 2>&1
"$evenkeel" share "$work/bad" --at 0:05 --by Kim --out "$work/clip-bad" >/dev/null 2>&1
"$evenkeel" practice-set "Letting them finish" "$work/call@flag:1" "$work/call@0:50-1:05" "$work/silent@cue:1" \
    --by Kim --out "$work/set" >/dev/null 2>&1
for name in clip clip-silent clip-bad set; do mv "$work/$name"/*.html "$work/$name/page.html"; done
[ -z "${2:-}" ] || ln -s "$(cd "$2" && pwd)" "$work/large"
node "$here/pages.mjs" "$chromium" "$work" ${1:+"$1"}
