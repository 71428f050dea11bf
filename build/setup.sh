#!/usr/bin/env bash
# Brings what LoraTensorEngine=libtorch needs besides the .NET SDK: g++ and libtorch with a BLAS of several threads. Does nothing where all is
# there. With LORABUILD_LIBTORCH=.../site-packages/torch that PyTorch is the libtorch. With --tests also what the tests need besides: Chromium
# and nginx, which is not started.
set -eu

header=torch/csrc/api/include/torch/version.h

fail() {
    echo "setup: $*" >&2
    exit 1
}

tests=false
case "${1:-}" in
    --tests) tests=true ;;
    "") ;;
    *) fail "there is no option '$1', only --tests." ;;
esac

# What is missing, as Debian and Ubuntu call it.
missing=()
command -v g++ >/dev/null || missing+=(g++)
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
            "libtorch when LORABUILD_LIBTORCH names its torch folder. Or build with -p:LoraTensorEngine=torchsharp, which needs none of them."
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

command -v dotnet >/dev/null || echo "setup: all but the .NET SDK 10 is here."
