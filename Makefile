# SPDX-License-Identifier: MIT
# One Makefile for everything. `make help` lists the targets; nothing is written outside $(BUILD), run/ and keys/.

BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= gcc
PYTHON  ?= /usr/bin/python3
# STATIC=1 links gRPC, OpenSSL, protobuf-c, libfcgi and SQLite into the programs, STATIC=0 uses the shared libraries.
STATIC  ?= 1
WERROR  ?= 0
V       ?= 0

# A variant is a folder of its own under build/: objects of different flags never mix. SANITIZE=1 is gcc with the address and
# undefined behaviour sanitizers, SANITIZE=fuzz clang with libFuzzer beside them, and shared libraries.
ifdef SANITIZE
ifeq ($(SANITIZE),fuzz)
STATIC  := 0
CC      := clang
VARIANT := fuzz
else
VARIANT := sanitize
endif
else ifeq ($(STATIC),1)
VARIANT := release
else
VARIANT := shared
endif
ifneq ($(findstring clang,$(notdir $(CC))),)
VARIANT := $(patsubst %-clang,%,$(VARIANT))-clang
endif
OUT := $(BUILD)/$(VARIANT)
BIN := $(OUT)/bin
GEN := $(OUT)/gen
OBJ := $(OUT)/obj

ifneq ($(V),1)
Q := @
endif
comma := ,

