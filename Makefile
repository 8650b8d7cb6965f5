# One verb each. Every command does all set-up it needs first; the second time that takes a moment.
#
#   make test ARGS="tests/core -k dense"     some tests only
#   make run PYTHON=python3.12               another Python, for the first time

PY := .venv/bin/python
ARGS :=
export PYTHON

SHELL := bash
# Qt's platform without a screen says this of every window; it is of no harm.
QUIETLY := 2> >(grep -v "This plugin does not support propagateSizeHints" >&2)

.PHONY: run test check lint types imports bench screenshots theory setup-test
.NOTPARALLEL:

run:
	@.ci/setup run
	@.venv/bin/nnvis

test: setup-test
	$(PY) -m pytest $(ARGS)

check: lint types imports test

lint: setup-test
	$(PY) -m ruff check .

types: setup-test
	$(PY) -m mypy

imports: setup-test
	.venv/bin/lint-imports

bench: setup-test
	@$(PY) tests/benchmarks/run.py $(ARGS) $(QUIETLY)

screenshots: setup-test
	@QT_QPA_PLATFORM=offscreen $(PY) tests/e2e/screenshots.py $(ARGS) $(QUIETLY)

theory: setup-test
	@QT_QPA_PLATFORM=offscreen $(PY) -m nnvis.theory_pages $(QUIETLY)

setup-test:
	@.ci/setup test
