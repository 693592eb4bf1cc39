#!/usr/bin/env bash
# Write both locks: every package with its hashes, and no address of where it came from.
set -euo pipefail
cd "$(dirname "$0")/.."

# uv is needed for this alone, so it stands in an environment of its own.
[[ -x .venv/lock/bin/uv ]] || { python3 -m venv .venv/lock && .venv/lock/bin/pip install -q uv; }

compile() {
  .venv/lock/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
    --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml "$@"
}

compile --upgrade --extra postgres --extra build -o requirements.lock
compile --upgrade --extra dev -c requirements.lock -o requirements-dev.lock
if grep -nE 'https?://|file:|--(extra-)?index-url|--find-links' requirements.lock requirements-dev.lock; then
  echo "An address has got into a lock." >&2
  exit 1
fi
echo "Written: requirements.lock, requirements-dev.lock. Next: make test"
