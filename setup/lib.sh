# Shared by the set-up's steps: progress lines, failures that say what to do, and a lock.

steps=4

say() { printf 'setup: %s\n' "$*" >&2; }

# begin N "what"
begin() {
  export step="$1" what="$2"
  began=$SECONDS
  note=""
  say "[$step/$steps] $what"
}

# Says how a step ended: `note` is what it found or did.
finish() { say "[$step/$steps] $what: ${note:-done} ($((SECONDS - began)) s)"; }

# fail "what is wrong" "what to do about it"
fail() {
  say "[${step:-1}/$steps] ${what:-set-up}: $1"
  say "  -> $2"
  exit 1
}

have() { command -v "$1" > /dev/null 2>&1; }

# How to get a package on this machine: install_hint debian-package brew-package
install_hint() {
  if have apt-get; then
    echo "apt-get install $1"
  elif have brew; then
    echo "brew install $2"
  else
    echo "install $1 (Debian) or $2 (Homebrew), or your system's package of that kind"
  fi
}

# sha256 of standard input.
sha256() {
  if have sha256sum; then sha256sum | cut -d' ' -f1; else shasum -a 256 | cut -d' ' -f1; fi
}

# with_lock NAME COMMAND…: one set-up at a time for each part of the cache; the lock ends with its process, however that ends.
with_lock() {
  local name="$1"
  shift
  "$python" "$setup/with_lock.py" "$cache/$name.lock" "$@"
}

# quietly LOG COMMAND…: output goes to a log; a line every 30 s shows that it lives; the log's end is shown when it fails.
quietly() {
  local log="$1" began_here=$SECONDS status=0 pid
  shift
  mkdir -p "$(dirname "$log")"
  "$@" > "$log" 2>&1 &
  pid=$!
  # A Ctrl-C ends the child as well; what it has finished is kept for the next time.
  trap 'kill "$pid" 2>/dev/null; exit 130' INT TERM
  local next=$((SECONDS + 30))
  while kill -0 "$pid" 2> /dev/null; do
    sleep 0.2
    if [ "$SECONDS" -ge "$next" ]; then
      say "  … $((SECONDS - began_here)) s $(tail -n 1 "$log" | tr -d '\r' | cut -c1-100)"
      next=$((SECONDS + 30))
    fi
  done
  wait "$pid" || status=$?
  trap - INT TERM
  if [ "$status" -ne 0 ]; then
    tail -n 15 "$log" | sed 's/^/    /' >&2
    say "  the whole log: $log"
  fi
  return "$status"
}
