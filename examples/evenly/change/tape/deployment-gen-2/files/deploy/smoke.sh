#!/bin/sh
# One user journey through the installed command: start, add, strike, restore the copy, settle, total, a wrong name.
set -eu

fail() {
    printf 'smoke: expected %s\n' "$1" >&2
    exit 1
}

same() {
    [ "$1" = "$2" ] || fail "\"$2\", got \"$1\""
}

# The file $1 holds exactly the text $2 and one line feed.
holds() {
    printf '%s\n' "$2" | cmp -s - "$1" || fail "$1 to hold \"$2\" and a line feed, got \"$(cat "$1")\""
}

command -v evenly >/dev/null || fail 'the command evenly on PATH'
# Only what is installed counts, not a checkout on PYTHONPATH.
unset PYTHONPATH

work=$(mktemp -d)
trap 'cd / && rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$work/trip"
cd "$work/trip"

out=$(evenly start Ada Ben Cem) || fail 'start to exit 0'
same "$out" 'Started evenly.txt with Ada, Ben, Cem'
holds evenly.txt 'evenly trip
people Ada Ben Cem'

noted='Ada paid 12.00 for ferry, return, shared by Ada, Ben, Cem'
out=$(evenly add Ada 12 'ferry, return') || fail 'add to exit 0'
same "$out" "Noted 1: $noted"
holds evenly.txt 'evenly trip
people Ada Ben Cem
expense 1 Ada 12.00 Ada,Ben,Cem ferry, return'

# The backup of DEPLOYMENT.md, a change, and the restore.
cp -p evenly.txt evenly.txt.bak
out=$(evenly strike 1) || fail 'strike to exit 0'
same "$out" "Struck 1: $noted"
holds evenly.txt 'evenly trip
people Ada Ben Cem
struck 1 Ada 12.00 Ada,Ben,Cem ferry, return'
cp -p evenly.txt.bak evenly.txt

out=$(evenly settle) || fail 'settle to exit 0 on the restored trip'
same "$out" 'Ben gives Ada 4.00
Cem gives Ada 4.00'
out=$(evenly total) || fail 'total to exit 0'
same "$out" 'Total 12.00, expenses: 1, average per person 4.00'

code=0
evenly add Bne 5 tea >"$work/out" 2>"$work/err" || code=$?
[ "$code" -eq 2 ] || fail "exit code 2 for a wrong name, got $code: $(cat "$work/err")"
holds "$work/err" 'error: unknown person "Bne"; possible: Ada, Ben, Cem'
[ ! -s "$work/out" ] || fail 'nothing on standard output for a wrong name'
cmp -s evenly.txt evenly.txt.bak || fail 'evenly.txt unchanged by a wrong name'

echo 'smoke: evenly works'
