# make setup   what the build needs from the system
# make demo    replay the demo call
# make test    formatting, lints, docs and all tests
# make install puts the program, its models and a desktop entry into ~/.local
# make test-cloud   object storage, against a local server
# make test-ctranslate2   words by CTranslate2
# make bench   how fast each stage is

.PHONY: install setup demo test test-cloud test-ctranslate2 bench

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
	cargo clippy --release --all-targets --features eval,train,cloud -- -D warnings
	cargo clippy --release --no-default-features --lib --bins -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --release --no-deps --document-private-items
	cargo test --release --features eval,train
	sh tests/page_browser/run.sh

# Apart from the rest: its libraries take long to build, and few need them.
test-cloud:
	@sh setup.sh cloud
	sh tests/cloud_server/run.sh

# Apart from the rest as well: CTranslate2 and oneDNN take half an hour and more to compile on two cores.
test-ctranslate2:
	@sh setup.sh
	cargo clippy --release --all-targets --features eval,train,ctranslate2 -- -D warnings
	cargo test --release --features eval,train,ctranslate2 --lib speech
	cargo test --release --features eval,train,ctranslate2 --lib models
	cargo test --release --features eval,train,ctranslate2 --test ctranslate2 --test no_words
	cargo test --release --features eval,train,ctranslate2 --test batch_stopped ctranslate2

PREFIX ?= $(HOME)/.local

install: setup
	cargo build --release
	install -D target/release/evenkeel $(PREFIX)/bin/evenkeel
	install -d $(PREFIX)/lib/evenkeel/models
	install -m 644 models/* $(PREFIX)/lib/evenkeel/models
	install -D -m 644 assets/evenkeel.desktop $(PREFIX)/share/applications/evenkeel.desktop
	install -D -m 644 assets/evenkeel.svg $(PREFIX)/share/icons/hicolor/scalable/apps/evenkeel.svg
	@echo "Installed. Start it from the menu, or by: evenkeel live"

bench: setup
	cargo bench --bench stages
