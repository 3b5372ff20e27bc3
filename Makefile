# `make help` lists what there is to do.

CARGO ?= cargo
BUILT := $(or $(CARGO_TARGET_DIR),target)
JACKFIELD := $(BUILT)/debug/jackfield
FUZZ_SECONDS ?= 60
FUZZ_TARGETS := $(basename $(notdir $(wildcard tests/fuzz/fuzz_targets/*.rs)))
GATEWAY_TARGETS := $(basename $(notdir $(wildcard tests/fuzz/gateway/fuzz_targets/*.rs)))
FUZZ_CASES ?= 1000000

.DEFAULT_GOAL := help
.PHONY: help jackfield guests demo test test-peers bench fuzz fuzz-cases fmt lint ci clean

help: ## Show this
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

# With the features of the whole workspace, so that tests and benchmarks build on what this has built. In
# the dev profile the compiler for plugins is optimised and the rest isn't: the shortest way to a demo.
jackfield: ## Build the command line
	$(CARGO) build --workspace --bin jackfield

guests: jackfield ## Build and pack the plugins and the test guests
	CARGO="$(CARGO)" tests/guests/build.sh $(JACKFIELD)

demo: guests ## Show what the sandbox does: offline, without keys
	$(JACKFIELD) demo --plugins target/plugins --guests target/guests

test: guests ## Run the tests
	$(CARGO) test --workspace

test-peers: guests ## Run the tests against servers and tools of others, which are installed on first use
	CARGO="$(CARGO)" tests/peers/run.sh tests/peers/check.sh

bench: guests ## Measure what a plugin costs beside a direct call
	$(CARGO) run --release -p jackfield-bench --bin whole-path
	$(CARGO) bench -p jackfield-bench

fuzz: ## Fuzz each parser for FUZZ_SECONDS (60); needs nightly and cargo-fuzz
	@set -e; for target in $(FUZZ_TARGETS); do \
		mkdir -p tests/fuzz/corpus/$$target; \
		cargo +nightly fuzz run --fuzz-dir tests/fuzz $$target tests/fuzz/corpus/$$target tests/fuzz/seeds/$$target \
			-- -max_total_time=$(FUZZ_SECONDS); \
	done

fuzz-cases: guests ## Try FUZZ_CASES (1000000) cases of each gateway target, with the stable compiler
	@set -e; for target in $(GATEWAY_TARGETS); do \
		$(CARGO) run --profile quick -p jackfield-fuzz-gateway --bin cases -- $$target $(FUZZ_CASES); \
	done

fmt: ## Format the code
	$(CARGO) fmt --all

lint: ## Check format, lints and the links of the documentation
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	CARGO="$(CARGO)" tests/guests/build.sh --lint
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --workspace

ci: ## Everything that a change must pass
	.ci/run

clean: ## Remove what was built
	$(CARGO) clean
