#!/usr/bin/env bash
# Brings what the engines' `system` form needs: g++, libtorch with a BLAS of several threads, and the npm packages of
# build/package-lock.json. Does nothing where all is there. With LORABUILD_LIBTORCH=.../site-packages/torch that PyTorch is the libtorch.
# With --tests also what the tests need besides: Chromium, the npm package that drives it, and nginx, which is not started. With --system no
# npm packages, which the first build fetches by itself.
set -eu

build=$(cd "$(dirname "$0")" && pwd)
header=torch/csrc/api/include/torch/version.h

fail() {
    echo "setup: $*" >&2
    exit 1
}

npm_folders=("$build")
tests=false
case "${1:-}" in
    --tests) tests=true && npm_folders+=("$build/../tests/LoraBuild.Report.Tests") ;;
    --system) npm_folders=() ;;
    "") ;;
    *) fail "there is no option '$1', only --tests and --system." ;;
esac

# What is missing, as Debian and Ubuntu call it.
missing=()
command -v g++ >/dev/null || missing+=(g++)
command -v npm >/dev/null || missing+=(npm)
if $tests; then
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
    command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing+=(nginx)
fi
if [ -n "${LORABUILD_LIBTORCH:-}" ]; then
    [ -e "$LORABUILD_LIBTORCH/include/$header" ] ||
        fail "LORABUILD_LIBTORCH is '$LORABUILD_LIBTORCH', where there is no include/$header. Set it to the torch folder of a PyTorch" \
            "installation (python3 -c 'import torch; print(torch.__path__[0])'), or unset it to use Debian's libtorch."
else
    [ -e "/usr/include/$header" ] || missing+=(libtorch-dev)
    # libtorch's matrix products run on whatever BLAS the machine has; the reference one has a single thread.
    ls /usr/lib/*/openblas-openmp/libblas.so.3 >/dev/null 2>&1 || missing+=(libopenblas0-openmp)
fi

if [ ${#missing[@]} -gt 0 ]; then
    command -v apt-get >/dev/null ||
        fail "this machine lacks ${missing[*]} (Debian's names) and has no apt-get. Install them its own way; a PyTorch venv serves as" \
            "libtorch when LORABUILD_LIBTORCH names its torch folder. Or build with -p:LoraEngines=nuget, which needs none of them."
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "installing ${missing[*]} needs root, and there is no sudo. Run this as root."
        as_root=(sudo)
    fi
    echo "setup: installing ${missing[*]}"
    "${as_root[@]}" apt-get update -q
    # Debian starts a server that is installed, unless this file says no; the tests start their own.
    policy=/usr/sbin/policy-rc.d
    if [[ " ${missing[*]} " == *" nginx "* ]] && [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null
        "${as_root[@]}" chmod +x $policy
        trap '"${as_root[@]}" rm -f $policy' EXIT
    fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
    if [[ " ${missing[*]} " == *" nginx "* ]] && command -v systemctl >/dev/null; then
        "${as_root[@]}" systemctl -q disable nginx || echo "setup: nginx may start with the machine; the tests do not need it to."
    fi
fi

# npm keeps a lock file of what it has installed; the integrity of every package says whether that is what is wanted.
lock_matches() { # folder
    [ -e "$1/node_modules/.package-lock.json" ] || return 1
    node -e '
        const [wanted, present] = process.argv.slice(1).map(file => require(file).packages);
        const same = Object.keys(wanted).every(name => !name || wanted[name].optional
            || (present[name] && present[name].integrity === wanted[name].integrity));
        process.exit(same ? 0 : 1);' "$1/package-lock.json" "$1/node_modules/.package-lock.json"
}

for folder in ${npm_folders[@]+"${npm_folders[@]}"}; do
    if ! lock_matches "$folder"; then
        echo "setup: installing the npm packages of $(realpath "$folder/package-lock.json")"
        (cd "$folder" && npm ci --no-audit --no-fund)
    fi
done

command -v dotnet >/dev/null || echo "setup: all but the .NET SDK 10 is here."
