# Stackwright: `make demo` runs it, `make test` tests it. Each sets up what it needs and can be run again.
.DEFAULT_GOAL := help
PY := .venv/bin/python
PORT ?= 8000

.PHONY: help setup demo test check clean

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

setup:  ## install everything that running it needs
	@.ci/setup run

demo: setup  ## run the product on http://127.0.0.1:8000 with sample data
	@PROFILE=demo $(PY) manage.py migrate --verbosity 0
	@PROFILE=demo $(PY) manage.py collectstatic --no-input --verbosity 0
	@PROFILE=demo $(PY) manage.py load_catalog --verbosity 0
	@PROFILE=demo $(PY) manage.py load_sample
	@PROFILE=demo $(PY) manage.py create_sample_people
	@PROFILE=demo PORT=$(PORT) $(PY) manage.py serve

test:  ## install everything that testing needs, and run all tests
	@.ci/setup test
	@.ci/test

check:  ## lint, types, layers, migrations, templates, front end, OpenAPI
	@.ci/setup test
	@.ci/check

clean:  ## remove what set-up and runs made; data of the demo included
	rm -rf .venv .setup node_modules static/build var
