# Targets are for people; what they do lies in setup/, cli/, bench/ and tests/. `make` alone lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all lint format typecheck bench ladder base-model images clean

# Node 24, the Python environment and the Temporal CLI that set-up found (setup/run is silent when there is none yet).
RUN := bash setup/run

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## everything that the other targets need; takes seconds when nothing changed
	@bash setup/setup.sh

demo: setup ## ft-agent against base-model on one task, with a scoreboard and an HTML report
	@$(RUN) node cli/demo.ts

test: setup ## lint, type-check and all tests but the long ones; the last line counts them
	@$(RUN) node tests/run-all.ts

test-all: setup ## the long tests too
	@DOJO_TEST_ALL=1 $(RUN) node tests/run-all.ts

lint: setup ## lint rules (the arrows between folders among them) and links in documents
	@$(RUN) npm run --silent lint

format: setup ## format TypeScript, JSON and YAML in place
	@$(RUN) npm run --silent format

typecheck: setup ## the type-checker
	@$(RUN) npm run --silent typecheck

bench: setup ## the figures that the README quotes
	@$(RUN) node bench/bench.ts

ladder: setup ## score of base model, naive, best source and good recipe on each task's test split (hours)
	@$(RUN) python tasks/ladder.py

base-model: setup ## make tasks/base-model/mini again (some minutes)
	@$(RUN) python tasks/base-model/pretrain.py

images: setup ## the images of the Docker sandbox (some minutes; DOJO_BASE_IMAGE names another base)
	@$(RUN) bash sandbox-images/build.sh

clean: ## forget what set-up did here (node_modules, .cache); the shared cache and .dojo stay
	@rm -rf node_modules .cache coverage
