#!/bin/sh
# Installs the peer, as package-lock.json pins it, into a folder: install.sh DIR
set -eu
from=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cp "$from/package.json" "$from/package-lock.json" "$from/local.mjs" "$1/"
cd "$1"
exec npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
