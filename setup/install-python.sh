# Makes the Python environment in a folder: torch first (CPU build where there is no GPU), then the pinned rest.
# Run under a lock by python.sh, with the variables of setup.sh in the environment: FOLDER.
set -euo pipefail
# shellcheck source=setup/lib.sh
. "$setup/lib.sh"
folder="$1"
logs="$root/.cache/logs"
trainer="$root/sandbox-images/trainer"
evaluator="$root/sandbox-images/evaluator"

# Another set-up may have made it while this one waited for the lock.
[ ! -e "$folder/complete" ] || exit 0

# An environment can't be renamed (its programs hold its path), so it is made in place, marked when complete, and pip goes on
# with what is there when it was cut off.
if ! "$folder/bin/python" -m pip --version > /dev/null 2>&1; then
  rm -rf "$folder"
  "$python" -m venv "$folder" || fail "$python could not make an environment in $folder" "see the message above"
fi
pip() { "$folder/bin/python" -m pip --disable-pip-version-check "$@"; }

# Locks were resolved on Linux, for 3.11 and newer and for 3.10.
lock="$trainer/requirements.lock"
if "$folder/bin/python" -c 'import sys; sys.exit(sys.version_info >= (3, 11))'; then
  lock="$trainer/requirements-py310.lock"
fi
torch="$(grep '^torch==' "$lock")"

install_torch() {
  # PyTorch's own index has builds without CUDA, a tenth of the size; it is no package registry and not reachable everywhere.
  local index="${DOJO_TORCH_INDEX:-https://download.pytorch.org/whl/cpu}"
  if [ "$(uname -s)" = Linux ] && ! nvidia-smi > /dev/null 2>&1; then
    if [ -n "$index" ] && have curl && curl --silent --fail --output /dev/null --max-time 5 "$index/torch/"; then
      say "  $torch, CPU build (a minute or so)"
      if quietly "$logs/pip-torch.log" pip install --index-url "$index" "$torch"; then return 0; fi
    fi
    say "  $torch; where only the registry has it, that is the CUDA build (5 GB, 2 to 10 minutes)"
  else
    say "  $torch"
  fi
  quietly "$logs/pip-torch.log" pip install "$torch"
}

pip show torch > /dev/null 2>&1 || install_torch \
  || fail "pip could not install torch" "check that pip reaches its index and that the disk has 12 GB free; what is there is kept"

say "  transformers, trl, peft, rdkit and the rest (a minute or so)"
if [ "$(uname -s)" = Linux ]; then
  quietly "$logs/pip.log" pip install -r "$lock" \
    || fail "pip could not install ${lock#"$root"/}" "see the log; what is there is kept"
else
  # Elsewhere the named packages are pinned and the rest follows.
  quietly "$logs/pip.log" pip install -r "$trainer/requirements.txt" -r "$evaluator/requirements.txt" -r "$root/tests/requirements.txt" \
    || fail "pip could not install sandbox-images/trainer/requirements.txt" "see the log; what is there is kept"
fi

"$folder/bin/python" -c "import torch, transformers, trl, peft, rdkit, math_verify, matplotlib, pandas" || fail "the environment in $folder does not work" "remove that folder and run make setup again"
touch "$folder/complete"
