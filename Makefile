# The front door. `make help` lists what there is to do; every target installs the Debian packages that it needs.
BUILD    ?= build
SANITIZE ?= build-sanitize
PREFIX   ?= /usr/local
DESTDIR  ?=
T        ?= 60

PACKAGES := g++ meson ninja-build pkg-config python3-minimal python3 libuv1-dev rapidjson-dev libfmt-dev libexpected-dev libseccomp-dev catch2 socat libgnutls28-dev gnutls-bin libpng-dev libcapstone-dev libslirp-dev
SUDO     := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# Warnings are errors where the compiler is a known one (not under the sanitizers, whose code it finds fault with).
WERROR   := $(if $(CI),true,false)

.PHONY: help setup build run check check-sanitize bench soak fuzz install clean

help:
	@echo 'make run             build, and run the emulator with QMP on ./qmp-sock and 127.0.0.1:4444'
	@echo 'make check           build, and run the tests'
	@echo 'make check-sanitize  the same under AddressSanitizer and UndefinedBehaviorSanitizer'
	@echo 'make bench           measure Rhea, the real QEMU (where installed) and an echo floor side by side'
	@echo 'make soak            10 minutes of mixed, slow and hostile clients (SECONDS=600)'
	@echo 'make fuzz T=60       fuzz every parser for T seconds (clang-19)'
	@echo 'make install         install (PREFIX=/usr/local, DESTDIR=)'

setup:
	@tests/install-packages "$(SUDO)" $(PACKAGES)

$(BUILD)/build.ninja: | setup
	meson setup $(BUILD) --buildtype=release -Dwerror=$(WERROR) --prefix=$(PREFIX)

build: setup $(BUILD)/build.ninja
	ninja -C $(BUILD)

run: build
	@tests/run-demo $(BUILD)/machine/rhea

check: build
	@meson test -C $(BUILD) --print-errorlogs; status=$$?; python3 tests/summary.py $(BUILD); exit $$status

# Not checked: what takes half of the compiler's time, and of which AddressSanitizer finds most.
$(SANITIZE)/build.ninja: | setup
	meson setup $(SANITIZE) --buildtype=debug -Ddebug=false -Doptimization=g \
		-Dcpp_args="-g1 -fno-sanitize=null,alignment,object-size,vptr,pointer-overflow" -Db_sanitize=address,undefined -Db_lundef=false

check-sanitize: setup $(SANITIZE)/build.ninja
	ninja -C $(SANITIZE)
	@meson test -C $(SANITIZE) --print-errorlogs --timeout-multiplier 4; status=$$?; python3 tests/summary.py $(SANITIZE); exit $$status

bench: build
	tests/bench/run $(BUILD)

soak: build
	python3 tests/clients/soak.py --emulator $(BUILD)/machine/rhea --seconds $(or $(SECONDS),600)

fuzz: setup
	@tests/install-packages "$(SUDO)" clang-19 libclang-rt-19-dev
	tests/fuzz/run $(T)

install: build
	meson setup --reconfigure $(BUILD) --prefix=$(PREFIX) >/dev/null
	DESTDIR=$(DESTDIR) meson install -C $(BUILD) --no-rebuild

clean:
	rm -rf $(BUILD) $(SANITIZE) build-fuzz run qmp-sock
