# Everything a student or a maintainer does, one word each. `make` alone lists the words.
# More arguments: make lab ARGS="--no-browser --port 9999". Another Python: make PYTHON=python3.12 lab.
PYTHON ?= python3
ARGS ?=
VENV := .venv
COLAB := .venv-colab
NEWEST := .venv-newest
SITE := .venv-site
MODULES := site/node_modules
PINS := -c tests/pins.txt
BIN := $(VENV)/bin
FIRST_PAGE := 00_start_here.ipynb
# The part of JupyterLab that asks the network for news and updates, and the student whether it may.
ANNOUNCEMENTS := @jupyterlab/apputils-extension:announcements
LAB_CONFIG := $(VENV)/etc/jupyter/labconfig

.DEFAULT_GOAL := help
.PHONY: help .venv lab quick test test-colab test-newest test-browser nightly notebooks stamp site slides handout bench pins audit clean
.NOTPARALLEL:

help:  ## list these targets
	@grep -hE '^[a-z.-]+:.*## ' Makefile | sed -E 's/^([a-z.-]+):.*## /\1|/' | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

# $(call make_venv,FOLDER,CONDITION ON THE VERSION v,VERSIONS IN WORDS,CANDIDATES): a virtual environment that has uv.
# It is kept when it is whole, and made anew when it is half made or its Python is gone. uv asks the index that pip asks.
define make_venv
if ! $(1)/bin/python -c 'import sys; v = sys.version_info[:2]; sys.exit(not ($(2)))' 2>/dev/null || ! $(1)/bin/uv --version >/dev/null 2>&1; then \
	for python in $(PYTHON) $(4) none; do \
		"$$python" -c 'import sys, venv, ensurepip; v = sys.version_info[:2]; sys.exit(not ($(2)))' >/dev/null 2>&1 && break; \
	done; \
	if [ "$$python" = none ]; then \
		echo "No Python $(3) with its venv module was found ($(PYTHON) is: $$($(PYTHON) --version 2>&1 | head -1))."; \
		echo "Install one from python.org (Debian, Ubuntu: also sudo apt install python3-venv), or name yours: make PYTHON=/path/to/python $(MAKECMDGOALS)"; \
		exit 1; \
	fi; \
	echo "Making $(1) with $$("$$python" --version) ..."; \
	"$$python" -m venv --clear $(1) && $(1)/bin/python -m pip install --quiet --disable-pip-version-check uv || exit 1; \
fi; \
index=$$($(1)/bin/python -m pip config get global.index-url 2>/dev/null || true); index=$${PIP_INDEX_URL:-$$index}; \
if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$$index}"; fi; \
echo "Installing packages into $(1) ..."; \
$(1)/bin/uv pip install --python $(1)/bin/python --quiet --compile-bytecode
endef

# A folder is complete only when its stamp is there: an interrupted installation is taken up again.
$(VENV)/.installed: requirements.txt tests/requirements.txt tests/pins.txt
	@$(call make_venv,$(VENV),(3, 11) <= v <= (3, 13),3.11 to 3.13,python3.12 python3.13 python3.11 $(wildcard $(HOME)/.pyenv/versions/3.1[123].*/bin/python)) \
		-r requirements.txt -r tests/requirements.txt $(PINS)
	@mkdir -p $(LAB_CONFIG) && echo '{"disabledExtensions": {"$(ANNOUNCEMENTS)": true}}' > $(LAB_CONFIG)/page_config.json
	@touch $@

.venv: $(VENV)/.installed  ## make the virtual environment with the tested versions

lab: $(VENV)/.installed  ## open the course in JupyterLab
	$(BIN)/python -m jupyterlab --ServerApp.root_dir=notebooks --LabApp.default_url=/lab/tree/$(FIRST_PAGE) \
		--LabApp.extension_manager=readonly $(if $(filter 0,$(shell id -u)),--allow-root) $(ARGS)

# Tests never touch the progress card of the person who runs them.
quick test test-colab test-newest test-browser nightly: export COURSE_PROGRESS = $(CURDIR)/build/test-progress.json
# Several workers and many short processes: each would compile the course anew where bytecode may not be kept.
quick test test-newest test-browser nightly: export PYTHONDONTWRITEBYTECODE =
# Notebooks have a command of their own (run_notebooks.py); elsewhere nbval would only be loaded, which takes seconds.
# One thread for each worker: two that wait for two of the other's cost a linear model ten times its processor time.
PYTEST = mkdir -p build && rm -f build/test-progress.json && OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -p no:nbval -n $(WORKERS) --dist worksteal tests

# Tests that wait for servers and kernels leave part of two cores idle, which a third worker takes; browsers do not.
WORKERS = 3
test-browser nightly: WORKERS = 2

define check_code
$(BIN)/ruff check .
$(BIN)/ruff format --check .
$(BIN)/mypy
endef

