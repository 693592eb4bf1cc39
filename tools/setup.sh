#!/usr/bin/env bash
# Set up what `make run` or `make test` needs. What is there already is left alone, so a second
# start takes seconds. Usage: tools/setup.sh run|test
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:?run or test}
lock=requirements.lock
packages=(python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)
if [[ $kind == test ]]; then
  lock=requirements-dev.lock
  packages+=(chromium poppler-utils postgresql)
fi

say() { printf '\033[1m%s\033[0m\n' "$*"; }

# Debian's packages, where Debian is and where one is missing.
missing() {
  local package
  for package in "${packages[@]}"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
  done
}

install_packages() {
  local wanted as=()
  command -v dpkg-query >/dev/null || { say "This is no Debian; install by hand: ${packages[*]}"; return; }
  mapfile -t wanted < <(missing)
  [[ ${#wanted[@]} -eq 0 ]] && return
  say "Installing from Debian: ${wanted[*]}"
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null || { echo "Run as root: apt-get install ${wanted[*]}" >&2; exit 1; }
    as=(sudo)
  fi
  "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q
  # A cluster of its own would start at boot; the tests start a private server instead.
  "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${wanted[@]}"
}

# Debian's own Python comes first: it gets security updates with the system, and it is compiled with
# what the compiler learnt from running it, which makes the portal and its tests 1.7 times faster than
# a Python compiled in passing. PYTHON=/path/to/python3 chooses another.
find_python() {
  local one
  for one in "${PYTHON:-}" /usr/bin/python3 "$(command -v python3 || true)"; do
    [[ -n $one ]] || continue
    "$one" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    echo "$one"
    return
  done
  echo "Python 3.11 or newer with venv is needed; PYTHON=/path/to/python3 names it." >&2
  return 1
}

# What an environment was installed from; it changes when anything of it changes.
fingerprint() {
  { "$python" -VV; readlink -f "$python"; cat "$1" pyproject.toml hatch_build.py portal/__init__.py; } | sha256sum
}

# An environment of another Python, or a broken one, is made anew.
make_environment() {
  local base
  base=$(.venv/bin/python -c 'import pip, sys; print(sys._base_executable)' 2>/dev/null || true)
  [[ -n $base && $(readlink -f "$base") == "$(readlink -f "$python")" ]] || "$python" -m venv --clear .venv
}

install_environment() {
  local stamp=.venv/.installed-$kind
  [[ -f $stamp && $(cat "$stamp") == "$(fingerprint "$lock")" ]] && return
  say "Installing the portal into .venv (takes a minute or two)"
  make_environment
  # The lock is whole, so nothing is resolved: a newer release of what another package asks for with
  # an extra (coverage[toml]) made older versions of pip refuse the pinned one.
  # pip compiles with one core only; compileall takes all of them.
  local install=(.venv/bin/pip install -q --disable-pip-version-check --no-deps --no-compile)
  "${install[@]}" --require-hashes -r "$lock"
  "${install[@]}" --no-build-isolation -e .
  .venv/bin/python -m compileall -q -j 0 .venv/lib || true # some packages carry files for others
  # The lock of the tests holds all that running needs, in the same versions.
  [[ $kind == run ]] || fingerprint requirements.lock >.venv/.installed-run
  fingerprint "$lock" >"$stamp"
}

# Words are needed to speak; code is compiled for machines that keep no compiled files of themselves.
compile_all() {
  .venv/bin/python tools/words.py compile
  .venv/bin/python -m compileall -q portal
}

install_packages
python=$(find_python)
install_environment
compile_all
say "Everything is installed."
