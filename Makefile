# Two commands do everything on a fresh Debian 12 with Swift on the PATH: `make run` and `make test`.
# The rest are for people who work on the program.

SWIFT ?= swift
RUNS ?= runs
TESTING = -c release -Xswiftc -enable-testing --scratch-path .build/testing

.PHONY: run build test setup format lint sanitize clean

# Installs what is missing, builds, and opens the demo (headless where there is no terminal).
run: build
	@.build/release/maeface demo --home $(RUNS)

build: setup
	@$(SWIFT) build -c release --product maeface

# Everything that has to hold: formatting, a build without warnings, every test.
test: setup lint
	@$(SWIFT) build $(TESTING) --build-tests
	@$(SWIFT) test $(TESTING) --skip-build

setup:
	@sh .ci/setup

lint:
	@$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests

format:
	@$(SWIFT) format format --in-place --recursive --parallel Package.swift Sources Tests

# Every test under AddressSanitizer and ThreadSanitizer, those that train with the plain kernels too; takes long. Leaks
# are not asked for: the test library has some.
ADDRESS = -c release -Xswiftc -enable-testing --sanitize=address --scratch-path .build/asan
THREAD = -c release -Xswiftc -enable-testing --sanitize=thread --scratch-path .build/tsan
TRAINING = --skip-build --filter 'ModelTests|TrainingTests|MaefaceTests'

sanitize: export ASAN_OPTIONS = detect_leaks=0
sanitize: export TSAN_OPTIONS = suppressions=$(CURDIR)/.ci/tsan.suppressions
sanitize: setup
	@$(SWIFT) test $(ADDRESS)
	@MAEFACE_KERNELS=plain $(SWIFT) test $(ADDRESS) $(TRAINING)
	@$(SWIFT) test $(THREAD)
	@MAEFACE_KERNELS=plain $(SWIFT) test $(THREAD) $(TRAINING)

clean:
	@$(SWIFT) package clean
	@rm -rf .build/testing .build/asan .build/tsan
