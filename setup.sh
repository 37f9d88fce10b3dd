#!/bin/sh
# Installs what the build needs from the system, and says what and why.
# Debian and its kin by apt-get; elsewhere it says what is missing.
set -eu

missing=""
need() { # need PACKAGE REASON COMMAND...: the command fails where the package is missing
    package=$1 reason=$2
    shift 2
    if "$@" >/dev/null 2>&1; then return; fi
    echo "setup: needs $package: $reason"
    missing="$missing $package"
}

need build-essential "a C and C++ compiler, for whisper.cpp and libopus" sh -c "command -v cc && command -v c++ && command -v make"
need cmake "builds whisper.cpp and libopus" command -v cmake
need pkg-config "finds the sound library" command -v pkg-config
if [ "$(uname)" = Linux ]; then
    need libasound2-dev "ALSA, by which sound devices are found" pkg-config --exists alsa
    need libpipewire-0.3-dev "PipeWire, by which both sides of a call are heard" pkg-config --exists libpipewire-0.3
    need libclang-dev "reads PipeWire's headers for Rust" sh -c "ls /usr/lib/llvm-*/lib/libclang*.so* /usr/lib*/libclang*.so* /usr/lib/*/libclang*.so* 2>/dev/null | grep -q ."
fi

if [ -n "$missing" ]; then
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "setup: please install these (or your system's equivalents):$missing" >&2
        exit 1
    fi
    sudo=""
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null 2>&1; then
            echo "setup: please run as root: apt-get install$missing" >&2
            exit 1
        fi
        echo "setup: asking for sudo, to install:$missing"
        sudo=sudo
    fi
    $sudo apt-get update -qq
    # shellcheck disable=SC2086 # a list of packages
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
fi

if ! command -v cargo >/dev/null 2>&1; then
    echo "setup: Rust is missing: install it by rustup (https://rustup.rs), then try again" >&2
    exit 1
fi
for component in rustfmt clippy; do
    if ! cargo "$(echo $component | sed s/rustfmt/fmt/)" --version >/dev/null 2>&1; then
        echo "setup: needs $component: make test checks formatting and lints with it"
        rustup component add "$component" || echo "setup: $component can't be installed; make test will need it" >&2
    fi
done
