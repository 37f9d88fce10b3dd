# make setup   what the build needs from the system
# make demo    replay the demo call
# make test    formatting, lints, docs and all tests
# make bench   how fast each stage is

.PHONY: setup demo test bench

setup:
	@sh setup.sh

demo: setup
	cargo build --release
	cargo run --quiet --release -- replay assets/demo-call.wav --out calls/demo-call
	@echo
	@echo "The results are in calls/demo-call. For a recording of your own:"
	@echo "    target/release/evenkeel replay CALL.wav"

test:
	@sh setup.sh test
	cargo fmt --check
	cargo clippy --release --all-targets --features eval -- -D warnings
	cargo clippy --release --no-default-features --lib --bins -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --release --no-deps --document-private-items
	cargo test --release --features eval

bench: setup
	cargo bench --bench stages
