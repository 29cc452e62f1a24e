#!/usr/bin/env bash
# What `grader grade --cluster` grades on:
#   cluster.sh scheduler HOST [OPTIONS…]     start a Dask scheduler on this machine's address HOST
#   cluster.sh worker ADDRESS [OPTIONS…]     start a Dask worker: a lane for each core
# Options are those of `dask scheduler` and `dask worker`, such as --port, --nthreads, --tls-cert.
# GRADER_PYTHON is the Python that has grader, python3 otherwise.
set -euo pipefail

python=${GRADER_PYTHON:-python3}

fail() {
  echo "cluster.sh: $1" >&2
  exit 1
}

[ $# -ge 2 ] || fail "usage: cluster.sh scheduler HOST [OPTIONS…] | worker ADDRESS [OPTIONS…]"
what=$1 where=$2
shift 2
"$python" -c 'import distributed, grader' 2>/dev/null ||
  fail "$python has no grader or no Dask: pip install 'rnn-grader[cluster]', or set GRADER_PYTHON"
case $what in
  scheduler)
    exec "$python" -m distributed.cli.dask_scheduler --host "$where" --no-dashboard "$@"
    ;;
  worker)
    # Dask would count its own process's memory: what lanes may use, the sandbox bounds.
    exec "$python" -m distributed.cli.dask_worker "$where" --nthreads "$(nproc)" \
      --memory-limit 0 --no-dashboard "$@"
    ;;
  *) fail "there is no $what: scheduler or worker" ;;
esac
