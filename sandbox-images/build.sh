#!/usr/bin/env bash
# make images: builds the images of the sandbox and records their digests in .cache/images.json, where the configuration finds them.
# Works with Docker's classic builder. Nothing of this host's package index stays in an image: wheels are fetched in a container of the
# base image, with the host's pip settings and certificates mounted, and served to the build from a folder.
#
#   DOJO_BASE_IMAGE   an image with Python 3.11 or newer and venv (default: python:3.11-slim-bookworm), or "debootstrap": made here,
#                     which is also done where no registry answers
#   DOJO_DEBIAN       mirror for debootstrap (default: http://deb.debian.org/debian)
#   DOJO_IMAGES       which of them (default: evaluator trainer)
#   DOCKER_HOST       the engine, as the docker program reads it
set -euo pipefail
images="$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(dirname "$images")"
setup="$root/setup"
# shellcheck source=../setup/lib.sh
. "$setup/lib.sh"
cache="${DOJO_CACHE:-$HOME/.cache/ft-dojo}"
python="${DOJO_PYTHON:-python3}"
logs="$root/.cache/logs"
steps=4
mkdir -p "$cache" "$logs"

begin 1 "container engine"
have docker || fail "the docker program is missing" "$(install_hint docker.io docker)"
version="$(docker version --format '{{.Server.Version}}' 2> "$logs/docker.log")" \
  || fail "no engine answers: $(tail -n 1 "$logs/docker.log")" "start dockerd, or set DOCKER_HOST"
note="Docker $version"
finish

begin 2 "base image"
default=docker.io/library/python:3.11-slim-bookworm
base="${DOJO_BASE_IMAGE:-$default}"
made=ft-dojo/base:debian

