#!/bin/sh
# The `copilot` adapter. The module is looked for beside this script, never in the current folder, which the agent owns.
here=$(CDPATH='' cd -- "${0%/*}/.." && pwd) || exit 14
PYTHONPATH=$here${PYTHONPATH:+:$PYTHONPATH} exec "${META_PYTHON:-python3}" -P -S -m runtime_adapters.copilot "$@"
