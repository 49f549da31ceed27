#!/usr/bin/env bash
# Makes the passwords, certificates and keys with which the logging stack of my-service starts.
set -euo pipefail

readonly FOLDER=secrets/logging
readonly SERVERS=(elasticsearch logstash kibana)
readonly CLIENTS=(log_shipper)
readonly PASSWORDS=(elastic_password kibana_password kibana_encryption_key logstash_password log_reader_password)
# Days: of the authority, which stays when certificates are renewed, and of the certificates.
readonly AUTHORITY_DAYS=3650
readonly CERTIFICATE_DAYS=730

usage() {
  cat << END
Usage: scripts/make_logging_secrets.sh [--help] [--dry-run] [--renew]

Writes into $FOLDER a certificate authority of its own, a certificate and key for each server and for the log
shipper, good for $CERTIFICATE_DAYS days, and a random password for each user. What is there is left as it is.

  --renew    makes new certificates by the same authority, and leaves the passwords; restart the services afterwards
END
}

dry_run=false
renew=false
for argument in "$@"; do
  case "$argument" in
    -h | --help)
      usage
      exit
      ;;
    --dry-run) dry_run=true ;;
    --renew) renew=true ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
done

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The services run as users of their own, and get each file mounted by itself; the folder keeps others of this machine out.
umask 0022

# make FILE COMMAND…: what the command prints becomes the file, unless it is there.
make() {
  local file=$FOLDER/$1
  if [[ -e $file ]]; then
    return
  fi
  if "$dry_run"; then
    echo "would write $file"
    return
  fi
  "${@:2}" > "$file.new"
  mv "$file.new" "$file"
  echo "wrote $file"
}

password() {
  openssl rand -hex 32
}

# PKCS #8, the form that all of them read.
private_key() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256
}

authority() {
  openssl req -new -x509 -key "$FOLDER/ca.key" -days "$AUTHORITY_DAYS" -subj "/O=my-service/CN=Logging authority" \
    -config "$extensions" -extensions authority
}

# certificate NAME HOST USE
certificate() {
  openssl req -new -key "$FOLDER/$1.key" -subj "/O=my-service/CN=$2" -config "$extensions" |
    SERVER_NAME=$2 openssl x509 -req -CA "$FOLDER/ca.pem" -CAkey "$FOLDER/ca.key" \
      -set_serial "0x$(openssl rand -hex 16)" -days "$CERTIFICATE_DAYS" -extfile "$extensions" -extensions "$3" 2> /dev/null || {
    echo "the certificate of $2 was not made" >&2
    return 1
  }
}

# Read from the environment by the file below.
export SERVER_NAME=localhost
extensions=$(mktemp)
trap 'rm -f "$extensions"' EXIT
cat > "$extensions" << 'END'
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = DNS:${ENV::SERVER_NAME}, DNS:localhost, IP:127.0.0.1
[client]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
END

if ! "$dry_run"; then
  mkdir -p "$FOLDER"
  chmod 0700 "$FOLDER"
fi
if "$renew"; then
  if [[ ! -e $FOLDER/ca.key ]]; then
    echo "$FOLDER/ca.key is missing: without it there is nothing to renew" >&2
    exit 1
  fi
  for name in "${SERVERS[@]}" "${CLIENTS[@]}"; do
    if "$dry_run"; then
      echo "would renew $FOLDER/$name.pem"
    else
      rm -f "$FOLDER/$name.pem"
    fi
  done
fi

# Signs what all of them believe, and is mounted nowhere: for the owner alone.
(umask 0077 && make ca.key private_key)
make ca.pem authority
for name in "${SERVERS[@]}"; do
  make "$name.key" private_key
  make "$name.pem" certificate "$name" "$name" server
done
for name in "${CLIENTS[@]}"; do
  make "$name.key" private_key
  make "$name.pem" certificate "$name" "${name//_/-}" client
done
for name in "${PASSWORDS[@]}"; do
  make "$name" password
done
