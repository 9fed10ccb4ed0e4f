# How to set Guanyun up, run it and check it. `make run` needs Python 3.11 or newer and nothing else.

SHELL := /bin/sh
.DEFAULT_GOAL := run
.SUFFIXES:

# The first Python on the path that really starts and is new enough.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
FLASK := $(BIN)/flask
PO := $(wildcard app/translations/*/LC_MESSAGES/*.po)

.PHONY: run setup test bench torture lint format lock clean database

run: setup
	@$(FLASK) demo load --if-empty
	@exec $(FLASK) serve

setup: .venv/.runtime app/static/vendor/.stamp $(PO:.po=.mo) database

# Both are quick and change nothing on a database that is up to date.
database: .venv/.runtime
	@$(FLASK) db upgrade
	@$(FLASK) catalog load

test: setup .venv/.dev
	@$(BIN)/python .ci/check.py

bench: setup .venv/.dev
	@$(BIN)/python -m benchmarks

torture: setup .venv/.dev
	@$(BIN)/python -m tests.torture

lint: .venv/.dev
	@$(BIN)/python .ci/check.py --no-tests

format: .venv/.dev
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

# Writes the lock files anew from requirements*.in: hashes for every platform, no download host.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links
lock: .venv/.dev
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -o requirements-dev.txt
	npm install --package-lock-only --ignore-scripts

clean:
	rm -rf .venv node_modules app/static/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis \
		.coverage .coverage.* htmlcov
	rm -f app/translations/*/LC_MESSAGES/*.mo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer on the path" >&2; exit 1; }
	@echo "setup: .venv ($$($(PYTHON) --version))"
	@$(PYTHON) -m venv .venv

.venv/.runtime: requirements.txt | .venv/bin/python
	@echo "setup: requirements.txt"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime
	@echo "setup: requirements-dev.txt"
	@$(PIP) -r requirements-dev.txt
	@touch $@

app/static/vendor/.stamp: package.json package-lock.json .ci/vendor.py .ci/node.txt | .venv/bin/python
	@command -v npm >/dev/null 2>&1 || $(PIP) -r .ci/node.txt
	@$(BIN)/python .ci/vendor.py
	@touch $@

%.mo: %.po .venv/.runtime
	@$(BIN)/pybabel --quiet compile -i $< -o $@
