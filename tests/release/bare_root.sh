#!/usr/bin/env bash
# A bare Debian, made by debootstrap, in which the checkout's own commands must work: what a new
# user has. Run as root, before a release, once for bookworm and once for trixie.
#
#   tests/release/bare_root.sh SUITE FOLDER [COMMAND]...     COMMAND: ./demo
#
# SUITE is bookworm or trixie. FOLDER becomes the root (about 2 GB) and is used again if it is one.
# The checkout is copied as it is, without what git ignores. COMMAND runs twice, first timed with
# the installation, then again in a network namespace that has no network.
set -euo pipefail

if (($# < 2)); then
  sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2
  exit 64
fi
if ((EUID != 0)); then
  echo "${0##*/}: debootstrap and chroot need root" >&2
  exit 77
fi
top=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../.." && pwd)
suite=$1
mkdir -p -- "$2"
root=$(readlink -f -- "$2")
shift 2
command=("${@:-./demo}")

if [[ ! -e $root/etc/debian_version ]]; then
  debootstrap --variant=minbase "$suite" "$root"
fi
# The host's way to the packages is the guest's: names, certificates and the client's settings.
cp -L -- /etc/resolv.conf "$root/etc/resolv.conf"
for setting in /etc/apt/apt.conf.d/*; do
  if grep -qsiE 'proxy|check-(date|valid)' -- "$setting"; then
    cp -- "$setting" "$root/etc/apt/apt.conf.d/"
  fi
done

rm -rf -- "$root/lien"
mkdir -p -- "$root/lien"
git -C "$top" ls-files -z --cached --others --exclude-standard |
  tar -C "$top" --null --files-from=- --ignore-failed-read -cf - | tar -C "$root/lien" -xf -

mounted=()
leave() { for place in "${mounted[@]}"; do umount -l -- "$place"; done; }
trap leave EXIT
for place in proc dev; do
  mount --rbind "/$place" "$root/$place"
  mount --make-rslave "$root/$place"
  mounted+=("$root/$place")
done

inside() { chroot "$root" /usr/bin/env -i HOME=/ LANG=C.UTF-8 \
  PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }

# From another folder than the checkout, as the commands promise to work from any.
first=$SECONDS
inside sh -c 'cd / && exec "$@"' sh "/lien/${command[0]#./}" "${command[@]:1}"
first=$((SECONDS - first))
second=$SECONDS
unshare --net chroot "$root" /usr/bin/env -i HOME=/ LANG=C.UTF-8 \
  PATH=/usr/sbin:/usr/bin:/sbin:/bin "/lien/${command[0]#./}" "${command[@]:1}"
second=$((SECONDS - second))
printf '%s: %s took %d s with the installation, %d s the second time, offline\n' \
  "$suite" "${command[*]}" "$first" "$second"
