# `make` lists what there is. Needs Python 3.11 or later and make; everything else is set up in .venv.

PYTHON   ?= python3
VENV     := .venv
BIN      := $(VENV)/bin
SETUP    := $(VENV)/.setup
QUIET    := --quiet --disable-pip-version-check --no-input
PAGES    ?=
FAILURES ?= 0
DIST     ?= dist

.DEFAULT_GOAL := help
.PHONY: help setup run test lint peers crash-test check evaluate bench readme wheel lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(SETUP) ## create .venv from requirements.lock (the other targets do it when needed)

# What setup says goes to standard error, so that standard output holds the answers and nothing else; it leaves standard input alone.
$(SETUP): pyproject.toml requirements.lock hatch_build.py
	@{ \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Callboard needs Python 3.11 or later; $(PYTHON) is `$(PYTHON) -V 2>&1 || true`. Try: make PYTHON=python3.12 ..."; exit 1; }; \
	echo "Setting up $(VENV) ..."; \
	$(PYTHON) -m venv $(VENV) || { echo "No virtual environment: on Debian and Ubuntu, install python3-venv."; exit 1; }; \
	$(BIN)/python -m pip install $(QUIET) --require-hashes -r requirements.lock && \
	$(BIN)/python hatch_build.py && \
	$(BIN)/python -m pip install $(QUIET) --no-deps --no-build-isolation --editable . && \
	touch $(SETUP); \
	} >&2 </dev/null

run: $(SETUP) ## chat in the terminal; with input from a pipe, answer line by line and end
	@$(BIN)/callboard chat

test: $(SETUP) ## run the tests
	@$(BIN)/python -m pytest

lint: $(SETUP) ## style, types and the floors of the house
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

peers: $(SETUP) ## run the tests against real mail and database servers (.ci/install-peers installs them; needs root)
	@$(BIN)/python -m pytest tests/peers

crash-test: $(SETUP) ## kill -9 at random moments: 200 while messages arrive, 2,000 while campaigns are sent (an hour; needs what peers needs)
	@CRASH_KILLS=200 CRASH_MESSAGES=500 $(BIN)/python -m pytest -s tests/peers/test_crash.py -k at_random
	@CRASH_KILLS=1000 CRASH_MESSAGES=2000 $(BIN)/python -m pytest -s tests/peers/test_campaign_crash.py tests/peers/test_campaign_senders.py

check: $(SETUP) ## verify knowledge and templates; PAGES="CALL=FILE ..." also compares the quotes with the published pages
	$(BIN)/callboard check $(addprefix --page ,$(PAGES))

evaluate: $(SETUP) ## grade the answers to tests/questions, set by set; FAILURES=20 also lists the first 20 failures of each
	@for set in tests/questions/*/; do \
	  echo "$$set"; $(BIN)/callboard evaluate --failures $(FAILURES) $$set*.yaml || exit 1; echo; \
	done

bench: $(SETUP) ## measure answers, their parts, start-up, memory and ranking
	@$(BIN)/python -m bench

readme: $(SETUP) ## write the README's transcript and figures anew
	@$(BIN)/python -m bench.readme

wheel: $(SETUP) ## build dist/*.whl
	$(BIN)/python -m build --wheel --no-isolation --outdir $(DIST)

lock: ## write requirements.lock anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --upgrade --group dev \
	  --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

clean: ## remove what was set up or built
	rm -rf $(VENV) dist bot/_index .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