# ---- Flags ---------------------------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wconversion -Wno-overlength-strings
ifeq ($(WERROR),1)
WARNINGS += -Werror
endif
HARDENING := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
HARDENING_LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack
OPTIMISE := -O2 -g
ifdef SANITIZE
SANITIZERS := address,undefined$(if $(filter fuzz,$(SANITIZE)),$(comma)fuzzer-no-link)
OPTIMISE  := -O1 -g -fno-omit-frame-pointer -fsanitize=$(SANITIZERS) -fno-sanitize-recover=undefined
HARDENING := -fPIE
SANITIZE_LINK := -fsanitize=$(SANITIZERS) $(if $(findstring clang,$(notdir $(CC))),,-static-libasan -static-libubsan) # clang does so unasked
endif
# The C of one proto file includes that of another by its bare name.
# Files and times have 64 bits on 32-bit machines, too.
CPPFLAGS += -I. -I$(GEN) -I$(GEN)/proto -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64
CFLAGS   ?=
ALL_CFLAGS  = -std=c17 $(OPTIMISE) $(WARNINGS) $(HARDENING) $(CPPFLAGS) $(CFLAGS)
# Generated code is protobuf-c's business, not ours.
GEN_CFLAGS  = -std=c17 $(OPTIMISE) $(HARDENING) $(CPPFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(HARDENING_LINK) $(SANITIZE_LINK) $(LDFLAGS)

# Libraries are looked up when something is linked, so that `make help` works without them, and once: gRPC has a hundred files
# to read.
PKG_CONFIG ?= pkg-config
packaged    = $(or $(PACKAGED_LIBS),$(eval PACKAGED_LIBS := $$(shell $(PKG_CONFIG) $(1) --libs libprotobuf-c grpc re2 openssl \
              sqlite3 inih libutf8proc expat))$(PACKAGED_LIBS))
ifeq ($(STATIC),1)
# Debian has no static cJSON. gRPC is C++ inside, so its runtime comes along.
LIBS_C        = -lm -ldl -lrt -lpthread -pthread
LIBS_CORE     = -Wl,-Bstatic $(filter-out $(LIBS_C),$(call packaged,--static)) -lstdc++ -Wl,-Bdynamic $(LIBS_C)
LIBS_FASTCGI  = -Wl,-Bstatic -lfcgi -Wl,-Bdynamic
ALL_LDFLAGS  += -static-libgcc -Wl,--gc-sections -Wl,--as-needed $(INTERPOSE:%=-Wl,--wrap=%)
CPPFLAGS     += -DLINKER_WRAPS
else
LIBS_CORE     = $(call packaged) -lgpr -lm -lpthread
LIBS_FASTCGI  = -lfcgi
endif
LIBS_CJSON    = -lcjson
# What gRPC core calls and common/rpc/interpose.h answers; and what every library calls, with the answer of common/memory.c.
INTERPOSE    := syscall accept4 listen shutdown SSL_new SSL_read SSL_write malloc calloc realloc free
ifeq ($(STATIC),1)
LIBS_CSV      = -Wl,-Bstatic -lcsv -Wl,-Bdynamic
else
LIBS_CSV      = -lcsv
endif
LIBS_CATALOG  = $(LIBS_FASTCGI) $(LIBS_CSV) $(LIBS_CORE) $(LIBS_CJSON)
LIBS_DISCOUNT = $(LIBS_CSV) $(LIBS_CORE) $(LIBS_CJSON)

# ---- What is built from what ---------------------------------------------------------------------------------------

PROTO     := $(wildcard proto/*.proto)
PROTO_C   := $(PROTO:%.proto=$(GEN)/%.pb-c.c)
PROTO_H   := $(PROTO_C:.c=.h)
SQL_INC   := $(patsubst %.sql,$(GEN)/%.sql.inc,$(wildcard fcgi-catalog/store/sqlite/*.sql discount/store/sqlite/*.sql))
PICTURES  := $(sort $(wildcard fcgi-catalog/page/pictures/*.svg))
PAGE_INC  := $(GEN)/fcgi-catalog/page/style.css.inc $(GEN)/fcgi-catalog/page/pictures.inc
API_INC   := $(GEN)/fcgi-catalog/openapi/openapi.json.inc

sources    = $(foreach room,$(1),$(wildcard $(room)/*.c))
objects    = $(patsubst %.c,$(OBJ)/%.o,$(1))

COMMON_SRC   := $(call sources,common common/rpc common/prefork common/ctl)
CATALOG_SRC  := $(call sources,fcgi-catalog/http fcgi-catalog/site fcgi-catalog/page fcgi-catalog/openapi fcgi-catalog/catalog \
                  fcgi-catalog/store fcgi-catalog/store/sqlite fcgi-catalog/store/sqlite/listing fcgi-catalog/store/sqlite/writing fcgi-catalog/import fcgi-catalog/quotes fcgi-catalog/quotes/kept fcgi-catalog/tell)
DISCOUNT_SRC := $(call sources,discount/rule discount/ruleset discount/pricing discount/lint discount/preview discount/window \
                  discount/rulefile discount/wire discount/store discount/store/sqlite discount/service discount/master)
CATALOG_MAIN_SRC     := $(wildcard fcgi-catalog/*.c)
DISCOUNT_MAIN_SRC    := $(wildcard discount/*.c)
CATALOGCTL_SRC  := $(wildcard fcgi-catalog/ctl/*.c)
DISCOUNTCTL_SRC := $(wildcard discount/ctl/*.c)

COMMON_LIB   := $(OUT)/libcommon.a
CATALOG_LIB  := $(OUT)/libcatalog.a
DISCOUNT_LIB := $(OUT)/libdiscount.a

PROGRAMS := $(BIN)/catalog.fcgi $(BIN)/catalogctl $(BIN)/discountd $(BIN)/discountctl

all: $(PROGRAMS) ## Build the four programs into build/release/bin

# What comes out of an archive of Debian's is linked again when that was updated. make would compare when files were changed,
# but dpkg lets an archive keep the date at which its maintainer made it: what tells is when it came here (find's c).
ifeq ($(STATIC),1)
LINK_LIST = -Wl,--dependency-file=$@.linked
OUTDATED := $(shell for list in $(wildcard $(BIN)/*.linked); do program=$${list%.linked}; \
              if find $$(grep -o -E '(^| )/[^ :]+\.a\b' $$list | sort -u) -newercm $$program 2>&1 | grep -q .; then echo $$program; fi; done)
$(OUTDATED): anew
anew:
endif

$(COMMON_LIB): $(call objects,$(COMMON_SRC)) $(PROTO_C:$(GEN)/%.c=$(OBJ)/%.o)
$(CATALOG_LIB): $(call objects,$(CATALOG_SRC))
$(DISCOUNT_LIB): $(call objects,$(DISCOUNT_SRC))
$(OUT)/%.a:
	@echo "  AR      $@"
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BIN)/catalog.fcgi: $(call objects,$(CATALOG_MAIN_SRC)) $(CATALOG_LIB) $(COMMON_LIB)
	$(call link,$(LIBS_CATALOG))
$(BIN)/catalogctl: $(call objects,$(CATALOGCTL_SRC) fcgi-catalog/settings.c) $(CATALOG_LIB) $(COMMON_LIB)
	$(call link,$(LIBS_CATALOG))
$(BIN)/discountd: $(call objects,$(DISCOUNT_MAIN_SRC)) $(DISCOUNT_LIB) $(COMMON_LIB)
	$(call link,$(LIBS_DISCOUNT))
$(BIN)/discountctl: $(call objects,$(DISCOUNTCTL_SRC)) $(DISCOUNT_LIB) $(COMMON_LIB)
	$(call link,$(LIBS_DISCOUNT))

define link
	@echo "  LINK    $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_LDFLAGS) $(LINK_LIST) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) $(1) -Wl,--end-group
endef

$(OBJ)/%.o: %.c | $(PROTO_H) $(SQL_INC) $(PAGE_INC) $(API_INC)
	@echo "  CC      $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -ffunction-sections -fdata-sections -MMD -MP -c -o $@ $<

$(OBJ)/proto/%.o: $(GEN)/proto/%.c
	@echo "  CC      $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(GEN_CFLAGS) -MMD -MP -c -o $@ $<

$(GEN)/%.pb-c.c $(GEN)/%.pb-c.h &: %.proto $(PROTO)
	@echo "  PROTOC  $<"
	@mkdir -p $(GEN)/proto
	$(Q)protoc --proto_path=proto --c_out=$(GEN)/proto $(<F)

# A text file becomes a C string, for `#include` as an initialiser; the pictures become a table of names and strings.
QUOTE := sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/'
$(GEN)/%.inc: %
	@mkdir -p $(@D)
	$(Q)$(QUOTE) $< > $@

$(GEN)/fcgi-catalog/page/pictures.inc: $(PICTURES) fcgi-catalog/page/pictures
	@mkdir -p $(@D)
	$(Q)for f in $(PICTURES); do echo "{\"$${f##*/}\","; $(QUOTE) $$f; echo "},"; done > $@

-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)

