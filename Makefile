# Two commands on a fresh machine: `make reproduce` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Relative, as pip splits it at spaces.
export PIP_CONSTRAINT := constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# One thread a BLAS call: the arrays are small, and tests run in parallel.
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: reproduce reproduce-all verify test lint docs benchmarks hardening coverage mutation package versions format clean

reproduce: $(VENV)/installed  ## the main job: verify the theory; solve, plot, train and compare the 1D problem, in runs/
	$(BIN)/ecd2g verify --examples 100 --out runs/verify --overwrite
	$(BIN)/ecd2g reproduce 1d --out runs/1d --overwrite

reproduce-all: $(VENV)/installed  ## every published figure and number, five seeds of every model, in runs/; the high-dimensional table takes an hour
	$(BIN)/ecd2g verify --examples 500 --out runs/verify --overwrite
	$(BIN)/ecd2g reproduce all --seeds 5 --out runs --overwrite

verify: $(VENV)/installed  ## the paper's statements on 500 random circuits each
	$(BIN)/ecd2g verify --examples 500

test: $(VENV)/installed-dev  ## the test suite
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

coverage: $(VENV)/installed-dev  ## lines of ecd2g that the test suite runs, commands included; fails below 95 %
	$(BIN)/python -m pytest -n auto --cov=ecd2g $(PYTEST_ARGS)

EACH ?= 15
mutation: $(VENV)/installed-dev  ## mistakes put into the formulas, EACH of every package and kind: are they noticed? (hours); see docs/test_suite.md
	$(BIN)/python -m tests.mutation.run --each $(EACH) --workers 2 $(MUTATION_ARGS)
	$(BIN)/python -m tests.mutation.run --each $(EACH) --table

lint: $(VENV)/installed-dev  ## style, types, import direction
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/installed-docs  ## the documentation site, in docs/_build/html; runs every script of the gallery
	$(BIN)/python -m sphinx --builder html --fail-on-warning --keep-going --quiet docs docs/_build/html
	$(BIN)/python docs/check_site.py docs/_build/html

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

ROWS ?= all
benchmarks: $(VENV)/installed-dev  ## the results table: runs that are missing (two to three hours), speed anew (20 minutes, let nothing else run); ROWS=speed, ROWS=1d,networks, .. for a part
	$(BIN)/python -m benchmarks.results_table --rows "$(ROWS)" $(RESULTS_ARGS)

SCALE ?= 2
hardening: $(VENV)/installed-dev  ## fuzzing and injected faults, SCALE times what `make test` tries; writes the table of docs/hardening.md
	ECD2G_HARDENING_SCALE=$(SCALE) ECD2G_HARDENING_TABLE=docs/hardening_table.md $(BIN)/python -m pytest tests/hardening -n 0 $(PYTEST_ARGS)

package: $(VENV)/installed-dev  ## sdist and wheel in dist/, the wheel tried in an empty environment
	.ci/package $(BIN)/python

versions: $(VENV)/made  ## the tests that need no torch, with the oldest and the newest dependencies; see docs/versions.md
	.ci/versions $(BIN)/python

# pip is there once the environment is whole: one that was interrupted is made anew.
$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, and $(PYTHON) is none; name one: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' || { echo "$(PYTHON) lacks its module venv; on Debian: apt install python3-venv" >&2; exit 2; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	touch $@

$(VENV)/installed: pyproject.toml constraints.txt | $(VENV)/made
	$(BIN)/python -m pip install --quiet --editable ".[learned,ot]"
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --group dev
	touch $@

$(VENV)/installed-docs: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --group docs
	touch $@

clean:
	rm -rf $(VENV) runs dist .pytest_cache .hypothesis .mypy_cache .ruff_cache docs/_build docs/_gallery docs/_gallery_scripts docs/_command_help.md
