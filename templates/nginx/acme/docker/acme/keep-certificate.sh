#!/bin/sh
# Keeps the proxy's certificate: one of its own making until the first is issued, then what the ACME service issues,
# renewed in time. The proxy notices by itself that the file is another.
#   DOMAIN         the name that the certificate is for
#   ACME_SERVER    the directory of the ACME service; empty: nobody is asked, the first certificate stays
#   ACME_EMAIL     where the ACME service writes to; empty: nowhere
set -eu
# The proxy's group may read what is served.
umask 0027

folder=/var/tmp
challenges=$folder/challenges
# Each ACME service has a place of its own: after a change of it there is no certificate yet that could be kept.
state=$folder/state/$(printf '%s' "${ACME_SERVER:-}" | cksum | tr ' ' -)
served=$folder/served.pem
check_seconds=${CHECK_SECONDS:-43200}
# Let's Encrypt takes five attempts that fail an hour.
retry_seconds=${RETRY_SECONDS:-3600}

# Key and chain are one file, put into its place at once: the proxy never reads a key and another one's certificate.
serve() { # CERTIFICATE KEY
  cat "$1" "$2" > "$served.new"
  if cmp -s "$served.new" "$served"; then
    rm "$served.new"
  else
    mv "$served.new" "$served"
    echo "serving: $(openssl x509 -in "$served" -noout -issuer -enddate | tr '\n' ' ')"
  fi
}

# The proxy does not start without a certificate, and nothing is issued before the proxy answers.
make_placeholder() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/O=until a certificate is issued" \
    -addext "subjectAltName=DNS:$DOMAIN" -keyout /tmp/key.pem -out /tmp/certificate.pem 2> /dev/null
  serve /tmp/certificate.pem /tmp/key.pem
  rm /tmp/certificate.pem /tmp/key.pem
}

# Asked the way the ACME service will: an attempt that cannot succeed is not made.
proxy_answers() {
  wget -q -O /dev/null --header "Host: $DOMAIN" http://proxy:8080/.well-known/acme-challenge/ready
}

# Issues the first, and renews when it is time; in between it does nothing.
ask() {
  if [ -n "${ACME_EMAIL:-}" ]; then
    set -- --email "$ACME_EMAIL" --no-eff-email
  else
    set -- --register-unsafely-without-email
  fi
  certbot certonly --non-interactive --agree-tos "$@" --server "$ACME_SERVER" \
    --webroot --webroot-path "$challenges" --domain "$DOMAIN" --cert-name proxy --keep-until-expiring \
    --config-dir "$state" --work-dir /tmp/work --logs-dir /tmp/logs --max-log-backups 0
}

mkdir -p "$challenges/.well-known/acme-challenge" "$state"
chmod 0700 "$folder/state"
echo ready > "$challenges/.well-known/acme-challenge/ready"
[ -s "$served" ] || make_placeholder

if [ -z "${ACME_SERVER:-}" ]; then
  echo "ACME_SERVER is empty: nobody is asked for a certificate"
  exec sleep 2147483647
fi
until proxy_answers; do sleep 2; done
while :; do
  if ask; then
    serve "$state/live/proxy/fullchain.pem" "$state/live/proxy/privkey.pem"
    sleep "$check_seconds"
  else
    echo "no certificate was issued; the next attempt follows in $retry_seconds seconds" >&2
    sleep "$retry_seconds"
  fi
done
