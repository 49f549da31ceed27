#!/usr/bin/env bash
# Makes a root file system with what asks for certificates and what issues them for trying: certbot and pebble, the small
# ACME server of Let's Encrypt's own tests.
#   acme.sh DIR SUITE
set -euo pipefail
# The folder is not there in a chroot.
unset TMPDIR

dir=${1:?DIR}
suite=${2:?SUITE}
root=$dir/root

# Made once; other test files wait.
exec 9> "$dir.lock"
flock 9
[[ -e $dir/made ]] && exit
rm -rf --one-file-system "$root"
# The script of the release that is always the newest does for those that debootstrap does not know yet.
debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" http://deb.debian.org/debian /usr/share/debootstrap/scripts/sid
cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"
# By apt, because certbot depends on what debootstrap does not resolve. No service starts because its package is installed.
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
in_root() { chroot "$root" env DEBIAN_FRONTEND=noninteractive "$@"; }
# A mirror that stands still is as good.
in_root apt-get update --quiet --quiet --option Acquire::Check-Valid-Until=false
in_root apt-get install --yes --quiet --quiet --no-install-recommends certbot openssl pebble wget
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/archives/*.deb
# The name of the proxy in the network of the stack.
echo '127.0.0.1 localhost proxy' > "$root/etc/hosts"
tar --create --numeric-owner --one-file-system --directory "$root" . > "$dir/acme.tar"
touch "$dir/made"
