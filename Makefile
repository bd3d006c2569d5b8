# What it does stands in tools/. ARGS passes options on: make test ARGS="tests/tiles -k empty"

PYTHON ?= /usr/bin/python3
export ARGS

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench stop psql lock

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 16

run: | $(PYTHON) ## install what is missing, then serve on http://127.0.0.1:8000/ until Ctrl-C
	@$(PYTHON) -m tools.serve

test: | $(PYTHON) ## all checks and tests on a database of their own; ARGS go to pytest
	@$(PYTHON) -m tools.check test

lint: | $(PYTHON) ## style, format, types and the order of the apps
	@$(PYTHON) -m tools.check lint

format: ## put the code into the common format
	.venv/bin/ruff check --fix-only --quiet .
	.venv/bin/ruff format .

bench: | $(PYTHON) ## measure speed; ARGS go to manage.py bench
	@$(PYTHON) -m tools.bench

stop: | $(PYTHON) ## stop the servers and the database
	@$(PYTHON) -m tools.serve stop

psql: | $(PYTHON) ## a prompt on the database
	@$(PYTHON) -m tools.database

lock: ## resolve requirements*.in and demo/bench/tipg.in anew, within the pins that are there
	.venv/bin/uv pip compile --quiet --python-version 3.11 --annotation-style line \
	  --custom-compile-command "make lock" requirements.in --output-file requirements.txt
	.venv/bin/uv pip compile --quiet --python-version 3.11 --annotation-style line \
	  --custom-compile-command "make lock" requirements-dev.in --output-file requirements-dev.txt
	.venv/bin/uv pip compile --quiet --python-version 3.11 --annotation-style line \
	  --custom-compile-command "make lock" demo/bench/tipg.in --output-file demo/bench/tipg.txt

$(PYTHON): # the one thing that the tools cannot install themselves
	apt-get update && apt-get install -y --no-install-recommends python3 python3-venv
