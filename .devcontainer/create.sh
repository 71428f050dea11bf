#!/bin/sh
# Brings the .NET SDK that global.json asks for, then libtorch, g++, Chromium and nginx.
set -eu
apt-get update -q
apt-get install -y -q --no-install-recommends bash ca-certificates curl git procps
curl -fsSL https://dot.net/v1/dotnet-install.sh | bash -s -- --jsonfile global.json --install-dir /usr/share/dotnet
build/setup.sh --tests
