#!/bin/sh
# Runs one session: host.sh SESSION_FOLDER WORKTREE ADAPTER VERB [WORDS BEFORE THE COMMAND...]
# The lock's descriptor was inherited: the kernel drops the lock when this process and all that share it are gone.
folder=$1 worktree=$2 adapter=$3 verb=$4
shift 4

printf '{"pid": %s}\n' "$$" >"$folder/pid.json"
"$@" "$adapter" "$verb" "$folder"
code=$?

answer=$worktree/.session/result.json
if [ -f "$answer" ]; then mv -f "$answer" "$folder/result.json"; fi
printf '{"code": %s, "ended_at": "%s"}\n' "$code" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$folder/exit.json.tmp"
mv -f "$folder/exit.json.tmp" "$folder/exit.json"
