# make demo    grade the samples of two assignments and show the classes
# make fast    lint, types and every quick test that needs no engine and no browser: a minute
# make test    lint, types and all tests
# make bench   start-up times, the cost of a submission, and who is how fast, as ratios
# make growth  whether a submission costs the same at the end of a class of 1000 (SIZE=300)
# make faults  what a run withstands: killed, out of disk, its engine gone (an hour or so)
# make fuzz    hostile bytes against what reads them, 60 s each (SECONDS=600 for more)
# make seeds   the runs of all assignments over many seeds, right and wrong (an hour or so)
# make validate  every assignment's reference, variants and mutants (hours)
# make gallery the pictures in docs/gallery: the reports of the samples, in a browser
# make words   bring the catalogue of messages up to date
# make docs    the pages of docs/, in build/site
# make wheel   a wheel in dist/, for machines without the repository
# make attacks hostile submissions and their honest twins (ATTACKS="--only NAME" for one)
# All make the environment first; none needs anything but Python 3.11, or later, and make.

PYTHON ?= python3
BIN := .venv/bin
SECONDS ?= 60
READY := .venv/.ready
# Marks of tests that take seconds or need more than Python.
HEAVY := slow or docker or bubblewrap or browser
# Slow ones that share nothing at all; then those that share something with their own file: none
# needs an engine, no browser and no time of their own.
EACH := $(addprefix tests/,test_assignments.py test_hostile_answers.py test_lazy_layers.py \
  test_lenguaje.py test_misnamed.py test_rescore.py test_secuencias.py test_series.py)
APART := $(addprefix tests/,checks recurrent worker test_languages.py test_magic.py \
  test_nbgrader.py test_reproduce.py test_tutorial.py test_validate.py)
SIDE_BY_SIDE := --numprocesses logical --maxprocesses 8

.PHONY: setup demo fast test lint skeleton words gallery bench growth attacks faults fuzz seeds docs validate
.PHONY: wheel clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[docker,bubblewrap,nbgrader,docs,dev]'
	touch $@

demo: setup
	@if docker/engine.sh; then sandbox=docker; \
	elif docker/bubblewrap.sh && $(BIN)/python -m grader.sandbox.backends.bubblewrap; then \
	  sandbox=bubblewrap; \
	else \
	  sandbox=process; \
	  echo "demo: no sandbox works here, so students' code runs as a plain process, unprotected"; \
	fi; \
	grade() { $(BIN)/grader grade tests/submissions/$$1 --assignment $$1 --sandbox $$sandbox \
	  --out $$2 --regrade; }; \
	grade lstm_gru results && grade atencion results-atencion

lint: setup
	$(BIN)/ruff format --check grader assignments tests benchmarks
	$(BIN)/ruff check grader assignments tests benchmarks
	$(BIN)/lint-imports
	$(BIN)/mypy

# Tests on all cores: with a pool of threads in each, torch would take twice the time.
fast test: export OMP_NUM_THREADS = 1

fast: lint
	$(BIN)/pytest --quiet $(SIDE_BY_SIDE) --dist worksteal -m "not ($(HEAVY))"

# Slow tests that share nothing run side by side. What is left runs one after another: lanes that
# wait for processor time fail beside one another.
test: fast
	$(BIN)/pytest --quiet $(SIDE_BY_SIDE) --dist worksteal -m "$(HEAVY)" $(EACH)
	$(BIN)/pytest --quiet $(SIDE_BY_SIDE) --dist loadfile -m "$(HEAVY)" $(APART)
	-docker/engine.sh
	-docker/bubblewrap.sh
	-tests/browser/chromium.sh
	$(BIN)/pytest -m "$(HEAVY)" $(addprefix --ignore=,$(APART) $(EACH))

# The skeleton that students get, from the reference.
skeleton: setup
	$(BIN)/python -m grader.integrations.nbgrader.release

# The catalogue of messages, from what the source says; tells what has no Spanish yet.
words: setup
	$(BIN)/python tests/catalogue.py

# Pictures for the README, from the samples as they are graded now.
gallery: setup
	tests/browser/chromium.sh
	$(BIN)/grader grade tests/submissions/lstm_gru --assignment lstm_gru --sandbox process --seed gallery --out build/gallery
	$(BIN)/python tests/gallery.py build/gallery docs/gallery

bench: setup
	$(BIN)/python tests/bench_startup.py
	$(BIN)/python tests/bench_checks.py
	$(BIN)/python tests/bench_check.py
	$(BIN)/python tests/bench_again.py
	-tests/browser/chromium.sh
	$(BIN)/python tests/bench_report.py
	$(BIN)/python tests/bench_cluster.py
	docker/engine.sh
	$(BIN)/python -m benchmarks

growth: setup
	docker/engine.sh
	$(BIN)/python -m benchmarks.growth $(if $(SIZE),--size $(SIZE))

fuzz: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[fuzz]'
	$(BIN)/python tests/fuzz/campaign.py $(SECONDS)

seeds: setup
	for campaign in tests/campaign_*.py; do $(BIN)/python $$campaign || exit; done

# Right solutions of all assignments get full marks, wrong ones lose what they should.
validate: setup
	$(BIN)/grader validate

faults: setup
	GRADER_FAULTS=full $(BIN)/pytest tests/faults

# Every attack, in lanes and then in a container each.
attacks: setup
	docker/engine.sh
	cd tests && ../$(BIN)/python -m attacks.run $(ATTACKS)

docs: setup
	$(BIN)/mkdocs build --strict
	@echo build/site/index.html

wheel: setup
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .
	@ls dist/*.whl

clean:
	rm -rf .venv results build/site dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
