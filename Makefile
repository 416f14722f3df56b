# Everything is installed into .venv, and nothing elsewhere. PYTHON=python3.12 makes it from another.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help play test lint bench warm clean

help:
	@echo "make play   play the museum"
	@echo "make test   run the tests, but for those that take minutes"
	@echo "make lint   check style, types and who imports whom"
	@echo "make bench  time the zoo against dfrotz, DOSBox and others: tables in Markdown"
	@echo "make warm   compile ahead, so that no run has to"
	@echo "make clean  remove .venv and what tools left behind"

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/installed-for-tests: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[plot,test]'
	@touch $@ $(VENV)/installed

play: $(VENV)/installed
	@$(BIN)/zoo play stories/museum.z5

test: $(VENV)/installed-for-tests
	$(BIN)/python -m pytest -m "not slow"

lint: $(VENV)/installed-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports

bench: $(VENV)/installed
	$(BIN)/python bench/zmachine.py
	$(BIN)/python bench/vm86.py

warm: $(VENV)/installed
	$(BIN)/zoo warm

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage
