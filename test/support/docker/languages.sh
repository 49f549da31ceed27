#!/usr/bin/env bash
# Makes the root file systems of images of languages on top of what bases.sh has made: node-22.tar and node-24.tar (a
# program of Node.js, and npm of its line, where the official image has them) and golang.tar (Debian's Go, likewise).
#   languages.sh DIR DEBIAN_TAR NAME [NODE]
set -euo pipefail
# The folder is not there in a chroot.
unset TMPDIR

dir=${1:?DIR}
debian=${2:?DEBIAN_TAR}
name=${3:?NAME}
program=${4:-}
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
  node-*)
    install -D -m 755 "${program:?NODE}" "$root/usr/local/bin/node"
    # What the official images of these lines bring along.
    case $name in
      node-22) npm=npm@10 ;;
      *) npm=npm@11 ;;
    esac
    npm install --global --prefix "$root/usr/local" --no-audit --no-fund --ignore-scripts --loglevel=error "$npm"
    # As the official images of Debian have it: packages that are installed are not kept.
    echo 'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };' > "$root/etc/apt/apt.conf.d/docker-clean"
    # A build asks the registry that this machine's npm asks.
    mkdir -p "$root/usr/local/etc"
    printf 'registry=%s\ncafile=/etc/ssl/certs/ca-certificates.crt\n' "$(npm config get registry 2> /dev/null)" \
      > "$root/usr/local/etc/npmrc"
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
