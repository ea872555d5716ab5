# The two commands of a newcomer are `make demo` and `make test`; `make` alone lists all.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test check serve docs docs-serve bench bench-matching bench-notices lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

demo: .venv/runtime .venv/assets ## A whole synthetic case on this machine; ARGS="--people 50000 --exit"
	$(BIN)/redress demo $(ARGS)

test: .venv/dev .venv/assets .venv/chromium .venv/postgresql ## All tests; ARGS="tests/matching -x"
	$(BIN)/python -m pytest -n 2 $(ARGS)

check: .venv/dev ## Types, style and the arrows between the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

serve: .venv/runtime .venv/assets ## The site and the console on the database of the settings
	$(BIN)/redress db upgrade
	$(BIN)/redress serve $(ARGS)

docs: .venv/dev ## Build the documentation site into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

docs-serve: .venv/dev ## Read the documentation at http://127.0.0.1:8710
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve --dev-addr 127.0.0.1:8710

bench: bench-matching bench-notices ## Every benchmark (long)

bench-matching: .venv/dev ## Matching beside its peers; ARGS="--data FOLDER"
	$(BIN)/python -m benchmarks.matching $(ARGS)

bench-notices: .venv/dev ## Notices beside smtp-source, smtplib and aiosmtplib
	$(BIN)/python -m benchmarks.notices $(ARGS)

lock: ## Renew both locks, with hashes and without addresses
	uv pip compile pyproject.toml --extra build --extra dev --extra dask --extra ses --extra oidc --python-version 3.11 --universal \
	    --generate-hashes --no-emit-index-url --no-header --quiet -o requirements-dev.lock
	uv pip compile pyproject.toml --extra build --python-version 3.11 --universal -c requirements-dev.lock \
	    --generate-hashes --no-emit-index-url --no-header --quiet -o requirements.lock

clean: ## Remove what the targets made
	rm -rf .venv site intake_api/static/vendor node_modules

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Redress needs Python 3.11 or later; set PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "This Python cannot make a virtual environment: install python3-venv (apt install python3-venv)."; exit 1; }
	@touch $@

.venv/runtime: .venv/made requirements.lock pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: .venv/made requirements-dev.lock pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ .venv/runtime

.venv/assets: .venv/made package.json package-lock.json
	sh intake_api/static/fetch_assets.sh
	@touch $@

.venv/postgresql: .venv/made
	sh tests/find_postgresql.sh
	@touch $@

.venv/chromium: .venv/dev
	sh tests/find_chromium.sh
	@touch $@
