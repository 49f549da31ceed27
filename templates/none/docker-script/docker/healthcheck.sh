#!/usr/bin/env bash
# Asks the application how it is through bash's own TCP: the image has no curl.
set -euo pipefail

exec 3<> "/dev/tcp/127.0.0.1/$PORT"
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$HEALTH_PATH" >&3
read -r _ status _ <&3
[[ $status == 200 ]]
