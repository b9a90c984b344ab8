#!/usr/bin/env bash
# Writes trainer/image.lock and evaluator/image.lock: every package that the images install, pinned as in requirements.lock where that
# names it, with the sha256 of each of its files. Run it whenever a requirements file changes.
set -euo pipefail
here="$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
environment="$(mktemp -d)"
trap 'rm -rf "$environment"' EXIT
python3 -m venv "$environment"
"$environment/bin/pip" install --quiet --disable-pip-version-check uv==0.13.9
for image in trainer evaluator; do
  (
    cd "$here/$image"
    {
      echo "# Made by sandbox-images/lock.sh from requirements.txt and requirements.lock; do not edit."
      "$environment/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
        --constraint requirements.lock requirements.txt
    } > image.lock.new
    mv image.lock.new image.lock
  )
  echo "$image/image.lock: $(grep -c '==' "$here/$image/image.lock") packages"
done
