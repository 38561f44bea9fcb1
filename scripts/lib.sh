# Shared by the scripts here: where the tree is, and installing what is missing.
# shellcheck shell=bash
set -euo pipefail

junctor_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\n== %s\n' "$*"; }

# sources FOLDER... -- PATTERN...: our own C++ files of these names. Asks no git: there may be none, or one that refuses.
sources() {
    local folders=() names=(-false)
    while [[ $1 != -- ]]; do folders+=("$1") && shift; done
    shift
    for name in "$@"; do names+=(-o -name "$name"); done
    find "${folders[@]}" -type f \( "${names[@]}" \) | sort
}

# install_packages KIND...: the Debian packages of these kinds (scripts/packages) that are not installed yet.
install_packages() {
    local kind name missing=()
    while read -r kind name; do
        [[ " $* " == *" $kind "* ]] || continue
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
    done < <(grep -v '^#' "$junctor_top/scripts/packages")
    ((${#missing[@]} == 0)) && return

    local as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || {
            echo "These Debian packages are missing and installing them needs root: ${missing[*]}" >&2
            return 1
        }
        as_root=(sudo)
    fi
    say "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# build PRESET [TARGET...]: configures once, then compiles.
build() {
    local preset=$1
    shift
    (
        cd "$junctor_top"
        [[ -f build/$preset/build.ninja ]] || cmake --preset "$preset" >/dev/null
        cmake --build --preset "$preset" ${1:+--target "$@"}
    )
}