# ---- Tests ---------------------------------------------------------------------------------------------------------

# tests/unit/ROOM/test_*.c is one program, linked with what ROOM may use.
UNIT_COMMON   := $(patsubst tests/%.c,$(OUT)/tests/%,$(wildcard tests/unit/common/test_*.c))
UNIT_CATALOG  := $(patsubst tests/%.c,$(OUT)/tests/%,$(wildcard tests/unit/catalog/test_*.c))
UNIT_DISCOUNT := $(patsubst tests/%.c,$(OUT)/tests/%,$(wildcard tests/unit/discount/test_*.c))
UNIT := $(UNIT_COMMON) $(UNIT_CATALOG) $(UNIT_DISCOUNT)

# To compile a unit test with optimisation takes longer than it saves when the test runs. (Glibc fortifies nothing without.)
$(OBJ)/tests/unit/%.o: OPTIMISE := $(patsubst -O%,-O0,$(OPTIMISE))
$(OBJ)/tests/unit/%.o: HARDENING := -fPIE

# A hundred and fifty programs that are linked with all of gRPC, to run once. A cross compiler looks for a linker of its own.
FAST_LINK := $(if $(filter cc gcc clang,$(notdir $(firstword $(CC)))),$(if $(shell command -v mold),-fuse-ld=mold))

$(UNIT_COMMON): $(OUT)/tests/%: $(OBJ)/tests/%.o $(COMMON_LIB)
	$(call link,-lcmocka $(LIBS_CORE))
$(UNIT_CATALOG): $(OUT)/tests/%: $(OBJ)/tests/%.o $(CATALOG_LIB) $(COMMON_LIB)
	$(call link,-lcmocka $(LIBS_CATALOG))
$(UNIT_DISCOUNT): $(OUT)/tests/%: $(OBJ)/tests/%.o $(DISCOUNT_LIB) $(COMMON_LIB)
	$(call link,-lcmocka $(LIBS_DISCOUNT))

$(UNIT): LDFLAGS += $(FAST_LINK)

# What is shared without a lock is tested once more with gcc's thread sanitizer, which fails where addresses are too random.
RACES := $(OUT)/tests/races/test_lease
$(OUT)/tests/races/test_lease: tests/unit/discount/test_lease.c discount/service/lease.c
	@echo "  LINK    $@"
	@mkdir -p $(@D)
	$(Q)gcc -std=c17 -O1 -g $(WARNINGS) $(CPPFLAGS) -fsanitize=thread -o $@ $^ -lcmocka
$(RACES:%=%.run): UNDER = $(shell setarch -R true 2>/dev/null && echo setarch -R) # not allowed in some containers

