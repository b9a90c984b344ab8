# Step 1: what can't be installed by set-up itself. Sets `python` (the interpreter that environments are made from).

have node || fail "Node.js is missing" "$(install_hint nodejs node), version 20 or newer"
have npm || fail "npm is missing" "$(install_hint npm node)"
system_node="$(node --version)"
system_major="${system_node#v}"
system_major="${system_major%%.*}"
[ "$system_major" -ge 20 ] || fail "Node.js $system_node is too old" "version 20 or newer is needed; $(install_hint nodejs node)"

# 3.11 or newer has the newest packages; 3.10 has a lock of its own.
python=""
for least in 11 10; do
  for candidate in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
    [ -z "$python" ] && have "$candidate" || continue
    if "$candidate" -c "import sys; sys.exit(sys.version_info < (3, $least))" 2> /dev/null; then
      python="$(command -v "$candidate")"
    fi
  done
done
export python
[ -n "$python" ] || fail "Python 3.10 or newer is missing" "$(install_hint "python3 python3-venv" python)"
"$python" -c 'import ensurepip, venv' 2> /dev/null || fail "$python can't make environments (module venv or ensurepip)" "$(install_hint python3-venv python)"
have git || say "  git is missing: only the tests that look at history need it ($(install_hint git git))"

note="Node $system_node, $("$python" --version), npm $(npm --version)"
