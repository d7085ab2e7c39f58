# Onstage. `make help` lists what there is to make.
MAKEFLAGS += --no-print-directory
PYTHON ?= python3
PY := .venv/bin/python
# One more than there are cores: tests that watch a browser or a server wait a fifth of their time.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
UV := .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11
LOCKS := pyproject.toml requirements.lock requirements-dev.lock
CODE := src tests bench deploy

# An environment whose Python was replaced by the system's upgrade is made anew.
$(shell $(PY) -c "import onstage" 2>/dev/null || rm -f .venv/*.stamp)

.SILENT:
.PHONY: help serve demo doctor test check format docs bench soak fuzz lock

help: ## list what there is to make
	sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 16

serve: .venv/run.stamp ## serve, on http://localhost:8000 unless PORT says otherwise
	exec $(PY) -m onstage serve --parent $$PPID

demo: .venv/run.stamp ## fill an empty server with people and clips
	$(PY) -m onstage demo

doctor: .venv/run.stamp ## check the set-up and say how to mend it
	$(PY) -m onstage doctor

test: .venv/dev.stamp ## run every test that this machine can run
	$(PY) -m tests.left_out
	$(PY) -m pytest -n $(WORKERS) --dist worksteal --reruns 2 $(ARGS)

check: .venv/dev.stamp ## format, lint, types, import law, house rules, docs
	.venv/bin/ruff format --quiet --check $(wildcard $(CODE))
	.venv/bin/ruff check --quiet $(wildcard $(CODE))
	.venv/bin/mypy --strict --no-error-summary src tests bench
	.venv/bin/lint-imports --no-logo >.venv/lint-imports.txt || { cat .venv/lint-imports.txt; exit 1; }
	$(PY) -m pytest tests/law tests/docs

format: .venv/dev.stamp ## bring the code into its form
	.venv/bin/ruff format --quiet $(wildcard $(CODE))
	.venv/bin/ruff check --quiet --fix $(wildcard $(CODE))

docs: .venv/dev.stamp ## write the parts of the documents that come from the code
	$(PY) -m tests.docs.generated

bench: .venv/dev.stamp ## measure, and print each figure beside its limit
	$(PY) -m bench $(ARGS)

soak: .venv/dev.stamp ## kill -9 at random moments, while people upload (200 uploads, or SOAK) and watch (100 kills)
	ONSTAGE_KILLED_UPLOADS=$(or $(SOAK),200) ONSTAGE_KILLED_SERVERS=$(or $(KILLS),100) $(PY) -m pytest -m slow tests/clips/test_kill.py tests/engagement/test_kill.py $(ARGS)

fuzz: .venv/dev.stamp ## the property tests with many more examples
	$(PY) -m pytest --hypothesis-profile long --timeout 7200 $(or $(ARGS),tests/leaks tests/media)

lock: .venv/dev.stamp ## write both hash locks anew from pyproject.toml
	echo "flit_core>=4.2,<5" | $(UV) pyproject.toml - -o requirements.lock
	$(UV) --group dev -c requirements.lock -o requirements-dev.lock

.venv/run.stamp: pyproject.toml requirements.lock
	$(PYTHON) deploy/environment.py run

.venv/dev.stamp: $(LOCKS)
	$(PYTHON) deploy/environment.py dev
