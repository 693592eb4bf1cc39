# Every target says what it does: make help

SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
WORKERS ?= 2
KILLS ?= 100
PORT ?=

.PHONY: help run test check types form tests coverage bench chaos lock migration words docs format clean

help: ## list what can be made
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## set all up and serve an example at http://127.0.0.1:8000
	@tools/setup.sh run
	@tools/run.sh $(PORT)

test: ## set all up and check everything, on SQLite and on PostgreSQL
	@tools/setup.sh test
	@$(MAKE) --no-print-directory check tests
	@echo "Everything passed. Next: make run shows the portal, make bench measures it."

check: ## lint, format, types, direction of imports, words (set up by make test)
	@$(MAKE) --no-print-directory -j2 --output-sync=target types form

types:
	.venv/bin/mypy

form:
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/lint-imports
	$(PYTHON) tools/words.py check

tests: ## run the tests alone; WORKERS=4 uses four processes
	$(PYTHON) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=10
	$(PYTHON) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --database=postgres

coverage: ## run the tests of the rooms and tell which lines and branches none of them reaches
	@tools/setup.sh test
	$(PYTHON) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not browser" --cov --cov-report=term

bench: ## measure the ways of an applicant beside a bare server
	@tools/setup.sh test
	$(PYTHON) -m pytest -m bench -p no:xdist -s

chaos: ## kill web and worker many times, KILLS=300 for as many; nothing confirmed may be lost
	@tools/setup.sh test
	KILLS=$(KILLS) $(PYTHON) -m pytest -m chaos -p no:xdist -s

lock: ## pin what pyproject.toml asks for, with hashes and without addresses
	@tools/lock.sh

migration: ## write a migration from the models: make migration name="Add due date"
	@test -n "$(name)" || { echo 'Give its subject: make migration name="Add due date"'; exit 1; }
	@folder=$$(mktemp -d) && export PORTAL_INSTANCE=$$folder && \
	  .venv/bin/portal db upgrade && .venv/bin/portal db new "$(name)" && \
	  .venv/bin/ruff format -q portal/migrations && .venv/bin/ruff check portal/migrations; \
	  status=$$?; rm -rf "$$folder"; exit $$status

words: ## collect the words of code and templates and list what is not translated
	$(PYTHON) tools/words.py update
	$(PYTHON) tools/words.py missing de
	$(PYTHON) tools/words.py missing ar

docs: ## write the parts of docs/ that come from the code
	$(PYTHON) tools/docs.py

format: ## put the code into its form
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

clean: ## remove what was built; the instance with its data stays
	rm -rf .venv build dist .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
