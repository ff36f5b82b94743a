# `make demo` runs the Nanjing study on the sample data; `make test` passes the tests.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

.PHONY: demo test lint docs bench
.DELETE_ON_ERROR:

$(BIN)/lncohort: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade-strategy only-if-needed -c constraints.txt -e '.[test]'
	@touch $@

demo: $(BIN)/lncohort      ## run the Nanjing study on sample_data/
	$(BIN)/lncohort run nanjing --extract sample_data --out out/nanjing --force

test: $(BIN)/lncohort      ## pass the tests
	$(BIN)/python -m pytest -n 2

lint: $(BIN)/lncohort      ## check style
	$(BIN)/python -m pip install --quiet -c constraints.txt ruff
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests

docs: $(BIN)/lncohort      ## write the pages that are made from data and code anew
	$(BIN)/python -m lncohort.extract.page docs/extract.md
	$(BIN)/python -m lncohort.mapping.page docs/mapping.md
	$(BIN)/python -m lncohort.spec.page docs
	$(BIN)/python -m lncohort.simulate.page docs
	cd tests && ../$(BIN)/python -m acceptance.methods_page ../docs/methods.md
	cd tests && ../$(BIN)/python -m audit.page ../docs/audit.md
	$(BIN)/lncohort results-table --extract sample_data --out docs/results.md
	$(BIN)/python -m lncohort.validate.docs docs

bench: $(BIN)/lncohort     ## measure eras, estimators and mapping beside their peers; writes docs/benchmarks*.md
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[bench]'
	$(BIN)/python benchmarks/estimators.py
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/hospital.py
