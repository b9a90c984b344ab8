# Puts the Temporal CLI of a version into a folder: the official download, else a build from Go modules.
# Run under a lock by temporal-cli.sh, with the variables of setup.sh in the environment: VERSION FOLDER.
set -euo pipefail
# shellcheck source=setup/lib.sh
. "$setup/lib.sh"
temporal_version="$1"
folder="$2"

download() {
  have curl || return 1
  local os arch from
  os="$(uname -s | tr '[:upper:]' '[:lower:]')"
  case "$(uname -m)" in x86_64 | amd64) arch=amd64 ;; *) arch=arm64 ;; esac
  from="${DOJO_TEMPORAL_DOWNLOAD:-https://temporal.download/cli/archive}"
  # Gives up in seconds where the network is closed, and when the line has nearly stopped.
  curl --fail --silent --location --connect-timeout 4 --speed-time 20 --speed-limit 20000 \
    "$from/v$temporal_version?platform=$os&arch=$arch" | tar -xzf - -C "$1" temporal 2> /dev/null
}

build() {
  have go || fail "the Temporal CLI can't be downloaded here, and go is missing to build it" \
    "$(install_hint golang-go go) (Go 1.21 or newer), or set TEMPORAL_CLI_PATH to the program"
  say "  no download here: building it from Go modules (3 to 6 minutes on 2 cores; what is compiled is kept)"
  GOBIN="$1" GOFLAGS=-mod=mod quietly "$root/.cache/logs/temporal-build.log" \
    go install "github.com/temporalio/cli/cmd/temporal@v$temporal_version" \
    || fail "go could not build the Temporal CLI" "check that go reaches its module proxy and is 1.21 or newer, then run make setup again"
}

# Another set-up may have made it while this one waited for the lock.
if "$folder/temporal" --version > /dev/null 2>&1; then exit 0; fi
unfinished="$folder.new"
rm -rf "$unfinished"
mkdir -p "$unfinished" "$folder"
say "  the official download"
if ! download "$unfinished" || ! "$unfinished/temporal" --version > /dev/null 2>&1; then
  build "$unfinished"
fi
mv "$unfinished/temporal" "$folder/temporal"
rm -rf "$unfinished"
