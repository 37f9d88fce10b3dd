#!/bin/sh
# Installs what the build needs from the system, and says what and why:
#     sh setup.sh         what the build needs
#     sh setup.sh test    also what the live tests use; without it they skip, and say so
#     sh setup.sh cloud   also what the tests of object storage use
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
library() { # library FILE: whether the system has it; the name may have a * in it
    # shellcheck disable=SC2086 # the * is to be filled in
    ls /usr/lib/*/$1 /usr/lib*/$1 2>/dev/null | grep -q .
}
install() { # install PACKAGE...: fails, having said what to do, where it can't
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "setup: please install these (or your system's equivalents): $*" >&2
        return 1
    fi
    sudo=""
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null 2>&1; then
            echo "setup: please run as root: apt-get install $*" >&2
            return 1
        fi
        echo "setup: asking for sudo, to install: $*"
        sudo=sudo
    fi
    $sudo apt-get update -qq
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

need build-essential "a C and C++ compiler, for whisper.cpp and libopus" sh -c "command -v cc && command -v c++ && command -v make"
need cmake "builds whisper.cpp and libopus" command -v cmake
need pkg-config "finds the sound library" command -v pkg-config
if [ "$(uname)" = Linux ]; then
    need libasound2-dev "ALSA, by which sound devices are found" pkg-config --exists alsa
    need libpipewire-0.3-dev "PipeWire, by which both sides of a call are heard" pkg-config --exists libpipewire-0.3
    # Not libclang-cpp, which drivers for graphics bring along.
    need libclang-dev "reads PipeWire's headers for Rust" sh -c "ls /usr/lib/llvm-*/lib /usr/lib /usr/lib64 /usr/lib/*-linux-gnu 2>/dev/null | grep -q '^libclang\(-[0-9.]*\)\{0,1\}\.so'"
fi

if [ -n "$missing" ]; then
    # shellcheck disable=SC2086 # a list of packages
    install $missing
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

if [ "${1:-}" = test ] && [ "$(uname)" = Linux ]; then
    missing=""
    need pipewire-bin "the sound system in which the live tests call" command -v pw-link
    need wireplumber "joins programs and devices in it" command -v wireplumber
    need pipewire-pulse "lets the tests make and remove devices" command -v pipewire-pulse
    need pulseaudio-utils "pactl and paplay, by which they do" command -v pactl
    need dbus-daemon "a bus of its own for that sound system" command -v dbus-daemon
    need xvfb "a screen that nobody sees, for the window" command -v Xvfb
    need imagemagick "keeps pictures of that screen" command -v import
    need xdotool "finds windows on it" command -v xdotool
    need libgl1 "OpenGL, with which the window is drawn" library libGL.so.1
    need libgl1-mesa-dri "OpenGL without a graphics card" library dri/swrast_dri.so
    need libx11-xcb1 "the window's way to the screen" library libX11-xcb.so.1
    need libxcursor1 "the window's pointer" library libXcursor.so.1
    need libxi6 "the window's mouse" library libXi.so.6
    need libxkbcommon-x11-0 "the window's keyboard" library libxkbcommon-x11.so.0
    if [ -n "$missing" ]; then
        # Names differ between systems: what one lacks is not to keep the others out.
        # shellcheck disable=SC2086 # a list of packages
        install $missing || for package in $missing; do
            install "$package" || echo "setup: goes on without $package: some live tests will skip" >&2
        done
    fi
fi

if [ "${1:-}" = cloud ] && [ "$(uname)" = Linux ]; then
    missing=""
    need python3-venv "an environment of its own for the server that stands in for S3" python3 -c "import ensurepip"
    if [ -n "$missing" ]; then
        # shellcheck disable=SC2086 # a list of packages
        install $missing
    fi
fi
