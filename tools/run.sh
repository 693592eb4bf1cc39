#!/usr/bin/env bash
# Bring the tables up, fill an empty portal with the example, and serve.
# Usage: tools/run.sh [PORT]; without it the port of the settings, 8000 by default.
set -euo pipefail
cd "$(dirname "$0")/.."

portal=.venv/bin/portal
[[ -z ${1:-} ]] || export PORTAL_PORT=$1
$portal db upgrade
$portal demo --stage open --if-empty
cat <<TEXT

  Open the address below and apply for the example prize. Nothing is sent anywhere:
  the letters are on the page /mailbox.

  Next  .venv/bin/portal user add --email you@example.org --admin    lets you in as staff
        .venv/bin/portal call load my-call.yaml                      loads a call of your own
        README.md                                                    says the rest

TEXT
exec $portal serve
