# Shared by ./demo and ./check, which source it: installs what packages.txt names, configures.
# The sourcing script sets `top`, the root of the checkout.
# shellcheck shell=bash
# shellcheck disable=SC2154  # top comes from the script that sources this file

# sysexits.h, as the program itself uses them.
readonly exit_unavailable=69

step_title() { printf '\n== %s\n' "$*"; }

fail() {
  local code=$1
  shift
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit "$code"
}

# The packages of the sections named by the arguments, one a line.
packages_of() {
  awk -v wanted=" $* " '
    /^# \[/ { section = $2; gsub(/[][]/, "", section); keep = index(wanted, " " section " ") }
    /^[^#]/ && keep { print $1 }' "$top/packages.txt"
}

missing_packages() {
  local package
  for package in $(packages_of "$@"); do
    if [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) != *'ok installed' ]]; then
      printf '%s\n' "$package"
    fi
  done
}

# Installs the missing packages of the named sections. Touches no network when none is missing.
install_packages() {
  if ! command -v dpkg-query >/dev/null; then
    fail "$exit_unavailable" "this is not a Debian system; install what packages.txt names," \
      "then use --no-install"
  fi
  local -a missing apt=(env DEBIAN_FRONTEND=noninteractive apt-get)
  mapfile -t missing < <(missing_packages "$@")
  if ((${#missing[@]} == 0)); then
    echo "packages: all there"
    return
  fi
  local line="apt-get install -y --no-install-recommends ${missing[*]}"
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      fail "$exit_unavailable" "packages are missing and there is no sudo; run as root:"$'\n'"    $line"
    fi
    apt=(sudo "${apt[@]}")
    line="sudo $line"
  fi
  printf 'packages: %s\n' "$line"
  # A bare root has no package lists yet, and old lists name versions that are gone.
  if ! { "${apt[@]}" update -qq &&
    "${apt[@]}" install -y -qq --no-install-recommends "${missing[@]}"; } </dev/null; then
    fail "$exit_unavailable" "the packages could not be installed; apt-get says above what failed"
  fi
}

# Under `sudo ./demo` only the installation needs root. The rest goes on as the user who owns the
# checkout, so that no file in it comes to belong to root. Arguments: the script's own.
leave_sudo() {
  local owner
  owner=$(stat -c %u -- "$top")
  if ((EUID == 0)) && [[ ${SUDO_UID:-0} != 0 && ${SUDO_UID:-0} == "$owner" ]]; then
    local home
    home=$(getent passwd "$owner" | cut -d: -f6)
    exec setpriv --reuid="$owner" --regid="${SUDO_GID:-$owner}" --init-groups \
      env -u SUDO_UID -u SUDO_GID HOME="${home:-/}" "$top/${0##*/}" --no-install "$@"
  fi
}

# configure PRESET [CMAKE ARGUMENT]...: a folder made here compiles its sources in groups
# (cmake/join.cmake); one that somebody works in stays as it is.
configure() {
  local preset=$1
  shift
  local folder="$top/build/$preset" cached
  # A checkout that was moved or copied with its build folder: CMake would refuse the old cache.
  if [[ -f $folder/CMakeCache.txt ]]; then
    cached=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$folder/CMakeCache.txt")
    if [[ $cached != "$top" ]]; then
      rm -rf -- "$folder"
    fi
  fi
  if [[ ! -f $folder/CMakeCache.txt ]]; then
    set -- -DLIEN_JOIN=ON "$@"
  fi
  (cd -- "$top" && cmake --preset "$preset" "$@")
}