make_base() {
  have debootstrap || fail "no registry answers, and debootstrap is missing" "$(install_hint debootstrap debootstrap), or set DOJO_BASE_IMAGE to an image that is here"
  [ "$(id -u)" = 0 ] || fail "debootstrap needs root" "set DOJO_BASE_IMAGE to an image that is here"
  local folder suite mirror
  folder="$(mktemp -d)"
  # shellcheck disable=SC2064
  trap "rm -rf '$folder'" EXIT
  suite=bookworm
  mirror="${DOJO_DEBIAN:-http://deb.debian.org/debian}"
  quietly "$logs/debootstrap.log" debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv "$suite" "$folder/root" "$mirror" \
    || fail "debootstrap could not make Debian $suite" "see the log; DOJO_DEBIAN names another mirror"
  echo "deb http://deb.debian.org/debian $suite main" > "$folder/root/etc/apt/sources.list"
  rm -rf "$folder/root"/var/cache/apt/* "$folder/root"/var/lib/apt/lists/* "$folder/root"/var/log/*
  tar -C "$folder/root" -c . | docker import - "$made" > /dev/null
  rm -rf "$folder"
}

if [ "$base" = debootstrap ]; then
  docker image inspect "$made" > /dev/null 2>&1 || make_base
  base="$made"
elif ! docker image inspect "$base" > /dev/null 2>&1 && ! timeout 300 docker pull --quiet "$base" > "$logs/docker-pull.log" 2>&1; then
  [ "$base" = "$default" ] || fail "$base can't be pulled: $(tail -n 1 "$logs/docker-pull.log")" "set DOJO_BASE_IMAGE to an image that is here"
  say "  no registry answers: Debian is put together here"
  docker image inspect "$made" > /dev/null 2>&1 || make_base
  base="$made"
fi
base_id="$(docker image inspect --format '{{.Id}}' "$base")"
python_version="$(docker run --rm --network none "$base_id" python3 -c 'import ensurepip, venv, sys; print("%d.%d.%d" % sys.version_info[:3]); sys.exit(sys.version_info < (3, 11))' 2> "$logs/base.log")" \
  || fail "$base has no Python 3.11 or newer with venv" "set DOJO_BASE_IMAGE to one that has"
note="$base, Python $python_version"
finish

# What pip needs to know to reach this host's index: settings, and certificates where they are named.
pip_settings() {
  local name value
  while IFS='=' read -r name value; do
    case "$name" in
      PIP_FIND_LINKS | PIP_CACHE_DIR | PIP_TARGET | PIP_PREFIX | PIP_REQUIRE_VIRTUALENV) ;;
      PIP_* | *_proxy | *_PROXY) printf -- '--env\0%s=%s\0' "$name" "$value" ;;
    esac
  done < <(env)
  local certificates="${PIP_CERT:-${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}}"
  if [ -f "$certificates" ]; then
    printf -- '--volume\0%s:/tmp/host-certificates.crt:ro\0--env\0PIP_CERT=/tmp/host-certificates.crt\0' "$(readlink -f "$certificates")"
  fi
  local settings
  for settings in /etc/pip.conf "$HOME/.config/pip/pip.conf" "$HOME/.pip/pip.conf"; do
    [ ! -f "$settings" ] || printf -- '--volume\0%s:/etc/pip.conf:ro\0' "$settings"
  done
}

# fetch IMAGE: the wheels of its lock into the cache; goes on where it was cut off.
fetch() {
  local image="$1" lock="$images/$1/image.lock" options=()
  wheels="$cache/wheels/$(sha256 < "$lock" | cut -c1-16)-py${python_version%.*}-$(uname -m)"
  [ ! -e "$wheels/complete" ] || return 0
  mkdir -p "$wheels"
  mapfile -d '' options < <(pip_settings)
  quietly "$logs/wheels-$image.log" docker run --rm --network host "${options[@]}" --volume "$lock:/lock:ro" --volume "$wheels:/wheels" "$base_id" \
    sh -c 'python3 -m venv /tmp/pip && /tmp/pip/bin/pip download --disable-pip-version-check --no-cache-dir --require-hashes --only-binary :all: --dest /wheels -r /lock' \
    || return 1
  touch "$wheels/complete"
}

# build IMAGE: sets `digest`.
build() {
  local image="$1" folder="$images/$1" labels=() name pin status=0
  while IFS='=' read -r name pin; do
    labels+=(--label "ft-dojo.$name=${pin#=}")
  done < <(grep -v '^#' "$folder/requirements.txt")
  labels+=(
    --label "ft-dojo.image=$image"
    --label "ft-dojo.python=$python_version"
    --label "ft-dojo.lock=$(sha256 < "$folder/image.lock")"
    --label "ft-dojo.base=$base_id"
    --label "org.opencontainers.image.version=$("$python" -c 'import json, sys; print(json.load(open(sys.argv[1]))["version"])' "$root/package.json")"
  )
  coproc WHEELS { exec "$python" "$images/serve_wheels.py" "$wheels"; }
  local port server=$WHEELS_PID stdin="${WHEELS[1]}"
  read -r port <&"${WHEELS[0]}"
  DOCKER_BUILDKIT=0 quietly "$logs/image-$image.log" docker build --network host --iidfile "$root/.cache/$image.iid" \
    --build-arg "BASE_IMAGE=$base_id" --build-arg "http_proxy=http://127.0.0.1:$port" --build-arg "no_proxy=" \
    "${labels[@]}" --tag "ft-dojo/$image" "$folder" || status=$?
  eval "exec $stdin>&-"
  wait "$server" 2> /dev/null || true
  [ "$status" = 0 ] || return "$status"
  digest="$(cat "$root/.cache/$image.iid")"
  rm "$root/.cache/$image.iid"
}

number=3
for image in ${DOJO_IMAGES:-evaluator trainer}; do
  begin "$number" "image $image"
  [ -f "$images/$image/image.lock" ] || fail "there is no such image" "DOJO_IMAGES names some of: evaluator trainer"
  fetch "$image" || fail "its packages can't be fetched" "see the log; what is there is kept"
  build "$image" || fail "it can't be built" "see the log"
  "$python" - "$root/.cache/images.json" "$image" "$digest" << 'END'
import json, os, sys
path, image, digest = sys.argv[1:]
try:
    with open(path, encoding="utf-8") as file:
        known = json.load(file)
except FileNotFoundError:
    known = {}
known[image] = digest
with open(f"{path}.new", "w", encoding="utf-8") as file:
    json.dump(known, file, indent=2)
    file.write("\n")
os.rename(f"{path}.new", path)
END
  note="$digest, $(docker image inspect --format '{{.Size}}' "$digest" | awk '{ printf "%.1f GB", $1 / 1e9 }')"
  finish
  number=$((number + 1))
done
say "recorded in .cache/images.json; dojo up --set sandbox.driver=docker uses them"