quick: $(VENV)/.installed  ## run what needs no notebook to run: style, types, quick tests (3 minutes)
	$(check_code)
	@$(PYTEST) -m "not long and not slow and not browser"

test: $(VENV)/.installed  ## run every check that a change must pass: quick, longer tests and all notebooks (12 minutes)
	$(check_code)
	@$(PYTEST) -m "not slow and not browser"
	$(BIN)/python tests/notebooks/run_notebooks.py notebooks/*.ipynb

test-browser: $(VENV)/.installed $(SITE)/.installed $(MODULES)/.installed  ## look at a notebook, a page and a deck in a real browser
	@$(PYTEST) -m "browser and not slow"

$(COLAB)/.installed: tests/colab/pins.txt tests/colab/requirements.txt
	@$(call make_venv,$(COLAB),v == (3, 13),3.13 (the version of Colab),python3.13 $(wildcard $(HOME)/.pyenv/versions/3.13.*/bin/python)) \
		-r tests/colab/pins.txt -r tests/colab/requirements.txt
	@$(COLAB)/bin/uv pip freeze --python $(COLAB)/bin/python > $(COLAB)/before.txt
	@touch $@

test-colab: $(COLAB)/.installed  ## run the notebooks with Google Colab's versions (Python 3.13)
	$(COLAB)/bin/python tests/colab/leg.py $(ARGS)

# No style and types: newer tools find new things, and that is no fault of the course.
test-newest:  ## run quick tests and notebooks with the newest versions of everything
	rm -rf $(NEWEST)
	$(MAKE) VENV=$(NEWEST) PINS= .venv
	$(MAKE) VENV=$(NEWEST) PINS= newest

.PHONY: newest
newest: export COURSE_PROGRESS = $(CURDIR)/build/test-progress.json
newest:
	@$(PYTEST) -m "not slow and not browser"
	$(BIN)/python tests/notebooks/run_notebooks.py notebooks/*.ipynb

nightly: $(VENV)/.installed $(SITE)/.installed $(MODULES)/.installed  ## run what takes long: kills, servers, second runs, many examples, all of the browser, other versions
	@export COURSE_BROWSER=all HYPOTHESIS_PROFILE=nightly; $(PYTEST)
	$(MAKE) test-colab ARGS=--unit-tests
	$(MAKE) test-newest

notebooks: $(VENV)/.installed  ## execute the notebooks and write their outputs into them
	$(BIN)/python tools/notebooks.py $(ARGS)

stamp: $(VENV)/.installed  ## write course.yml into README, badges and setup cells
	$(BIN)/python tools/course.py --stamp $(ARGS)

$(SITE)/.installed: site/requirements.txt
	@$(call make_venv,$(SITE),v >= (3, 11),3.11 or newer,$(VENV)/bin/python) -r site/requirements.txt
	@touch $@

$(MODULES)/.installed: site/package-lock.json
	@command -v npm >/dev/null || { echo "Node.js with npm is needed for formulas and slides (Debian, Ubuntu: sudo apt install npm)."; exit 1; }
	cd site && npm ci --no-fund --no-audit
	@touch $@

site: $(VENV)/.installed $(SITE)/.installed $(MODULES)/.installed  ## build the web edition, build/site/index.html (ARGS=03: one notebook)
	$(BIN)/python tools/web_edition.py $(ARGS)

slides: $(VENV)/.installed $(SITE)/.installed $(MODULES)/.installed  ## build the slides, build/slides/NN.html (ARGS=03: one deck)
	$(BIN)/python tools/slides.py $(ARGS)

handout: $(VENV)/.installed  ## write the course without solutions, ready to hand out (ARGS=--nbgrader: to be graded)
	$(BIN)/python tools/handout.py $(ARGS)

bench: $(VENV)/.installed  ## measure helpers and notebooks beside the alternatives (ARGS=--write: into the README)
	$(BIN)/python tests/bench.py $(ARGS)

pins: $(VENV)/.installed  ## take the newest versions that fit requirements.txt as the tested ones
	@mkdir -p build
	@echo "# The tested versions: made by \`make pins\`, installed by \`make .venv\`." > build/pins.txt
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --python-version 3.11 requirements.txt tests/requirements.txt >> build/pins.txt
	mv build/pins.txt tests/pins.txt

# Strict: an index that knows nothing of a package's holes is no proof that there are none.
audit: $(VENV)/.installed  ## ask the package index for known holes in the tested versions
	$(BIN)/uv tool run pip-audit==2.9.0 --strict --no-deps --disable-pip --requirement tests/pins.txt $(ARGS)

clean:  ## remove everything that these targets made, except the notebooks' outputs
	rm -rf $(VENV) $(COLAB) $(NEWEST) $(SITE) $(MODULES) build .pytest_cache .mypy_cache .ruff_cache .hypothesis
