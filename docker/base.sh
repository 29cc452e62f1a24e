#!/usr/bin/env bash
# base.sh NAME: make the image NAME (Debian, python3, pip) from Debian's packages, for machines
# that have a mirror of those and no registry of images. Does nothing if there is such an image.
set -euo pipefail

suite=bookworm

fail() {
  echo "base.sh: $1" >&2
  exit 1
}

install_mmdebstrap() {
  command -v mmdebstrap >/dev/null && return
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    fail "mmdebstrap is missing: install it (as root, apt-get install mmdebstrap)"
  fi
  echo "base.sh: installing mmdebstrap" >&2
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    mmdebstrap debian-archive-keyring >/dev/null
}

[ $# = 1 ] || fail "usage: base.sh NAME"
if docker image inspect "$1" >/dev/null 2>&1; then
  exit 0
fi
install_mmdebstrap

# By way of a file: a pipe would make an image of half a Debian, too.
archive=$(mktemp --suffix=.tar)
trap 'rm -f "$archive"' EXIT
# shellcheck disable=SC2016  # the hook's "$1" is the new system's root, and mmdebstrap's to fill in
mmdebstrap --quiet --variant=minbase --include=python3,python3-pip \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook='rm -rf "$1"/var/cache/apt/* "$1"/var/log/*' \
  "$suite" "$archive" || fail "mmdebstrap could not make a Debian $suite; see above"
docker import --change 'CMD ["python3"]' "$archive" "$1" >/dev/null ||
  fail "the engine would not import the image"
