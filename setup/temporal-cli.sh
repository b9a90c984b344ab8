# Step 3: the `temporal` program, for the embedded server. Sets TEMPORAL_CLI_PATH.
# Order: TEMPORAL_CLI_PATH, the cache, PATH, the official download, a build from Go modules.

temporal_version=1.5.1
temporal_folder="$cache/temporal-cli/$temporal_version-$(uname -s)-$(uname -m)"
temporal_cached="$temporal_folder/temporal"

# The server inside is what counts: fairness and its search attributes need 1.29 or newer.
temporal_fits() {
  local line minor
  line="$("$1" --version 2> /dev/null)" || return 1
  minor="$(printf '%s' "$line" | sed -n 's/.*Server 1\.\([0-9]*\)\..*/\1/p')"
  [ -n "$minor" ] && [ "$minor" -ge 29 ]
}

if [ -n "${TEMPORAL_CLI_PATH:-}" ]; then
  temporal_fits "$TEMPORAL_CLI_PATH" || fail "TEMPORAL_CLI_PATH=$TEMPORAL_CLI_PATH is no Temporal CLI with server 1.29 or newer" "unset it, or name another"
  note="as TEMPORAL_CLI_PATH says"
elif temporal_fits "$temporal_cached"; then
  TEMPORAL_CLI_PATH="$temporal_cached"
  note="cached"
elif have temporal && temporal_fits "$(command -v temporal)"; then
  TEMPORAL_CLI_PATH="$(command -v temporal)"
  note="found on PATH"
else
  with_lock temporal-cli bash "$setup/install-temporal-cli.sh" "$temporal_version" "$temporal_folder" || exit 1
  TEMPORAL_CLI_PATH="$temporal_cached"
  note="installed"
fi
note="$note, $("$TEMPORAL_CLI_PATH" --version | sed 's/^temporal version //')"
