#!/bin/sh
# One user journey through the installed command: start, add, strike, restore the copy, settle, a wrong name.
set -eu

fail() {
    printf 'smoke: expected %s\n' "$1" >&2
    exit 1
}

same() {
    [ "$1" = "$2" ] || fail "\"$2\", got \"$1\""
}

command -v evenly >/dev/null || fail 'the command evenly on PATH'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
HOME=$work
export HOME
mkdir "$work/trip"
cd "$work/trip"

out=$(evenly start Ada Ben Cem) || fail 'start to exit 0'
same "$out" 'Started evenly.txt with Ada, Ben, Cem'

noted='Ada paid 12.00 for ferry, return, shared by Ada, Ben, Cem'
out=$(evenly add Ada 12 'ferry, return') || fail 'add to exit 0'
same "$out" "Noted 1: $noted"
same "$(cat evenly.txt)" 'evenly trip
people Ada Ben Cem
expense 1 Ada 12.00 Ada,Ben,Cem ferry, return'

# The backup of DEPLOYMENT.md, a change, and the restore.
cp -p evenly.txt evenly.txt.bak
out=$(evenly strike 1) || fail 'strike to exit 0'
same "$out" "Struck 1: $noted"
grep -q '^struck 1 Ada 12\.00 ' evenly.txt || fail 'the struck expense in evenly.txt'
cp -p evenly.txt.bak evenly.txt

out=$(evenly settle) || fail 'settle to exit 0 on the restored trip'
same "$out" 'Ben gives Ada 4.00
Cem gives Ada 4.00'

code=0
evenly add Bne 5 tea >"$work/out" 2>"$work/err" || code=$?
same "$code" 2
same "$(cat "$work/err")" 'error: unknown person "Bne"; possible: Ada, Ben, Cem'
[ ! -s "$work/out" ] || fail 'nothing on standard output for a wrong name'
cmp -s evenly.txt evenly.txt.bak || fail 'evenly.txt unchanged by a wrong name'

echo 'smoke: evenly works'
