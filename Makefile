# SPDX-License-Identifier: GPL-2.0-only
# `make run` and `make test` do all the set-up they need: Python 3.11 or later and make are enough. `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
JOBS ?= auto

.DEFAULT_GOAL := run

.PHONY: help run test test-slow test-all smoke lint gate signals bench bench-bounded bench-parsing bench-reductions fuzz validate-c prove counterexamples findings matrix golden clean

# What there is to make: each target with the words behind its ##.
help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

# Find what is wrong with the protocol as it was posted, and compare with the recorded results.
run: $(READY)  ## find what is wrong with the RFC; is it as recorded?
	@mkdir -p findings; $(BIN)/stackproof check models/rfc_v1.py --save findings --html findings/report.html; status=$$?; \
	if [ $$status -ne 1 ]; then echo "make run: expected violations (exit status 1), got $$status" >&2; exit 1; fi
	@echo
	@echo "Each finding above is kept in findings/, with its picture (.svg). Are they as recorded in the model?"
	@$(BIN)/stackproof gate models/rfc_v1.py
	@echo
	@echo "All of them as one page for a browser: $(CURDIR)/findings/report.html"

# The tests that take minutes; test-slow has the others, and more cases of the same ones; of many like cases
# one in six, and two at least (tests/support/sampling.py). test-all has every case of them, and takes hours.
test: lint  ## lint, and the tests that take minutes
	$(BIN)/pytest -n $(JOBS) --dist worksteal --durations=10

test-slow: $(READY)  ## the slower tests, and more cases of the same ones
	$(BIN)/pytest -n $(JOBS) --dist worksteal --slow -m slow --durations=10

test-all: $(READY)  ## every case of them; takes hours
	$(BIN)/pytest -n $(JOBS) --dist worksteal --all -m 'slow or exhaustive' --durations=10

# Build a wheel, install it into an environment of its own, and try each command from an empty folder; test-slow does so too.
smoke: $(READY)  ## build a wheel, install it, and try each command
	$(BIN)/pytest -n 0 --slow tests/packaging

lint: $(READY)  ## ruff and mypy
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# Every model against its recorded verdicts and counts.
gate: $(READY)  ## every model against its recorded verdicts and counts
	$(BIN)/stackproof gate models --jobs 2 --no-cache

# End each command 20 times by each signal, and by closing its output, at random moments. ARGS: what
# `python -m tools.signals --help` has.
signals: $(READY)  ## end commands by signals at random moments
	$(BIN)/python -m tools.signals $(ARGS)

# Measure the engines on the benchmark protocol and on our models; PEERS=DIR: beside other checkers, by DIR/run.py. ARGS:
# what `python -m tools.bench --help` has.
bench: $(READY)  ## measure the engines; PEERS=DIR: beside other checkers
	$(BIN)/python -m tools.bench $(if $(PEERS),--peers '$(PEERS)') $(ARGS)

# Measure the choices of bounded model checking beside each other; some minutes. ROUNDS=N: that many rounds.
bench-bounded: $(READY)  ## measure the choices of bounded model checking
	$(BIN)/python -m tools.bench.bounded $(ROUNDS)

# Measure reading C text beside reading a model in Python; some seconds. ROUNDS=N: that many rounds.
bench-parsing: $(READY)  ## measure reading C text beside a model in Python
	$(BIN)/python -m tools.bench.parsing $(ROUNDS)

# Measure what each reduction saves on the hardened protocol; some minutes. ROUNDS=N: that many rounds.
bench-reductions: $(READY)  ## measure what each reduction saves
	$(BIN)/python -m tools.bench.reductions $(ROUNDS)

# Search random models in every way and by brute force (docs/internals/soundness/testing.md, "Random models"). ARGS: what `python -m tools.fuzz --help` has.
fuzz: $(READY)  ## search random models in every way, and by brute force
	$(BIN)/python -m tools.fuzz $(ARGS)

# Compare random C programs, as a model has them, with what a C compiler makes of them (docs/internals/c-front-end/validation.md).
# ARGS: what `python -m tools.validation --help` has.
validate-c: $(READY)  ## random C programs: compare with a C compiler
	$(BIN)/python -m tools.validation $(ARGS)

# Prove five properties of the hardened protocol for runs of any length, at 2 CPUs, 2 tasks, 4 stack pages; half an hour, 2 GB of memory.
PROVED := area-agrees single-hole refill-owed right-stack tag-live
prove: $(READY)  ## prove properties of the hardened protocol; half an hour
	$(BIN)/stackproof prove models/hardened.py --cpus 2 --tasks 2 --stack-pages 4 --events touch \
		$(addprefix --property ,$(PROVED)) --certificates proof
	$(BIN)/stackproof certify proof --model models/hardened.py

# Make all counterexamples and their pictures, in counterexamples/made, and from them those that are kept (counterexamples/README.md).
counterexamples: $(READY)  ## make all counterexamples and their pictures
	$(BIN)/stackproof gate models --save counterexamples/made
	for model in rfc_v1 dks; do \
	  find counterexamples/$$model -name '*.json' ! -name 'bug-*' -delete && \
	  cp counterexamples/made/$$model/*.json counterexamples/$$model/ || exit 1; done
	$(BIN)/python -m tools.findings

# Find each bug of models/rfc_v1.findings.toml again: its run in counterexamples/rfc_v1, its picture in counterexamples/made, the
# table in docs/results/findings.md.
findings: $(READY)  ## find each recorded bug of the RFC again
	$(BIN)/python -m tools.findings

# Check models/hardened.py with each event and each pair of events, as far as docs/results/hardened.md does not have it yet. Takes hours.
matrix: $(READY)  ## hardened with each pair of events; takes hours
	$(BIN)/python -m tools.matrix

# Make the expected outputs in tests again, from what is printed now, and what is made of the source in docs.
golden: $(READY)  ## make the expected outputs in tests again
	$(BIN)/python -m tools.c_api
	$(BIN)/pytest -n 0 --update-golden tests/report tests/cli tests/hardened/test_hardened.py::test_the_models_are_hardened_but_for_what_they_lack

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "stackproof needs Python 3.11 or later; set PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

clean:  ## remove what make has made
	rm -rf $(VENV) build dist findings fuzz-differences translation-differences .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
