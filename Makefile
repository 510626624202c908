# Two commands do all the set-up: make run, make test.
SHELL := /bin/bash
PYTHON := .venv/bin/python
STAMP := .venv/installed
XVFB := xvfb-run -a -s "-screen 0 1920x1200x24"

.PHONY: run test test-slow bench soak docs lint setup

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt tools/setup_env.sh
	@bash tools/setup_env.sh

run: setup
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		$(PYTHON) main.py --demo; \
	else \
		$(PYTHON) main.py render --demo --out out/ && \
		echo "There is no display: the demo session was rendered to out/."; \
	fi

test: setup
	@$(XVFB) $(PYTHON) -m pytest -m "not slow"

test-slow: setup
	@$(XVFB) $(PYTHON) -m pytest -m slow

bench: setup
	@$(XVFB) $(PYTHON) benchmarks/run_all.py

MINUTES ?= 20
SEED ?= 0

soak: setup
	@$(XVFB) $(PYTHON) tools/soak.py --minutes $(MINUTES) --seed $(SEED) --write

docs: setup
	@set -e; for script in tools/make_*pictures.py tools/picture_recordings.py; do \
		$(XVFB) $(PYTHON) $$script; \
	done

lint: setup
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy
	@$(PYTHON) tools/check_sizes.py
