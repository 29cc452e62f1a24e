#!/usr/bin/env bash
# Gradescope runs this once, as root, when the autograder's image is built: a Python with grader and
# torch, beside this folder. pip's own variables (PIP_INDEX_URL, PIP_FIND_LINKS…) say from where.
set -euo pipefail
umask 022

source=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=$(dirname "$source")/venv

fail() {
  echo "setup.sh: $1" >&2
  exit 1
}

apt_install() {
  command -v apt-get >/dev/null || return 1
  apt-get update -qq >/dev/null 2>&1 || true
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
}

# A Python, 3.11 or later, that can give an environment its pip.
find_python() {
  for python in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null &&
      { can ensurepip || can pip; }; then
      return 0
    fi
  done
  return 1
}

can() {
  "$python" -c "import $1" 2>/dev/null
}

find_python ||
  { apt_install python3 python3-venv && find_python; } ||
  { apt_install python3.11 python3.11-venv && find_python; } ||
  fail "there is no Python 3.11 or later, nor does apt-get have one: choose a newer base image"

if can ensurepip; then
  "$python" -m venv "$venv"
  pip=("$venv/bin/python" -m pip)
else
  "$python" -m venv --without-pip "$venv"
  pip=("$python" -m pip --python "$venv/bin/python")
fi

# One more place to look for packages, if the zip names one; the environment's settings come first.
if [ -f "$source/pip.conf" ]; then
  export PIP_CONFIG_FILE=${PIP_CONFIG_FILE:-$source/pip.conf}
fi
wheels=("$source"/rnn_grader-*.whl)
"${pip[@]}" install --quiet --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
  "torch>=2.6,<2.14" "${wheels[0]}[bubblewrap]" -r "$source/packages.txt" ||
  fail "pip could not install grader, torch and the assignment's packages (see above)"

# Sandboxes: bubblewrap where the container is allowed it, and the library of filters for both.
command -v bwrap >/dev/null && command -v nsenter >/dev/null ||
  apt_install bubblewrap util-linux libseccomp2 ||
  echo "setup.sh: no bubblewrap: students' code will run in the process sandbox"

# Students' processes may read the worker and the packages; the rest of grader is its own affair.
package=$("$venv/bin/python" -I -c 'import grader; print(grader.__path__[0])')
chmod -R go-rwx "$package"
chmod go+rx "$package"
chmod go+r "$package/__init__.py"
chmod -R go+rX "$package/protocol" "$package/worker"
chmod -R go-rwx "$source"
