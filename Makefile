# Everything a student or a maintainer does, one word each. `make` alone lists the words.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: .venv help lab test pins

help:  ## list these targets
	@grep -hE '^[a-z.-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z.-]+):.*## /\1|/' | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

# The folder is complete only when the stamp is there: an interrupted installation is taken up again.
$(VENV)/.installed: requirements.txt tests/requirements.txt tests/pins.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 13) or sys.exit(f"The course needs Python 3.11 to 3.13, but $(PYTHON) is {v[0]}.{v[1]}. Name another: make PYTHON=python3.12 lab")'
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make a virtual environment here. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --python $(BIN)/python --quiet --compile-bytecode -r requirements.txt -r tests/requirements.txt -c tests/pins.txt
	@touch $@

.venv: $(VENV)/.installed  ## make the virtual environment with the tested versions

pins:  # take the newest versions that fit the ranges as the tested ones
	@echo "# The tested versions: made by \`make pins\`, installed by \`make .venv\`." > tests/pins.txt
	uv pip compile --quiet --universal --no-header --no-annotate --python-version 3.11 requirements.txt tests/requirements.txt >> tests/pins.txt
