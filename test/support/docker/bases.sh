#!/usr/bin/env bash
# Makes the root file systems of the images that rendered files build on, from Debian's own packages: no registry of
# images is needed. Each is a tar file for `docker import`: debian.tar, python.tar (with Debian's Python under the
# names that the official image has) and services.tar (PostgreSQL, Redis and RabbitMQ with the users of the official
# alpine images, and of their entry point what the rendered files use).
#   bases.sh DIR SUITE
set -euo pipefail
# The folder is not there in a chroot.
unset TMPDIR

dir=${1:?DIR}
suite=${2:?SUITE}
work=$(mktemp -d "$dir/work.XXXXXX")
root=$work/root
trap 'rm -rf --one-file-system "$work"' EXIT

in_root() { chroot "$root" env DEBIAN_FRONTEND=noninteractive "$@"; }

install_packages() { # PACKAGE...
  in_root apt-get update --quiet --quiet
  in_root apt-get install --yes --quiet --quiet --no-install-recommends "$@"
  in_root apt-get clean
  rm -rf "$root"/var/lib/apt/lists/*
}

pack() { # NAME
  tar --create --numeric-owner --one-file-system --directory "$root" . > "$work/$1.tar"
  mv "$work/$1.tar" "$dir/$1.tar"
}

# What this machine's pip is told, so that a build reaches the same registry.
pip_settings() {
  local name value
  echo '[global]'
  for name in index-url extra-index-url trusted-host timeout; do
    value=$(python3 -m pip config get "global.$name" 2> /dev/null || python3 -m pip config get ":env:.$name" 2> /dev/null) || continue
    echo "$name = $value"
  done
  echo 'cert = /etc/ssl/certs/ca-certificates.crt'
}

debootstrap --variant=minbase --include=ca-certificates "$suite" "$root"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/archives/*.deb
# No service starts because its package is installed.
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
# Names are resolved, and certificates judged, as on this machine.
cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"
cp --dereference /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
cp -a "$root" "$work/bare"
pack debian

install_packages python3 python3-venv python3-pip
cp --dereference /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
pip_settings > "$root/etc/pip.conf"
ln -s /usr/bin/python3 "$root/usr/local/bin/python"
ln -s /usr/bin/python3 "$root/usr/local/bin/python3"
ln -s /usr/bin/pip3 "$root/usr/local/bin/pip"
pack python

rm -rf --one-file-system "$root"
mv "$work/bare" "$root"
while read -r name uid gid home; do
  in_root groupadd --gid "$gid" "$name"
  in_root useradd --uid "$uid" --gid "$gid" --home-dir "$home" --shell /bin/sh "$name"
done << 'EOF'
postgres 70 70 /var/lib/postgresql
redis 999 1000 /data
rabbitmq 100 101 /var/lib/rabbitmq
EOF
install_packages postgresql redis-server rabbitmq-server hostname
for program in "$root"/usr/lib/postgresql/*/bin/*; do
  ln -sf "${program#"$root"}" "$root/usr/local/bin/${program##*/}"
done
rm -rf "$root"/var/lib/{postgresql,redis,rabbitmq} "$root/data" "$root"/etc/rabbitmq "$root/var/run/postgresql"
in_root install -d -o postgres -g postgres -m 1777 /var/lib/postgresql /var/lib/postgresql/data /run/postgresql
in_root install -d -o redis -g redis /data
in_root install -d -o rabbitmq -g rabbitmq -m 1777 /var/lib/rabbitmq /etc/rabbitmq /etc/rabbitmq/conf.d /var/log/rabbitmq
mkdir "$root/docker-entrypoint-initdb.d"
echo '[rabbitmq_management].' > "$root/etc/rabbitmq/enabled_plugins"
cat > "$root/usr/local/bin/docker-entrypoint.sh" << 'EOF'
#!/bin/bash
# Of the official images' entry points what compose files use: a first start of PostgreSQL, else the command itself.
set -euo pipefail

start_postgres() {
  if [[ ! -s $PGDATA/PG_VERSION ]]; then
    local options script
    read -ra options <<< "${POSTGRES_INITDB_ARGS:-}"
    initdb --username=postgres --pwfile=<(echo "$POSTGRES_PASSWORD") "${options[@]}" "$PGDATA"
    echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
    # Without TCP, so that nobody takes it for ready.
    pg_ctl --pgdata="$PGDATA" --wait --options='-c listen_addresses=' start
    for script in /docker-entrypoint-initdb.d/*.sql; do
      psql --no-psqlrc --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres --file="$script"
    done
    pg_ctl --pgdata="$PGDATA" --wait --mode=fast stop
  fi
  exec "$@" -c listen_addresses='*'
}

[[ $1 == postgres ]] && start_postgres "$@"
exec "$@"
EOF
chmod 755 "$root/usr/local/bin/docker-entrypoint.sh"
pack services
