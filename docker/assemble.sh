#!/bin/sh
# Copies into $1 what the compiled workspaces need to run: manifests, launchers, compiled code without its tests.
set -eu
out=$1
mkdir -p "$out"
for manifest in $(find . -mindepth 2 -name package.json -not -path '*/node_modules/*'); do
  folder=$(dirname "$manifest")
  [ -d "$folder/dist" ] || continue
  mkdir -p "$out/$folder"
  cp "$manifest" "$out/$folder/"
  [ ! -d "$folder/bin" ] || cp -R "$folder/bin" "$out/$folder/"
  cp -R "$folder/dist" "$out/$folder/"
done
find "$out" \( -name '*.test.*' -o -name '*.d.ts' -o -name '*.map' -o -name '*.tsbuildinfo' -o -name testing \) -prune -exec rm -r {} +
cp network/careledger.network.yaml "$out/network/"
mkdir -p "$out/docker"
cp docker/health.mjs "$out/docker/"
# Whatever the umask of the checkout was: containers run as another user.
chmod -R a+rX "$out"
