#!/usr/bin/env bash
# Makes a certificate for my-service.example.com that nobody trusts, to try the production stack with.
set -euo pipefail

readonly DOMAIN=my-service.example.com

usage() {
  cat << 'END'
Usage: scripts/make_dev_certificate.sh [--help] [--dry-run] [FOLDER]

Writes certificate.pem and private_key.pem into FOLDER (./tls), for my-service.example.com and for 30 days.
The certificate is signed by its own key: it is for trying the production stack, not for serving people.
Files that are there are left as they are.
END
}

dry_run=false
case "${1:-}" in
  -h | --help)
    usage
    exit
    ;;
  --dry-run)
    dry_run=true
    shift
    ;;
  -*)
    usage >&2
    exit 2
    ;;
esac

cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=${1:-tls}
certificate=$folder/certificate.pem
private_key=$folder/private_key.pem

for file in "$certificate" "$private_key"; do
  if [[ -e $file ]]; then
    echo "$file exists and was left as it is" >&2
    exit 1
  fi
done
if "$dry_run"; then
  echo "would write $certificate and $private_key"
  exit
fi

# The folder keeps others of this machine out. The files themselves are readable, for the proxy runs as a user
# of its own, who gets each of them mounted by itself.
mkdir -p "$folder"
chmod 0700 "$folder"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/O=for trying only" \
  -addext "subjectAltName=DNS:$DOMAIN" -keyout "$private_key" -out "$certificate" 2> /dev/null
chmod 0644 "$certificate" "$private_key"
echo "wrote $certificate and $private_key for $DOMAIN"
