#!/usr/bin/env bash
# Make sure that a Docker engine answers: exit 0 in silence if one does; else, as root on a
# Debian-like machine, install and start one. GRADER_ENGINE=no says that none is wanted.
set -euo pipefail

log=/var/log/dockerd.log

fail() {
  echo "engine.sh: $1" >&2
  exit 1
}

answers() {
  docker info >/dev/null 2>&1
}

# Wait up to 30 s; with a process id, no longer than that process lives.
wait_for_answer() {
  for _ in $(seq 150); do
    answers && return
    [ -z "${1:-}" ] || kill -0 "$1" 2>/dev/null || return 1
    sleep 0.2
  done
  return 1
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

install_engine() {
  command -v apt-get >/dev/null ||
    fail "no Docker engine here, and no apt-get to install one with: install Docker"
  echo "engine.sh: installing docker.io"
  if ! { apt-get update -qq && apt_install docker.io iptables; }; then
    fail "apt-get could not install docker.io (see above): install Docker by other means"
  fi
  # Newer Debians keep the client in a package of its own.
  command -v docker >/dev/null || apt_install docker-cli ||
    fail "apt-get installed an engine but found no docker command: install Docker's client"
}

# Fully detached: the engine outlives this script and holds none of its files open.
start_dockerd() {
  setsid nohup dockerd --storage-driver="$1" >>"$log" 2>&1 </dev/null &
  wait_for_answer $!
}

[ "${GRADER_ENGINE:-}" != no ] || fail "GRADER_ENGINE=no: no Docker engine is wanted"
if answers; then
  exit 0
fi
[ -z "${DOCKER_HOST:-}" ] ||
  fail "no Docker engine answers at DOCKER_HOST ($DOCKER_HOST): start it, or unset DOCKER_HOST"
[ "$(id -u)" = 0 ] ||
  fail "no Docker engine answers: start it, or let this user use it, or run docker/engine.sh as root"
if ! command -v dockerd >/dev/null || ! command -v docker >/dev/null; then
  install_engine
fi
if [ -d /run/systemd/system ] && systemctl start docker && wait_for_answer; then
  exit 0
fi
# overlay2 is quick, but not every file system bears it; vfs works on all.
start_dockerd overlay2 || start_dockerd vfs ||
  fail "dockerd was started and does not answer: $log says why"
