#!/usr/bin/env bash
# Makes the root file systems of images of languages from Debian's own packages, on top of what bases.sh has made:
# node.tar (Node.js with npm, told what this machine's npm is told) and golang.tar (Go where the official image has it).
#   languages.sh DIR DEBIAN_TAR NAME
set -euo pipefail

dir=${1:?DIR}
debian=${2:?DEBIAN_TAR}
name=${3:?NAME}
work=$(mktemp -d "$dir/work.XXXXXX")
root=$work/root
trap 'rm -rf --one-file-system "$work"' EXIT

mkdir "$root"
tar --extract --numeric-owner --directory "$root" --file "$debian"
in_root() { chroot "$root" env DEBIAN_FRONTEND=noninteractive "$@"; }

install_packages() { # PACKAGE...
  in_root apt-get update --quiet --quiet
  in_root apt-get install --yes --quiet --quiet --no-install-recommends "$@"
  in_root apt-get clean
  rm -rf "$root"/var/lib/apt/lists/*
  cp --dereference /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
}

case $name in
  node)
    install_packages nodejs npm
    mkdir -p "$root/usr/local/etc"
    for file in "$root/etc/npmrc" "$root/usr/local/etc/npmrc" "$root/usr/etc/npmrc"; do
      mkdir -p "${file%/*}"
      printf 'registry=%s\ncafile=/etc/ssl/certs/ca-certificates.crt\n' "$(npm config get registry 2> /dev/null)" > "$file"
    done
    ;;
  golang)
    install_packages golang-go tzdata zip
    in_root ln -s "$(in_root readlink -f /usr/lib/go)" /usr/local/go
    # Debian leaves the archive out, for it has the files themselves.
    if [[ ! -e $root/usr/local/go/lib/time/zoneinfo.zip ]]; then
      in_root mkdir -p /usr/local/go/lib/time
      in_root sh -c 'cd /usr/share/zoneinfo && zip --quiet --recurse-paths -0 /usr/local/go/lib/time/zoneinfo.zip Europe UTC'
    fi
    ;;
  *)
    echo "languages.sh: there is no image of $name" >&2
    exit 2
    ;;
esac
tar --create --numeric-owner --one-file-system --directory "$root" . > "$work/$name.tar"
mv "$work/$name.tar" "$dir/$name.tar"
