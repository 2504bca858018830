# Two commands do everything: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check format lint types imports lock bench clean

demo: .venv/ready
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

lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --all-extras --group dev --group weights --no-header --quiet -o requirements.lock

# The lock is complete, so nothing is resolved here; --no-deps also keeps the weights from starting a C++ compile.
.venv/ready: requirements.lock pyproject.toml
	@echo "Setting up .venv with everything that the lock names (about a minute, once) ..."
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch .venv/ready

clean:
	rm -rf .venv .statera .mypy_cache .ruff_cache .pytest_cache .hypothesis
