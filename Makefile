# setup: .venv from requirements.lock, with uv where it is installed, else with pip. The rest calls it when needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= 2
AGENTS := .agents
SYSTEM := bubblewrap tmux socat slirp4netns iptables chromium chromium-driver

.PHONY: setup demo test test-slow test-agents check docs bench lock system screenshots agents

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0])'
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python $(PYTHON) $(VENV) && \
	  uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
	  $(PYTHON) -m venv $(VENV) && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@touch $(STAMP)

demo: setup
	$(BIN)/meta demo

test: setup
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup -m "not agents and not slow"

# What `make test` leaves out so that it stays under ten minutes; CI runs both.
test-slow: setup
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup -m slow

# The tests that run the real agents: those that `make agents` has installed.
test-agents: setup
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup -m agents

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/meta lint
	$(BIN)/python docs/make_reference.py --check

# The reference in docs/orchestration.md, from the docs of the code.
docs: setup
	$(BIN)/python docs/make_reference.py

# The pictures of the README, from the example while it is built.
screenshots: setup
	$(BIN)/python docs/make_screenshots.py

bench: setup
	$(BIN)/python -m benchmarks

# Sandboxes (ours and the agents' own), pictures and a browser for the tests, where apt is there: without them the tests
# that need them are skipped and say so.
system:
	@if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -qq && apt-get install -y -qq $(SYSTEM) >/dev/null; \
	else echo "not root on a Debian system: install $(SYSTEM) by hand"; fi

# The real agents for the contract tests, pinned, and the packages of the apps that toolchains are tested with: without
# them those tests are skipped and say so.
agents: $(AGENTS)/.installed setup
	@$(BIN)/python -m tests.toolchain_apps

$(AGENTS)/.installed: tests/contract/agents/package.json tests/contract/agents/package-lock.json
	@if command -v npm >/dev/null 2>&1; then \
	  mkdir -p $(AGENTS) && cp tests/contract/agents/package.json tests/contract/agents/package-lock.json $(AGENTS)/ && \
	  npm ci --prefix $(AGENTS) --no-audit --no-fund --no-progress --fetch-retries=1 --loglevel=error && touch $@ ; \
	else echo "npm is not installed: the contract tests with real agents will be skipped"; fi

# New versions: the only target that changes requirements.lock.
lock:
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
	  --no-emit-index-url --all-extras --group dev pyproject.toml -o requirements.lock
