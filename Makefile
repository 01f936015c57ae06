# Two commands are enough: `make run`, then `make test`. The README gives the plain ones for a machine without make.
PYTHON ?= python3
BIN := .venv/bin
PINS := requirements.txt constraints.txt pyproject.toml

.PHONY: run test lab bench lock clean
.DELETE_ON_ERROR:

run: .venv/installed
	@$(BIN)/python run.py

test: .venv/installed
	@$(BIN)/ruff check --no-cache .
	@$(BIN)/ruff format --no-cache --check -q .
	@$(BIN)/python -m pytest -n auto

lab: .venv/installed
	@$(BIN)/python run.py lab $(ARGS)

bench: .venv/installed
	@$(BIN)/python tests/bench.py

.venv/installed: $(PINS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@echo "installing the pinned packages into .venv, about a minute"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

# The newest versions of the direct packages and of all they need, found in an environment of their own.
lock:
	rm -rf .cache/lock && $(PYTHON) -m venv .cache/lock
	sed -E '/^(#|-)/d; s/==.*//' requirements.txt > .cache/lock/direct.txt
	.cache/lock/bin/python -m pip install --quiet --disable-pip-version-check -r .cache/lock/direct.txt
	(echo "# Every package, pinned; written by make lock."; .cache/lock/bin/python -m pip freeze) > constraints.txt
	sed -n 's/==/ /p' constraints.txt | while read -r name version; do \
	  sed -i.bak -E "s/^$$name==[^ ]+/$$name==$$version/" requirements.txt; done
	rm -rf .cache/lock requirements.txt.bak

clean:
	rm -rf .venv .cache .hypothesis *.egg-info **/__pycache__
