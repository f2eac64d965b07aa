# escope: everything that a checkout can do. `make help` lists it.
#
# Needs Python 3.11 or newer, a C compiler and make; the rest goes into .venv.
# Another interpreter: make test PYTHON=/path/to/python3.13 VENV=.venv313

SHELL := /bin/sh
VENV ?= .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
WORKERS ?= 2
PYTEST_ARGS ?=
DEMO := recordings/invoices.py
DEMO_TRACE := .cache/demo.esr

# The first interpreter that runs and is new enough.
PYTHON ?= $(shell for p in python3 python3.15 python3.14 python3.13 python3.12 python3.11 python; do \
	if "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo "$$p"; break; fi; done)

CORE_SOURCES := $(wildcard _speedups/*.pyx _speedups/*.pxd _speedups/*.pxi _speedups/*.h)
INSTALLED := $(VENV)/.installed
DEVELOP := $(VENV)/.develop
BUILT := $(VENV)/.built

.DEFAULT_GOAL := help
CHECKS := check-format check-lint check-cython check-types check-layers
.PHONY: help demo test compat check $(CHECKS) format build-ext dist snapshots pictures samples clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

# Python may have been told to write no byte code (containers do): then each start would compile anew.
COMPILE = @$(PY) -m compileall -q escope_tui

demo: $(INSTALLED) ## record a sample program and open the replay
	$(COMPILE)
	@mkdir -p $(dir $(DEMO_TRACE))
	$(BIN)/escope record --force -o $(DEMO_TRACE) $(DEMO)
	$(BIN)/escope replay $(DEMO_TRACE)

test: $(DEVELOP) $(BUILT) ## run the tests, on two workers (PYTEST_ARGS=... for more)
	$(COMPILE)
	$(BIN)/pytest -n $(WORKERS) $(PYTEST_ARGS)

compat: $(DEVELOP) $(BUILT) ## run CPython's tests and those of packages recorded: an hour or two
	$(BIN)/pytest -n $(WORKERS) --slow tests/compat $(PYTEST_ARGS)

check: $(CHECKS) ## format, lint, types, import layers

check-format: $(DEVELOP)
	$(BIN)/ruff format --check .

check-lint: $(DEVELOP)
	$(BIN)/ruff check --quiet .

check-cython: $(DEVELOP)
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/cython-lint _speedups

check-types: $(DEVELOP)
	$(BIN)/mypy

check-layers: $(DEVELOP)
	PYTHONPATH=. $(BIN)/lint-imports --cache-dir .cache/import_linter

format: $(DEVELOP) ## put the Python files in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

build-ext: $(DEVELOP) ## rebuild the compiled core in place
	$(PY) -c "import setuptools; setuptools.setup()" --quiet build_ext --inplace --parallel $(WORKERS)
	@touch $(BUILT)

dist: $(DEVELOP) ## the source distribution and, from it, a wheel, in dist/
	rm -rf build dist
	$(PY) -m pip --quiet wheel --no-deps --wheel-dir dist .

snapshots: $(DEVELOP) $(BUILT) ## draw the pictures of the screen tests anew
	$(BIN)/pytest tests/tui --snapshot-update

pictures: $(DEVELOP) $(BUILT) ## draw the pictures of the documentation anew
	$(PY) docs/pictures.py

samples: $(DEVELOP) $(BUILT) ## record the samples of recordings/ anew
	$(PY) tests/helpers/samples.py

clean: ## remove what was built (the environment stays)
	rm -rf build dist .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	rm -f _speedups/*.c escope_tui/_speedups/*.so $(BUILT)

$(PY):
	@if [ -z "$(PYTHON)" ]; then \
		echo "escope needs Python 3.11 or newer: install one, or say make $(MAKECMDGOALS) PYTHON=/path/to/python" >&2; exit 1; fi
	@"$(PYTHON)" -m venv $(VENV) || { \
		echo "$(PYTHON) cannot make a virtual environment: install its venv package (Debian: python3-venv)" >&2; \
		rm -rf $(VENV); exit 1; }

# An editable install: the compiled core lands beside the Python sources.
$(INSTALLED): pyproject.toml $(CORE_SOURCES) | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check --editable .
	@touch $(INSTALLED)

$(DEVELOP): pyproject.toml | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(DEVELOP) $(INSTALLED) $(BUILT)

$(BUILT): $(CORE_SOURCES) | $(DEVELOP)
	$(PY) -c "import setuptools; setuptools.setup()" --quiet build_ext --inplace --parallel $(WORKERS)
	@touch $(BUILT)
