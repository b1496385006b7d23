# Every target does its own set-up, from a fresh checkout with Python 3.11 or newer: a .venv with locked packages.
# A second run finds the stamps and starts at once.

.PHONY: run test guard faults clients check bench scale format lock clean help
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
HAS_UV := $(shell uv --version >/dev/null 2>&1 && echo yes)
# The first interpreter that runs and is new enough; a version manager's stand-in may be on the path and not run.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$python && break; done)

ifeq ($(HAS_UV),yes)
    # Trust what the machine trusts, as pip does; the second name is that of older versions.
    export UV_SYSTEM_CERTS ?= 1
    export UV_NATIVE_TLS ?= 1
    VENV_MAKE = uv venv --quiet --allow-existing --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV)
    INSTALL = uv pip install --quiet --python $(BIN)/python
else
    VENV_MAKE = $(PYTHON) -m venv $(VENV)
    INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

help:
	@echo "make run    serve the demo on http://127.0.0.1:8000"
	@echo "make test   run the test suite, on SQLite and PostgreSQL"
	@echo "make guard  note what requests cost, for make test to hold them to it"
	@echo "make faults do the faults of docs/reliability.md at full length, and show what was measured"
	@echo "make clients install the JavaScript clients that make test reads with if they are there (needs npm)"
	@echo "make check  ruff and mypy"
	@echo "make bench  measure: what a request costs, beside other ways to do it"
	@echo "make scale  measure: over workers, clients, the pool's size, tables, answers, and a million requests"
	@echo "make format let ruff format the code"
	@echo "make lock   choose newer versions of all packages"
	@echo "make clean  remove what the other targets made"

run: $(VENV)/.runtime
	@$(BIN)/poolgate serve

# What looks at the clock, or counts what its process does, runs by itself; all else runs side by side, a file at a time,
# in the order of tests/conftest.py.
of = $(patsubst %,tests/$(1)_%.py,$(2))
ALONE = tests/fast tests/guard tests/pool tests/operator/test_pool_page.py tests/test_benchmarks.py tests/test_scale.py \
	$(call of,database/test,keys lane silence sqlite_files sqlite_functions sqlite_log sqlite_waiting time_limits) \
	$(call of,reliability/test_faults,clients database network sqlite start time) \
	$(call of,security/test_api_keys,workers) \
	$(call of,serving/test_serving,bodies callers granian numbers reload stop workers)
test: $(VENV)/.dev
ifdef ARGS
	@$(BIN)/python -m pytest $(ARGS)
else
	@status=0; \
	$(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder $(ALONE:%=--ignore=%) || status=1; \
	$(BIN)/python -m pytest $(ALONE) || status=1; \
	exit $$status
endif

guard: $(VENV)/.dev
	@$(BIN)/python -m pytest -q --note tests/guard

faults: $(VENV)/.dev
	@$(BIN)/python -m pytest --full tests/reliability tests/serving $(ARGS)

CLIENTS := tests/clients/node_modules
clients: $(CLIENTS)/.package-lock.json

$(CLIENTS)/.package-lock.json: tests/clients/package-lock.json
	@npm ci --silent --prefix $(dir $<)
	@touch $@

check: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(VENV)/.bench
	@$(BIN)/python -m benchmarks $(ARGS)

scale: $(VENV)/.dev
	@$(BIN)/python -m benchmarks.scale $(ARGS)

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# Versions and hashes only, for every platform and Python that the project supports.
LOCK = uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--fork-strategy fewest --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" pyproject.toml
lock:
	@uv --version >/dev/null 2>&1 || { echo "make lock needs uv (pip install uv)"; exit 1; }
	@$(LOCK) --output-file requirements.lock
	@$(LOCK) --constraints requirements.lock --group dev --output-file requirements-dev.lock
	@$(LOCK) --constraints requirements-dev.lock --group bench --output-file requirements-bench.lock

clean:
	rm -rf $(VENV) $(CLIENTS) benchmarks/npm/node_modules build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.python:
	@test -n "$(PYTHON)" || { echo "Poolgate needs Python 3.11 or newer; none was found on the path."; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) …"
	@$(VENV_MAKE)
	@touch $@

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/.python
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.bench: requirements-bench.lock $(VENV)/.dev
	@$(INSTALL) --require-hashes -r requirements-bench.lock
	@touch $@
