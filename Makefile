# Two commands are enough: `make run`, then `make test`. The README gives the plain ones for a machine without make.
PYTHON ?= python3
BIN := .venv/bin
PINS := requirements.txt constraints.txt pyproject.toml
PIP = -m pip install --quiet --disable-pip-version-check

.PHONY: run test test-anywhere test-browser test-extend coverage faults lab report bench lock clean
.DELETE_ON_ERROR:

run: .venv/installed
	@$(BIN)/python run.py

test: .venv/installed
	@$(BIN)/ruff check --no-cache .
	@$(BIN)/ruff format --no-cache --check -q .
	@$(BIN)/python -m pytest -n auto

# The checks as on other machines; all of them, or those named: make test-anywhere LEGS="old-x86 ties"
test-anywhere: .venv/installed
	@$(BIN)/python tests/anywhere.py $(LEGS)

# A sixth document, a new province and next year's figures, added to a copy.
test-extend: .venv/installed
	@$(BIN)/python -m tests.extend

# The notebooks in a real JupyterLab, in a browser of the system.
test-browser: .venv/installed
	@$(BIN)/python -c 'import playwright, axe_playwright_python' 2> /dev/null || $(BIN)/python $(PIP) -e '.[browser]' -c constraints.txt
	@$(BIN)/python -m pytest tests/browser*.py -n auto -rs

# Lines and branches of the helpers that no check runs: none.
coverage: .venv/installed
	@$(BIN)/python -c 'import pytest_cov' 2> /dev/null || $(BIN)/python $(PIP) -e '.[faults]' -c constraints.txt
	@$(BIN)/python -m pytest tests -n auto --cov --cov-report=term-missing:skip-covered

# Faults planted one at a time, and whether the checks notice: an hour or two, or a part of it: make faults ARGS="--sample 20"
faults: .venv/installed
	@$(BIN)/python -c 'import cosmic_ray' 2> /dev/null || $(BIN)/python $(PIP) -e '.[faults]' -c constraints.txt
	@$(BIN)/python -m tests.faults $(ARGS)

lab: .venv/installed
	@$(BIN)/python run.py lab $(ARGS)

# All notebooks, figures and tables, and the explorer, as pages that need neither Python nor a network.
report: .venv/installed
	@$(BIN)/python run.py report

bench: .venv/installed
	@$(BIN)/python -m tests.bench

.venv/installed: $(PINS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@echo "installing the pinned packages into .venv, about two minutes"
	$(PYTHON) -m venv .venv
	$(BIN)/python $(PIP) -r requirements.txt
	@touch $@

# The newest versions of all packages, or of one and what it needs: make lock PACKAGE=pandas
lock:
	$(PYTHON) -m venv .cache/lock
	.cache/lock/bin/python $(PIP) uv
	sed -E '/^(#|-)/d; s/==.*//' requirements.txt > .cache/lock/direct.in
	printf "playwright\naxe-playwright-python\ncosmic-ray\npytest-cov\n" >> .cache/lock/direct.in
	.cache/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --no-annotate \
	  --custom-compile-command "make lock" $(if $(PACKAGE),--upgrade-package $(PACKAGE),--upgrade) \
	  --output-file constraints.txt .cache/lock/direct.in
	sed -n 's/==/ /p' constraints.txt | while read -r name version _; do \
	  sed -i.bak -E "s/^$$name==[^ ]+/$$name==$$version/" requirements.txt; done
	rm -rf .cache/lock requirements.txt.bak

clean:
	rm -rf .venv .cache build .hypothesis *.egg-info **/__pycache__
