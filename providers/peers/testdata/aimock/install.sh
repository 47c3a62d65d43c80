#!/bin/sh
# Installs the pinned stand-in of vendors into a folder: install.sh FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cp "$here/package.json" "$here/package-lock.json" "$here/serve.mjs" "$1"
cd "$1"
npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error
