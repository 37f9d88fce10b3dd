#!/bin/sh
# Runs tests/cloud.rs against a local S3 server: moto's, from PyPI, in a Python environment of its own under target/.
set -eu
cd "$(dirname "$0")/../.."
venv=target/cloud-server
if ! "$venv/bin/python" -c "import moto.moto_server.werkzeug_app, boto3" 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet "moto[server]"
fi
EVENKEEL_TEST_PYTHON="$PWD/$venv/bin/python" \
    cargo test --release --features eval,train,cloud --test cloud -- --nocapture "$@"
