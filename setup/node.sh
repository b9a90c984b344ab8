# Step 2: npm packages; Node 24 among them where the system's is older. Sets DOJO_NODE.

runs_node_24() {
  local version
  version="$("$1" --version 2> /dev/null)" || return 1
  version="${version#v}"
  [ "${version%%.*}" -ge 24 ]
}

npm_stamp="$root/node_modules/.ft-dojo-stamp"
npm_hash="$(sha256 < "$root/package-lock.json") $(uname -sm)"
if [ "$(cat "$npm_stamp" 2> /dev/null || true)" = "$npm_hash" ]; then
  note="unchanged"
else
  say "  npm ci (a minute or so)"
  (cd "$root" && quietly "$root/.cache/logs/npm-ci.log" npm ci --no-audit --no-fund --loglevel=error) \
    || fail "npm ci failed" "check that npm reaches its registry, then run make setup again"
  note="installed"
fi

bundled_node="$root/node_modules/.bin/node"
if ! runs_node_24 "$bundled_node"; then
  # The package fetches its program in an install script, which a cut-off or script-less installation leaves out.
  (cd "$root" && quietly "$root/.cache/logs/npm-rebuild.log" npm rebuild node --ignore-scripts=false) || true
fi
if runs_node_24 "$bundled_node"; then
  DOJO_NODE="$bundled_node"
elif runs_node_24 "$(command -v node)"; then
  DOJO_NODE="$(command -v node)"
else
  fail "the npm package node did not bring a Node 24 that runs here" "install Node 24 or newer, then run make setup again"
fi
echo "$npm_hash" > "$npm_stamp"
note="$note, Node $("$DOJO_NODE" --version)"
