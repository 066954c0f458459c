#!/bin/sh
# The `acp` adapter: any agent that speaks the Agent Client Protocol. Its library is an extra, so site-packages are read.
here=$(CDPATH='' cd -- "${0%/*}/.." && pwd) || exit 14
PYTHONPATH=$here${PYTHONPATH:+:$PYTHONPATH} exec "${META_PYTHON:-python3}" -P -m runtime_adapters.acp "$@"
