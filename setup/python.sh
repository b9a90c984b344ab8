# Step 4: a Python environment with torch, transformers, trl and what the tasks need, one per set of pins. Sets DOJO_PYTHON.

# Found, not imported: importing them all takes many seconds.
python_modules="torch transformers trl peft rdkit math_verify matplotlib pandas yaml jinja2 scipy pytest hypothesis"
python_lacks() {
  "$1" -c 'import sys, importlib.util as u; print(*[m for m in sys.argv[1:] if u.find_spec(m) is None])' $python_modules 2>&1
}

if [ -n "${DOJO_PYTHON:-}" ]; then
  lacks="$(python_lacks "$DOJO_PYTHON")" || fail "DOJO_PYTHON=$DOJO_PYTHON does not run" "unset it, or name another"
  [ -z "$lacks" ] || fail "DOJO_PYTHON=$DOJO_PYTHON lacks $lacks" "unset it, or install sandbox-images/trainer/requirements.lock there"
  note="as DOJO_PYTHON says"
else
  trainer="$root/sandbox-images/trainer"
  evaluator="$root/sandbox-images/evaluator"
  pins="$(cat "$trainer"/requirements*.{txt,lock} "$evaluator"/requirements.* "$root/tests/requirements.txt" "$setup/install-python.sh" | sha256 | cut -c1-16)"
  python_tag="$("$python" -c 'import sys; print("py%d.%d" % sys.version_info[:2])')"
  python_folder="$cache/python/$pins-$python_tag-$(uname -s)-$(uname -m)"
  # Written last: an environment without it is unfinished and is gone on with.
  if [ -e "$python_folder/complete" ] && [ -z "$(python_lacks "$python_folder/bin/python")" ]; then
    note="cached"
  else
    with_lock python bash "$setup/install-python.sh" "$python_folder" || exit 1
    note="installed"
  fi
  DOJO_PYTHON="$python_folder/bin/python"
fi
note="$note, $("$DOJO_PYTHON" --version)"