UNIT_RUNS := $(UNIT:%=%.run) $(if $(filter release,$(VARIANT)),$(RACES:%=%.run))
unit: $(UNIT_RUNS) ## Run the unit tests
$(UNIT_RUNS): %.run: %
	$(Q)$(UNDER) $* >$*.log 2>&1 || { cat $*.log; echo "FAILED: $*"; exit 1; }; \
	    echo "  TEST    $*: $$(grep -c '^\[       OK' $*.log) passed"

# tests/fuzz/ROOM/fuzz_*.c is one target; its corpus, tests/fuzz/corpus/NAME/, is replayed by `make test`. `make fuzz` looks for more.
FUZZ_SECONDS ?= 30
FUZZ_COMMON   := $(patsubst tests/%.c,$(OUT)/tests/%,$(wildcard tests/fuzz/common/fuzz_*.c))
FUZZ_CATALOG  := $(patsubst tests/%.c,$(OUT)/tests/%,$(wildcard tests/fuzz/catalog/fuzz_*.c))
FUZZ_DISCOUNT := $(patsubst tests/%.c,$(OUT)/tests/%,$(wildcard tests/fuzz/discount/fuzz_*.c))
FUZZ := $(FUZZ_COMMON) $(FUZZ_CATALOG) $(FUZZ_DISCOUNT)
ifeq ($(SANITIZE),fuzz)
FUZZ_MAIN := -fsanitize=fuzzer
else
FUZZ_MAIN := $(OBJ)/tests/fuzz/replay.o
endif
$(FUZZ): $(filter %.o,$(FUZZ_MAIN))
$(FUZZ_COMMON): $(OUT)/tests/%: $(OBJ)/tests/%.o $(COMMON_LIB)
	$(call link,$(filter -%,$(FUZZ_MAIN)) $(LIBS_CORE))
$(FUZZ_CATALOG): $(OUT)/tests/%: $(OBJ)/tests/%.o $(CATALOG_LIB) $(COMMON_LIB)
	$(call link,$(filter -%,$(FUZZ_MAIN)) $(LIBS_CATALOG))
$(FUZZ_DISCOUNT): $(OUT)/tests/%: $(OBJ)/tests/%.o $(DISCOUNT_LIB) $(COMMON_LIB)
	$(call link,$(filter -%,$(FUZZ_MAIN)) $(LIBS_DISCOUNT))

$(FUZZ): LDFLAGS += $(FAST_LINK)

# What only the command reads.
$(OUT)/tests/fuzz/discount/fuzz_product_file: $(call objects,$(filter-out %/main.c,$(DISCOUNTCTL_SRC)))

