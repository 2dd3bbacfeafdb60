# What ./check needs of the machine: looked for before anything is run, and installed where apt-get is. Sourced by it.

readonly NODE_OLDEST=18
RUST_OLDEST="$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)"

# A program in the PATH: not something that this shell has built in.
has() { type -P "$1" >/dev/null; }

# Debian keeps servers where not everybody's PATH leads.
has_server() { has "$1" || [[ -x "/usr/sbin/$1" ]]; }

has_postgres() { has postgres || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; }

has_venv() { has python3 && python3 -c 'import ensurepip, venv' >/dev/null 2>&1; }

has_libc_headers() { printf '#include <stdlib.h>\n' | cc -E - >/dev/null 2>&1; }

# The names of Debian's packages that this machine lacks, one a line.
lacking() {
  local tool
  if ! has cc || ! has_libc_headers; then printf '%s\n' gcc libc6-dev; fi
  has_postgres || echo postgresql
  for tool in nginx haproxy; do has_server "$tool" || echo "$tool"; done
  has_server varnishd || echo varnish
  for tool in openssl curl chromium npm redis-server; do has "$tool" || echo "$tool"; done
  has node || echo nodejs
  has firefox-esr || has firefox || echo firefox-esr
  has_venv || printf '%s\n' python3 python3-venv
  has kill || echo procps
  [[ -e /etc/ssl/certs/ca-certificates.crt ]] || echo ca-certificates
  [[ " $* " != *" debian "* ]] || has debootstrap || echo debootstrap
}

# is_older VERSION OLDEST
is_older() { [[ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" != "$2" ]]; }

refuse() {
  printf '%s\n' "$*" >&2
  return 1
}

# What can't be installed by apt-get; each in one sentence.
test_needs() {
  local packages="$1" parts="$2" version
  has cargo || refuse "This check needs Rust $RUST_OLDEST or newer: see https://rustup.rs." || return
  version="$(cargo --version | cut -d ' ' -f 2)"
  if is_older "$version" "$RUST_OLDEST"; then refuse "This check needs Rust $RUST_OLDEST or newer; cargo here is $version."; return; fi
  if has node && is_older "$(node --version | tr -d v)" "$NODE_OLDEST"; then
    refuse "This check needs Node $NODE_OLDEST or newer; here it is $(node --version)."
    return
  fi
  has cargo-fmt && has cargo-clippy || has rustup || refuse "This check needs rustfmt and clippy, which your Rust came without." || return
  if [[ " $parts " == *" debian "* && $EUID -ne 0 ]] && ! has sudo; then
    refuse "The part named debian needs root: install sudo, or run it as root."
    return
  fi
  if [[ -z $packages ]]; then return; fi
  has apt-get || refuse "This check needs $packages: there is no apt-get here, so please install them yourself." || return
  if [[ $EUID -ne 0 ]]; then
    has sudo || refuse "This check needs sudo to install $packages: install sudo, or install them as root." || return
    [[ -t 0 ]] || sudo -n true 2>/dev/null || refuse "This check needs sudo without a password to install $packages, or a terminal to ask for it." || return
  fi
}

as_root() { if [[ $EUID -eq 0 ]]; then "$@"; else sudo "$@"; fi; }

# Says what it will install, and how much that is, before it does.
install_packages() {
  local names=("$@") plan
  printf 'Reading the package lists, to install: %s\n' "${names[*]}"
  as_root apt-get update -qq
  plan="$(as_root env LC_ALL=C apt-get install --assume-no --no-install-recommends "${names[@]}" 2>&1 || true)"
  printf 'Installing %s packages: %s to fetch, %s on the disk.\n' \
    "$(sed -n 's/.* \([0-9]*\) newly installed.*/\1/p' <<<"$plan")" \
    "$(sed -n 's/^Need to get \([^/]*B\)\(\/.*\)\? of archives.*/\1/p' <<<"$plan")" \
    "$(sed -n 's/^After this operation, \(.*B\) of additional.*/\1/p' <<<"$plan")"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${names[@]}" >"$TARGET/apt.log" 2>&1 || {
    tail -n 40 "$TARGET/apt.log" >&2
    return 1
  }
}

prepare_machine() {
  local packages
  packages="$(lacking "$@" | tr '\n' ' ')"
  packages="${packages% }"
  test_needs "$packages" "$*"
  mkdir -p "$TARGET"
  # shellcheck disable=SC2086 # names of packages
  if [[ -n $packages ]]; then install_packages $packages; fi
  packages="$(lacking "$@" | tr '\n' ' ')"
  [[ -z $packages ]] || refuse "This check needs ${packages% }, which apt-get has installed but which can't be found."
  cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
  cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
  test_newly_installed
}

test_newly_installed() {
  if is_older "$(node --version | tr -d v)" "$NODE_OLDEST"; then refuse "This check needs Node $NODE_OLDEST or newer; here it is $(node --version)."; return; fi
  if [[ $EUID -eq 0 ]] && ! id postgres >/dev/null 2>&1; then
    refuse "This check needs a user named postgres when it is run as root, whom PostgreSQL refuses."
  fi
}
