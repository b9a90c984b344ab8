#!/usr/bin/env bash
# Everything that the demo and the tests need, in four steps. Each is skipped when nothing has changed since the last time, and
# goes on where it was cut off. What is large lies per version in $DOJO_CACHE (default: ~/.cache/ft-dojo), shared by all clones.
set -euo pipefail

setup="$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(dirname "$setup")"
# shellcheck source=setup/lib.sh
. "$setup/lib.sh"

cache="${DOJO_CACHE:-$HOME/.cache/ft-dojo}"
export setup root cache
mkdir -p "$cache" "$root/.cache" 2>/dev/null || fail "the cache folder $cache can't be written" "set DOJO_CACHE to a folder that can"

begin 1 "tools of this machine"
. "$setup/tools.sh"
finish

begin 2 "npm packages and Node 24"
. "$setup/node.sh"
finish

begin 3 "Temporal CLI"
. "$setup/temporal-cli.sh"
finish

begin 4 "Python environment"
. "$setup/python.sh"
finish

# Read by ./dojo, the Makefile and the tests.
{
  echo "DOJO_NODE=$DOJO_NODE"
  echo "DOJO_PYTHON=$DOJO_PYTHON"
  echo "TEMPORAL_CLI_PATH=$TEMPORAL_CLI_PATH"
} > "$root/.cache/setup.env.new"
mv "$root/.cache/setup.env.new" "$root/.cache/setup.env"
say "set up in $SECONDS s; ./dojo doctor shows what is there"
