#!/usr/bin/env bash
# Bring the tables up, fill an empty portal with the example, and serve. Usage: tools/run.sh PORT
set -euo pipefail
cd "$(dirname "$0")/.."

portal=.venv/bin/portal
export PORTAL_PORT=${PORTAL_PORT:-${1:-8000}}
$portal db upgrade
$portal demo --stage open --if-empty
cat <<TEXT

  Open    http://127.0.0.1:$PORTAL_PORT and apply for the example prize.
  Letters http://127.0.0.1:$PORTAL_PORT/mailbox (nothing is sent anywhere)
  Staff   .venv/bin/portal user add --email you@example.org --admin
  Next    README.md says how to load your own call; docs/operating.md how to run it for real.

TEXT
exec $portal serve
