# Everything here needs Python 3.11 and nothing else: devtools/ makes the rest.
# ARGS goes to the command: make test ARGS="tests/fleet -q"

START := @exec sh devtools/with-python.sh

export PORT BIND PYTHON CHROMIUM

.PHONY: run manage test test-services check fmt bench lock reset help
.DEFAULT_GOAL := help

help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

run: ## the whole platform in this terminal: servers, migrations, demo world, web, worker, beat (PORT=8000)
	$(START) run

test: ## the whole suite with servers of its own (ARGS="tests/fleet -q")
	$(START) test $(ARGS)

test-services: ## the same against PostgreSQL, broker and cache that run already
	$(START) test --services $(ARGS)

check: ## lint, types, layers, migrations, translations, OpenAPI snapshot
	$(START) check $(ARGS)

fmt: ## put the code into its form
	$(START) fmt

manage: ## one management command in the running platform (ARGS="simulate --speed 50")
	$(START) manage $(ARGS)

bench: ## the figures, each with its floor
	$(START) bench $(ARGS)

lock: ## write the lock files anew from requirements*.in
	$(START) lock $(ARGS)

reset: ## forget the data of make run
	$(START) reset
