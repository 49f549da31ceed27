#!/usr/bin/env bash
# Makes a root file system with an nginx that knows what the pinned image's does (`resolve` of an upstream's server, from
# 1.27.3 on), which Debian's stable release does not have yet: a folder, and a tar file for `docker import`.
#   nginx.sh DIR SUITE
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
debootstrap --variant=minbase --include=nginx,wget "$suite" "$root" http://deb.debian.org/debian /usr/share/debootstrap/scripts/sid
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/archives/*.deb
ln -sf /proc/self/fd/1 "$root/dev/stdout"
mkdir -p "$root/run/secrets"
# Where the official image has what does not fit in memory.
rm -rf "$root/var/lib/nginx"
mkdir -p "$root/var/cache/nginx"
ln -s /var/cache/nginx "$root/var/lib/nginx"
tar --create --numeric-owner --one-file-system --directory "$root" . > "$dir/nginx.tar"
touch "$dir/made"
