#!/usr/bin/env bash
# Makes .venv with everything the product and its tests need, and sees to the Debian packages
# that a machine without a desktop lacks. Run by make; safe to run again.
set -euo pipefail
cd "$(dirname "$0")/.."

DEBIAN_PACKAGES=(
    xvfb xauth libgl1 libgl1-mesa-dri libegl1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4
    libxcb-keysyms1 libxcb-image0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0
    libxcb-randr0 libxcb-xkb1 libdbus-1-3 libfontconfig1 fonts-dejavu-core fonts-inter
)

# The first Python that fits, on standard output; nothing when there is none.
find_python() {
    local name
    for name in python3.11 python3.12 python3.13 python3; do
        if command -v "$name" > /dev/null &&
            "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; then
            command -v "$name"
            return
        fi
    done
}

# What Debian's own Python lacks to make an environment.
python_packages() {
    local python
    python=$(find_python)
    if [ -z "$python" ]; then
        echo python3 python3-venv
    elif [ "$python" = /usr/bin/python3 ] && ! "$python" -c 'import ensurepip' 2> /dev/null; then
        echo python3-venv
    fi
}

see_to_debian_packages() {
    local missing=() package
    if ! command -v dpkg-query > /dev/null; then
        command -v xvfb-run > /dev/null ||
            echo "Not a Debian system: install Xvfb, Mesa GL and libxcb-cursor for the tests." >&2
        return 0
    fi
    # shellcheck disable=SC2046 # two words are two packages
    for package in "${DEBIAN_PACKAGES[@]}" $(python_packages); do
        dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed' ||
            missing+=("$package")
    done
    if [ ${#missing[@]} -eq 0 ]; then
        return 0
    fi
    if [ "$(id -u)" -eq 0 ]; then
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
    else
        echo "Some Debian packages are missing. Install them with:" >&2
        echo "  sudo apt-get install -y ${missing[*]}" >&2
    fi
}

make_venv() {
    local python
    python=$(find_python)
    if [ -z "$python" ]; then
        echo "Peerscope needs Python 3.11, 3.12 or 3.13; install one of them." >&2
        exit 1
    fi
    # One that was broken off has no pip.
    if ! .venv/bin/python -m pip --version > /dev/null 2>&1 && ! "$python" -m venv --clear .venv; then
        echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2
        exit 1
    fi
    .venv/bin/python -m pip install --quiet --upgrade pip
    if ! command -v nvidia-smi > /dev/null && [ -z "${TORCH_INDEX:-}" ]; then
        echo "No NVIDIA GPU found. torch's CPU build is smaller; to have it, start again with:"
        echo "  rm -r .venv; TORCH_INDEX=https://download.pytorch.org/whl/cpu make run"
    fi
    .venv/bin/python -m pip install --quiet -c constraints.txt \
        ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} -e '.[all,test]'
    # What pip does for packages; also where Python may write no bytecode of its own accord.
    .venv/bin/python -m compileall -q engine gui main.py
}

see_to_debian_packages
make_venv
touch .venv/installed
