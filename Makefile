# Thin on purpose: each target names the one command that CI runs too.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help example setup test fast check docs bench bench-peers clean

help:
	@echo "make example   run an experiment of example_project, recorded, and show where its notebook is"
	@echo "make test      pass all checks and tests"
	@echo "make fast      the tests that need no kernel, git or server, in about a minute"
	@echo "make check     style, types, layers, spelling"
	@echo "make docs      build the documentation into docs/_build/html"
	@echo "make bench     what digests, provenance and metrics cost, and where a trial's time goes"
	@echo "make bench-peers  what a trial and a sweep cost, beside tools installed from PyPI"

example: .venv/example
	cd example_project && ../$(BIN)/python -m example_project --exp_name sine \
		--param amplitude=medium --param frequency=slow --param noise=weak

test: check
	@tests/install-browser
	$(BIN)/pytest -n 2

fast: .venv/dev
	$(BIN)/pytest -n 2 -m "not slow and not browser"

check: .venv/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/sphinx-build -W -q -b html docs docs/_build/html

docs: .venv/dev
	$(BIN)/sphinx-build -W -b html docs docs/_build/html

bench: .venv/dev
	$(BIN)/python -m tests.bench.canonical_speed
	$(BIN)/python -m tests.bench.provenance_speed
	$(BIN)/python -m tests.bench.profile_trial
	$(BIN)/python -m tests.bench.query_speed
	$(BIN)/python -m tests.bench.metrics_speed

bench-peers: .venv/dev
	$(BIN)/python -m tests.bench.peers
	$(BIN)/python -m tests.bench.sweep_rate
	$(BIN)/python -m tests.bench.sweep_growth

setup: .venv/dev

.venv/example: pyproject.toml example_project/pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable . --editable example_project
	@touch $@

.venv/dev: pyproject.toml .venv/example
	$(BIN)/pip install --quiet --requirement tests/requirements.txt
	@touch $@

clean:
	rm -rf .venv docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
