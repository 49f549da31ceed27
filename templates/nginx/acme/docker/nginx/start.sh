#!/bin/sh
# Starts nginx, and has it read the certificate again when there is another. Nobody outside has to tell it, and so no
# other container needs a way into this one.
set -eu

certificate=/run/certificates/served.pem
seconds=${CERTIFICATE_SECONDS:-30}

# Taken before nginx reads the file: what comes in between is noticed.
seen=$(cksum < "$certificate")

watch() {
  # $$ is nginx, which takes the place of this shell.
  while sleep "$seconds" && kill -0 $$; do
    found=$(cksum < "$certificate") || continue
    [ "$found" != "$seen" ] || continue
    # nginx looks at the file before it drops the old one, and keeps that where the new one is no good.
    if nginx -s reload; then seen=$found; fi
  done
}

watch &
exec nginx -g 'daemon off;'
