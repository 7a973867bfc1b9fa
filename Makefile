# make demo and make test do all the set-up from a bare clone; a second run is quick.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup demo test test-slack-emulator lint bench lock clean

demo: setup
	@$(BIN)/handraise demo

test: setup lint
	@$(BIN)/python -m pytest

EMULATOR := tests/emulator/node_modules/.ready

test-slack-emulator: setup $(EMULATOR)
	@$(BIN)/python -m pytest tests/emulator

# From the npm registry, by name and version; a lock file would hold addresses.
$(EMULATOR): tests/emulator/package.json
	@command -v npm >/dev/null || { echo "The emulator comes from the npm registry: install npm first." >&2; exit 1; }
	@cd tests/emulator && npm install --no-package-lock --no-audit --no-fund --loglevel=error --fetch-retries=1 \
	  && node_modules/.bin/node --version >/dev/null
	@touch $@

setup: $(VENV)/.ready

# Making it anew empties the folder first, which must not be another checkout's.
$(VENV)/.installed: requirements.lock pyproject.toml
	@set -e; \
	if [ -L $(VENV) ]; then echo "$(VENV) is a link to another folder, and would be emptied: remove the link, and run make again." >&2; exit 1; fi; \
	works() { "$$1" -c 'import sys, venv; sys.exit(sys.version_info[:2] != (3, 10))' >/dev/null 2>&1; }; \
	for python in python3.10 "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.10*/bin/python3.10 python3; do \
	  if works "$$python"; then found="$$python"; break; fi; \
	done; \
	if [ -n "$$found" ]; then "$$found" -m venv --clear $(VENV); \
	elif command -v uv >/dev/null; then uv venv -q --clear --python 3.10 $(VENV) && $(BIN)/python -m ensurepip >/dev/null; \
	else echo "Handraise needs Python 3.10 (Rasa supports nothing newer). Install python3.10, or uv, and run make again." >&2; exit 1; fi; \
	echo "Installing the packages named in requirements.lock (about two minutes, 3 GB on disk) …"; \
	$(BIN)/python -m pip install -qq --disable-pip-version-check "setuptools<81" wheel; \
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements.lock; \
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.ready: $(VENV)/.installed
	@$(BIN)/handraise setup
	@touch $@

lint: setup
	@$(BIN)/ruff check bot escalation labeling tests
	@$(BIN)/ruff format --check bot escalation labeling tests
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: setup
	@$(BIN)/python -m tests.bench

# Needs uv. Versions and hashes only: no index addresses.
lock:
	uv pip compile pyproject.toml --all-extras --python-version 3.10 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header -q -o requirements.lock

clean:
	rm -rf $(VENV) .handraise .rasa models tests/emulator/node_modules
