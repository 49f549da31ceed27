#!/usr/bin/env bash
# Becomes the application, so that signals reach it; says what is missing when there is none.
set -euo pipefail

if [[ ! -x /app/run ]]; then
  echo "start: there is no executable app/run in this image; app/README.md tells what it has to do" >&2
  exit 78
fi
exec /app/run "$@"
