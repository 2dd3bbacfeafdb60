# Checks the packages that ./check needs before anything runs, and installs them where apt-get
# exists. Sourced by ./check.

readonly MIN_NODE=18
MIN_RUST="$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)"

# Whether a program is in the PATH; shell built-ins do not count.
has() { type -P "$1" >/dev/null; }

# Debian installs servers in /usr/sbin, which is not in every PATH.
has_server() { has "$1" || [[ -x "/usr/sbin/$1" ]]; }

has_postgres() { has postgres || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; }

has_venv() { has python3 && python3 -c 'import ensurepip, venv' >/dev/null 2>&1; }

has_libc_headers() { printf '#include <stdlib.h>\n' | cc -E - >/dev/null 2>&1; }

# missing_packages [PART…]: prints the missing Debian packages, one per line.
missing_packages() {
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

# is_older VERSION MINIMUM
is_older() { [[ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" != "$2" ]]; }

fail_with() {
  printf '%s\n' "$*" >&2
  return 1
}

# check_requirements PACKAGES PARTS: reports what apt-get cannot install, one sentence each.
check_requirements() {
  local packages="$1" parts="$2" version
  has cargo || fail_with "This check needs Rust $MIN_RUST or newer: see https://rustup.rs." || return
  version="$(cargo --version | cut -d ' ' -f 2)"
  if is_older "$version" "$MIN_RUST"; then fail_with "This check needs Rust $MIN_RUST or newer; cargo here is $version."; return; fi
  if has node && is_older "$(node --version | tr -d v)" "$MIN_NODE"; then
    fail_with "This check needs Node $MIN_NODE or newer; node here is $(node --version)."
    return
  fi
  has cargo-fmt && has cargo-clippy || has rustup || fail_with "This check needs rustfmt and clippy, which this Rust installation lacks." || return
  if [[ " $parts " == *" debian "* && $EUID -ne 0 ]] && ! has sudo; then
    fail_with "The part debian needs root: install sudo, or run it as root."
    return
  fi
  if [[ -z $packages ]]; then return; fi
  has apt-get || fail_with "This check needs $packages. apt-get is missing, so please install them yourself." || return
  if [[ $EUID -ne 0 ]]; then
    has sudo || fail_with "This check needs sudo to install $packages: install sudo, or install them as root." || return
    [[ -t 0 ]] || sudo -n true 2>/dev/null || fail_with "This check needs sudo without a password to install $packages, or a terminal to ask for it." || return
  fi
}

as_root() { if [[ $EUID -eq 0 ]]; then "$@"; else sudo "$@"; fi; }

# Prints the packages and their size before installing them.
install_packages() {
  local names=("$@") plan
  printf 'Reading the package lists, to install: %s\n' "${names[*]}"
  as_root apt-get update -qq
  plan="$(as_root env LC_ALL=C apt-get install --assume-no --no-install-recommends "${names[@]}" 2>&1 || true)"
  printf 'Installing %s packages: %s to download, %s on disk.\n' \
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
  packages="$(missing_packages "$@" | tr '\n' ' ')"
  packages="${packages% }"
  check_requirements "$packages" "$*"
  mkdir -p "$TARGET"
  # shellcheck disable=SC2086 # names of packages
  if [[ -n $packages ]]; then install_packages $packages; fi
  packages="$(missing_packages "$@" | tr '\n' ' ')"
  [[ -z $packages ]] || fail_with "This check needs ${packages% }, which apt-get has installed but which cannot be found."
  cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
  cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
  check_installed_versions
}

check_installed_versions() {
  if is_older "$(node --version | tr -d v)" "$MIN_NODE"; then fail_with "This check needs Node $MIN_NODE or newer; node here is $(node --version)."; return; fi
  if [[ $EUID -eq 0 ]] && ! id postgres >/dev/null 2>&1; then
    fail_with "This check needs a user named postgres when run as root, because PostgreSQL does not run as root."
  fi
}
