#!/usr/bin/env bash
# Make sure that Chromium, its driver and axe-core are here: exit 0 in silence if they are; else
# install the former as root on a Debian-like machine, and fetch the latter from npm, as one
# version whose bytes are known.
set -euo pipefail

version=4.14.1
digest=e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745
axe="$(dirname "$0")/axe/axe.min.js"

fail() {
  echo "chromium.sh: $1" >&2
  exit 1
}

# As root, with apt-get: the packages, named after the command that is missing.
apt_install() {
  command -v apt-get >/dev/null || fail "$1 is missing, and no apt-get is here: install it"
  [ "$(id -u)" = 0 ] || fail "$1 is missing: as root, apt-get install ${*:2}"
  echo "chromium.sh: installing ${*:2}"
  apt-get update -qq || fail "apt-get could not update its lists (see above)"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${@:2}" >/dev/null ||
    fail "apt-get could not install ${*:2} (see above)"
}

fetch_axe() {
  command -v npm >/dev/null || apt_install npm npm
  work="$(mktemp -d)"
  trap 'rm -rf "$work"' EXIT
  npm pack --silent --pack-destination "$work" "axe-core@$version" >/dev/null ||
    fail "npm could not fetch axe-core $version (see above)"
  echo "$digest  $work/axe-core-$version.tgz" | sha256sum --check --quiet ||
    fail "axe-core $version is not what it was: nothing was kept"
  tar -xzf "$work/axe-core-$version.tgz" -C "$work" package/axe.min.js
  mkdir -p "$(dirname "$axe")"
  echo "$version" >"$axe.version"
  mv "$work/package/axe.min.js" "$axe"
}

command -v chromium >/dev/null || apt_install chromium chromium
command -v chromedriver >/dev/null || apt_install chromedriver chromium-driver
if ! [ -f "$axe" ] || [ "$(cat "$axe.version" 2>/dev/null)" != "$version" ]; then
  fetch_axe
fi
