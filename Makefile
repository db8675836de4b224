# Two commands on a fresh machine: `make reproduce` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# One thread a BLAS call: the arrays are small, and tests run in parallel.
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: reproduce verify test lint benchmarks format clean

reproduce: $(VENV)/installed  ## verify the theory and re-create every published figure and number, in runs/
	$(BIN)/ecd2g verify --examples 100 --out runs/verify --overwrite
	$(BIN)/ecd2g reproduce all --out runs --overwrite

verify: $(VENV)/installed  ## the paper's statements on 500 random circuits each
	$(BIN)/ecd2g verify --examples 500

test: $(VENV)/installed-dev  ## the test suite
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

lint: $(VENV)/installed-dev  ## style, types, import direction
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

benchmarks: $(VENV)/installed-dev  ## speed, as ratios within one run
	$(BIN)/python -m pytest benchmarks -p no:xdist --benchmark-columns=min,median,rounds --benchmark-sort=name $(PYTEST_ARGS)

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"

$(VENV)/installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable ".[learned]"
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --group dev
	touch $@

clean:
	rm -rf $(VENV) runs .pytest_cache .hypothesis .mypy_cache .ruff_cache
