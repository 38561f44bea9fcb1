# Shared by the scripts here: where the tree is, and installing what is missing.
# shellcheck shell=bash
set -euo pipefail

junctor_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\n== %s\n' "$*"; }

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
