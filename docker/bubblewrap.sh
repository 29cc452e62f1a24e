#!/usr/bin/env bash
# Make sure that the tools of the bubblewrap sandbox are here: exit 0 in silence if they are; else,
# as root on a Debian-like machine, install them. Whether the kernel lets them work, grader says.
set -euo pipefail

fail() {
  echo "bubblewrap.sh: $1" >&2
  exit 1
}

if command -v bwrap >/dev/null && command -v newuidmap >/dev/null; then
  exit 0
fi
packages="bubblewrap uidmap util-linux libseccomp2"
command -v apt-get >/dev/null || fail "bwrap or newuidmap is missing, and no apt-get is here: install them"
[ "$(id -u)" = 0 ] || fail "bwrap or newuidmap is missing: as root, apt-get install $packages"
echo "bubblewrap.sh: installing $packages"
apt-get update -qq || fail "apt-get could not update its lists (see above)"
# shellcheck disable=SC2086  # a list of words
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null ||
  fail "apt-get could not install them (see above)"