REPLAYS := $(FUZZ:%=%.replay)
replay: $(REPLAYS)
$(REPLAYS): %.replay: %
	$(Q)$* tests/fuzz/corpus/$(*F)/*

fuzz-run: $(FUZZ)
	$(Q)for t in $(FUZZ); do \
	    mkdir -p $(OUT)/corpus/$${t##*/}; \
	    $$t -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -artifact_prefix=$(OUT)/ $(OUT)/corpus/$${t##*/} tests/fuzz/corpus/$${t##*/} || exit 1; \
	done

fuzz: test-packages ## Look for new inputs that break a parser, FUZZ_SECONDS each
	$(Q)$(MAKE) --no-print-directory SANITIZE=fuzz fuzz-run

check-arch: test-packages ## Build for i386 and s390x and run the unit tests and kept inputs there, emulated; takes an hour
	$(Q)deploy/packages/install deploy/packages/arch.txt
	$(Q)BUILD=$(BUILD) tests/arch/check-arch i386 s390x

# tests/probe/*.c let a system test ask one room directly, thousands of times in one process.
PROBES := $(patsubst %.c,$(OUT)/%,$(wildcard tests/probe/*.c))
$(PROBES): $(OUT)/%: $(OBJ)/%.o $(DISCOUNT_LIB) $(COMMON_LIB)
	$(call link,$(LIBS_DISCOUNT))

# How many tests run at a time; of the system tests, files. They wait half of their time, so more than there are processors.
PROCESSORS := $(shell nproc)
JOBS ?= $(shell expr 3 \* $(PROCESSORS))
PYTEST_ARGS ?=
# keys/ca is a script: what a sanitizer sees of it is nothing.
SKIPPED := $(if $(SANITIZE),--ignore=tests/system/keys)
system: $(PROGRAMS) $(PROBES) ## Run the system tests on the programs of this variant, JOBS at a time
	$(Q)BIN_DIR="$(abspath $(BIN))" $(PYTHON) -m pytest -q -p no:cacheprovider -n $(JOBS) --dist loadfile \
	    --max-worker-restart=0 tests/system $(SKIPPED) $(PYTEST_ARGS)

# The unit and system tests as if they were run at other times: in the windows of the rules that they use and at their ends, in
# Christmas week, half a minute before a year ends in Berlin and in UTC, before clocks change, around a leap day, in ten years, and
# before 32 bits of seconds are full.
INSTANTS ?= 2026-11-26T22:59:30Z 2026-11-28T12:00:00Z 2026-11-30T22:59:30Z 2026-12-24T12:00:00Z 2026-12-31T22:59:30Z 2026-12-31T23:59:30Z \
            2027-03-28T00:59:30Z 2027-10-31T00:59:30Z 2028-02-28T23:59:30Z 2028-02-29T23:59:30Z 2036-11-30T12:00:00Z 2038-01-19T03:13:30Z
dates: $(PROGRAMS) $(PROBES) $(UNIT) ## Run the unit and system tests on other days: at each of INSTANTS, by another wall clock
	$(Q)for instant in $(INSTANTS); do echo "  CLOCK   $$instant"; \
	    tests/clock/at $$instant $(MAKE) --no-print-directory unit system || exit 1; done

# First all is built, then it runs: tests that share the processors with compilers would wait for them.
build-tests: $(PROGRAMS) $(PROBES) $(UNIT) $(FUZZ)
check:
	$(Q)$(MAKE) --no-print-directory -j$(PROCESSORS) build-tests
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) --output-sync unit replay
	$(Q)$(MAKE) --no-print-directory system

cuts: $(PROGRAMS) ## Print what a reader sees of a download that is cut half-way, behind each web server
	$(Q)BIN_DIR="$(abspath $(BIN))" $(PYTHON) -m pytest -q -s -p no:cacheprovider tests/system/test_cut_answers.py

sanitize: test-packages ## Run all tests on programs built with the sanitizers
	$(Q)$(MAKE) --no-print-directory SANITIZE=1 check

# What common/rpc/interpose.h answers comes another way into a program with shared libraries.
SHARED_TESTS := tests/system/test_clock.py tests/system/test_discountd_hostile.py tests/system/test_contract.py
shared: test-packages ## Run the tests of what is another with shared libraries, on programs built with STATIC=0
	$(Q)$(MAKE) --no-print-directory -j$(PROCESSORS) STATIC=0 all
	$(Q)BIN_DIR="$(abspath $(BUILD))/shared/bin" $(PYTHON) -m pytest -q -p no:cacheprovider -n $(JOBS) --dist loadfile $(SHARED_TESTS)

test: test-packages ## Run all tests, on the programs as they are installed and as the sanitizers see them
	$(Q)$(MAKE) --no-print-directory check
	$(Q)$(MAKE) --no-print-directory SANITIZE=1 check

# ---- Benchmark -------------------------------------------------------------------------------------------------------

BENCH := $(patsubst %.c,$(OUT)/%,$(wildcard tests/bench/*.c))
$(OUT)/tests/bench/%: $(OBJ)/tests/bench/%.o $(CATALOG_LIB) $(DISCOUNT_LIB) $(COMMON_LIB)
	$(call link,$(LIBS_CATALOG))

bench: test-packages ## Measure, each figure as a ratio against its ceiling in the same run
	$(Q)$(MAKE) --no-print-directory bench-run

bench-run: $(PROGRAMS) $(BENCH)
	$(Q)BIN_DIR="$(abspath $(BIN))" BENCH_DIR="$(abspath $(OUT)/tests/bench)" $(PYTHON) tests/bench/bench.py $(BENCH_ARGS)

# ---- To run, to install ----------------------------------------------------------------------------------------------

run: run-packages ## Install what is missing, build, make keys and databases, start everything on port 11080
	$(Q)$(MAKE) --no-print-directory -j$(PROCESSORS) all
	$(Q)BIN_DIR="$(abspath $(BIN))" deploy/demo start

stop: ## Stop what `make run` started
	$(Q)deploy/demo stop

run-packages:
	$(Q)deploy/packages/install deploy/packages/run.txt
test-packages:
	$(Q)deploy/packages/install deploy/packages/run.txt deploy/packages/test.txt

LIBEXEC := $(DESTDIR)$(PREFIX)/lib/catalog
SHARE   := $(DESTDIR)$(PREFIX)/share/catalog
MAN     := $(DESTDIR)$(PREFIX)/share/man
# A manual page lies beside the program or the files that it describes; its suffix is its section.
PAGES   := $(sort $(shell find common discount fcgi-catalog -name '*.[1-8]'))
# What is copied as it is, and taken away again file by file: what an operator puts beside it stays.
SHARED  := $(shell find deploy keys -type f -not -name '*.crt' -not -name '*.key' -not -name '*.crl' -not -path 'keys/db/*' \
             -not -path deploy/demo)
install: all ## Install below PREFIX (default /usr/local) and DESTDIR
	$(Q)install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/sbin" "$(LIBEXEC)" "$(SHARE)"
	$(Q)install -s -m 755 $(BIN)/catalogctl $(BIN)/discountctl "$(DESTDIR)$(PREFIX)/bin"
	$(Q)install -s -m 755 $(BIN)/discountd "$(DESTDIR)$(PREFIX)/sbin"
	$(Q)install -s -m 755 $(BIN)/catalog.fcgi "$(LIBEXEC)"
	$(Q)for page in $(PAGES); do install -D -m 644 "$$page" "$(MAN)/man$${page##*.}/$${page##*/}"; done
	$(Q)cp --parents --preserve=mode $(SHARED) "$(SHARE)"

uninstall: ## Remove what install put there, and nothing else
	$(Q)rm -f "$(DESTDIR)$(PREFIX)/bin/catalogctl" "$(DESTDIR)$(PREFIX)/bin/discountctl" "$(DESTDIR)$(PREFIX)/sbin/discountd" \
	    "$(LIBEXEC)/catalog.fcgi"
	$(Q)for page in $(PAGES); do rm -f "$(MAN)/man$${page##*.}/$${page##*/}"; done
	$(Q)if [ -d "$(SHARE)" ]; then cd "$(SHARE)" && rm -f $(SHARED); fi
	$(Q)for d in "$(SHARE)" "$(LIBEXEC)"; do if [ -d "$$d" ]; then find "$$d" -type d -empty -delete; fi; done

# ---- To keep it in order ---------------------------------------------------------------------------------------------

OUR_C := $(shell find common fcgi-catalog discount tests -name '*.[ch]' 2>/dev/null)
format: ## Format the C files
	clang-format -i $(OUR_C)

lint: test-packages ## Check formatting, run cppcheck, shellcheck, mandoc and buf, build with warnings as errors by gcc and clang
	$(Q)printf '%s\n' $(OUR_C) | xargs -P $(PROCESSORS) -n 40 clang-format --dry-run -Werror
	$(Q)$(MAKE) --no-print-directory $(PROTO_H) $(SQL_INC) $(PAGE_INC) $(API_INC)
	cppcheck -j $(PROCESSORS) --quiet --error-exitcode=1 --inline-suppr --enable=warning,performance,portability \
	    --suppress=missingIncludeSystem --std=c11 -I. -I$(GEN) -D_GNU_SOURCE \
	    -DPROTOBUF_C_VERSION_NUMBER=1004001 -DPROTOBUF_C_MIN_COMPILER_VERSION=1000000 common fcgi-catalog discount
	$(Q)if command -v buf >/dev/null; then cd proto && buf lint && buf breaking --against ../.git#ref=HEAD,subdir=proto; fi
	mandoc -T lint -W warning $(PAGES)
	shellcheck -x keys/ca keys/lib/*.bash deploy/demo deploy/packages/install tests/api/check tests/arch/check-arch tests/clock/at .ci/run
	$(Q)$(MAKE) --no-print-directory -j$(PROCESSORS) BUILD=$(BUILD)/lint CC=gcc STATIC=0 WERROR=1 all
	$(Q)$(MAKE) --no-print-directory -j$(PROCESSORS) BUILD=$(BUILD)/lint CC=clang STATIC=0 WERROR=1 all

# From npm, by the lock file in tests/api; needs the network the first time.
lint-api: ## Check openapi.json with two linters and four generators of clients
	$(Q)command -v npm >/dev/null || deploy/packages/install deploy/packages/npm.txt
	$(Q)tests/api/check "$(abspath $(BUILD))/api"

clean: ## Remove everything that was built
	rm -rf $(BUILD)

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 14

.PHONY: all check-arch anew cuts dates shared unit $(UNIT_RUNS) replay $(REPLAYS) fuzz fuzz-run system build-tests check sanitize test bench bench-run run stop \
        run-packages test-packages install uninstall format lint lint-api clean help
.SECONDARY:
.DELETE_ON_ERROR:
