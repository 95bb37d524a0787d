# `make demo` and `make test` are all one needs; both set up what is missing and are quick the second time.
PYTHON := .venv/bin/python
PORT ?= 8000
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet
.DEFAULT_GOAL := help
.PHONY: help setup demo test browser faults load bench check fix lock statechart requirements messages

help: ## montre ces commandes
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1#\2/p' Makefile | column -t -s '#' 2>/dev/null \
		|| sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1  \2/p' Makefile

setup: ## prépare l’environnement (fait aussi par les autres commandes)
	@bin/setup

demo: setup ## lance la plateforme de démonstration sur http://127.0.0.1:8000 (PORT=… pour un autre port)
	@$(PYTHON) manage.py demo --port $(PORT)

test: ## lance les essais
	@bin/setup --browser
	@$(PYTHON) manage.py messages
	@$(PYTHON) -m pytest

browser: ## lance les essais dans Chromium
	@bin/setup --browser
	@$(PYTHON) manage.py messages
	@$(PYTHON) -m pytest -m browser

faults: setup ## lance les essais de pannes : processus tués, bases arrêtées (lents)
	@$(PYTHON) manage.py messages
	@$(PYTHON) -m pytest -m faults

load: setup ## lance les essais de charge
	@$(PYTHON) -m bench.load

bench: setup ## mesure, à côté des valeurs de référence
	@$(PYTHON) -m bench

check: setup ## contrôle la forme, les types, les couches et les papiers engendrés
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy .
	@.venv/bin/lint-imports
	@$(PYTHON) -m djlint --lint --quiet templates
	@$(PYTHON) manage.py makemigrations --check --dry-run
	@$(PYTHON) manage.py check
	@$(PYTHON) manage.py statechart --check
	@$(PYTHON) manage.py requirements --check

fix: setup ## met en forme et corrige ce qui peut l’être
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m djlint --reformat --quiet templates

lock: setup ## recalcule les versions exactes (demande uv)
	@uv pip compile pyproject.toml --extra dev $(LOCK) --output-file requirements.lock
	@uv pip compile pyproject.toml --constraint requirements.lock --no-annotate $(LOCK) \
		--output-file requirements-production.lock

statechart: setup ## écrit le diagramme des transitions
	@$(PYTHON) manage.py statechart

requirements: setup ## montre les exigences que nul essai ne prouve
	@$(PYTHON) manage.py requirements

messages: setup ## compile les traductions
	@$(PYTHON) manage.py messages
