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

# A variant is a folder of its own under build/: objects of different flags never mix.
ifeq ($(SANITIZE),1)
VARIANT := sanitize
STATIC  := 0
else ifeq ($(STATIC),1)
VARIANT := release
else
VARIANT := shared
endif
ifneq ($(findstring clang,$(notdir $(CC))),)
VARIANT := $(VARIANT)-clang
endif
OUT := $(BUILD)/$(VARIANT)
BIN := $(OUT)/bin
GEN := $(OUT)/gen
OBJ := $(OUT)/obj

ifneq ($(V),1)
Q := @
endif

# ---- Flags ---------------------------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wconversion -Wno-overlength-strings
ifeq ($(WERROR),1)
WARNINGS += -Werror
endif
HARDENING := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
HARDENING_LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack
ifeq ($(SANITIZE),1)
OPTIMISE  := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
HARDENING := -fPIE
SANITIZE_LINK := -fsanitize=address,undefined
else
OPTIMISE  := -O2 -g
endif
CPPFLAGS += -I. -I$(GEN) -D_GNU_SOURCE
CFLAGS   ?=
ALL_CFLAGS  = -std=c17 $(OPTIMISE) $(WARNINGS) $(HARDENING) $(CPPFLAGS) $(CFLAGS)
# Generated code is protobuf-c's business, not ours.
GEN_CFLAGS  = -std=c17 $(OPTIMISE) $(HARDENING) $(CPPFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(HARDENING_LINK) $(SANITIZE_LINK) $(LDFLAGS)

# Libraries are looked up when something is linked, so that `make help` and `make deps` work without them.
PKG_CONFIG ?= pkg-config
ifeq ($(STATIC),1)
# Debian has no static cJSON. gRPC is C++ inside, so its runtime comes along.
LIBS_CORE     = -Wl,-Bstatic $(shell $(PKG_CONFIG) --static --libs libprotobuf-c grpc openssl sqlite3 inih) -lstdc++ -Wl,-Bdynamic -ldl -lm -lpthread
LIBS_FASTCGI  = -Wl,-Bstatic -lfcgi -Wl,-Bdynamic
ALL_LDFLAGS  += -static-libgcc -Wl,--gc-sections -Wl,--as-needed
else
LIBS_CORE     = $(shell $(PKG_CONFIG) --libs libprotobuf-c grpc openssl sqlite3 inih) -lgpr -lm -lpthread
LIBS_FASTCGI  = -lfcgi
endif
LIBS_CJSON    = -lcjson
LIBS_CATALOG  = $(LIBS_FASTCGI) $(LIBS_CORE) $(LIBS_CJSON)
LIBS_DISCOUNT = $(LIBS_CORE)

# ---- What is built from what ---------------------------------------------------------------------------------------

PROTO     := $(wildcard proto/*.proto)
PROTO_C   := $(PROTO:%.proto=$(GEN)/%.pb-c.c)
PROTO_H   := $(PROTO_C:.c=.h)
SQL_INC   := $(patsubst %.sql,$(GEN)/%.sql.inc,$(wildcard fcgi-catalog/store/*.sql discount/store/*.sql))

sources    = $(foreach room,$(1),$(wildcard $(room)/*.c))
objects    = $(patsubst %.c,$(OBJ)/%.o,$(1))

COMMON_SRC   := $(call sources,common common/rpc common/prefork)
CATALOG_SRC  := $(call sources,fcgi-catalog/http fcgi-catalog/catalog fcgi-catalog/store fcgi-catalog/quotes)
DISCOUNT_SRC := $(call sources,discount/pricing discount/service discount/store)
CATALOG_MAIN_SRC     := $(wildcard fcgi-catalog/*.c)
DISCOUNT_MAIN_SRC    := $(wildcard discount/*.c)
CATALOGCTL_SRC  := $(wildcard fcgi-catalog/ctl/*.c)
DISCOUNTCTL_SRC := $(wildcard discount/ctl/*.c)

COMMON_LIB   := $(OUT)/libcommon.a
CATALOG_LIB  := $(OUT)/libcatalog.a
DISCOUNT_LIB := $(OUT)/libdiscount.a

PROGRAMS := $(BIN)/catalog.fcgi $(BIN)/catalogctl $(BIN)/discountd $(BIN)/discountctl

all: $(PROGRAMS) ## Build the four programs into $(BUILD)/release/bin

$(COMMON_LIB): $(call objects,$(COMMON_SRC)) $(PROTO_C:$(GEN)/%.c=$(OBJ)/%.o)
$(CATALOG_LIB): $(call objects,$(CATALOG_SRC))
$(DISCOUNT_LIB): $(call objects,$(DISCOUNT_SRC))
$(OUT)/%.a:
	@echo "  AR      $@"
	@rm -f $@
	$(Q)ar rcs $@ $^

$(BIN)/catalog.fcgi: $(call objects,$(CATALOG_MAIN_SRC)) $(CATALOG_LIB) $(COMMON_LIB)
	$(call link,$(LIBS_CATALOG))
$(BIN)/catalogctl: $(call objects,$(CATALOGCTL_SRC)) $(CATALOG_LIB) $(COMMON_LIB)
	$(call link,$(LIBS_CATALOG))
$(BIN)/discountd: $(call objects,$(DISCOUNT_MAIN_SRC)) $(DISCOUNT_LIB) $(COMMON_LIB)
	$(call link,$(LIBS_DISCOUNT))
$(BIN)/discountctl: $(call objects,$(DISCOUNTCTL_SRC)) $(DISCOUNT_LIB) $(COMMON_LIB)
	$(call link,$(LIBS_DISCOUNT))

define link
	@echo "  LINK    $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^) $(1)
endef

$(OBJ)/%.o: %.c | $(PROTO_H) $(SQL_INC)
	@echo "  CC      $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -ffunction-sections -fdata-sections -MMD -MP -c -o $@ $<

$(OBJ)/proto/%.o: $(GEN)/proto/%.c
	@echo "  CC      $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(GEN_CFLAGS) -MMD -MP -c -o $@ $<

$(GEN)/%.pb-c.c $(GEN)/%.pb-c.h &: %.proto
	@echo "  PROTOC  $<"
	@mkdir -p $(GEN)
	$(Q)protoc-c --c_out=$(GEN) $<

# An SQL file becomes a C string, for `#include` as an initialiser.
$(GEN)/%.sql.inc: %.sql
	@mkdir -p $(@D)
	$(Q)sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' $< > $@

-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)

# ---- Tests ---------------------------------------------------------------------------------------------------------

# tests/unit/ROOM/test_*.c is one program, linked with what ROOM may use.
UNIT_COMMON   := $(patsubst tests/%.c,$(OUT)/tests/%,$(wildcard tests/unit/common/test_*.c))
UNIT_CATALOG  := $(patsubst tests/%.c,$(OUT)/tests/%,$(wildcard tests/unit/catalog/test_*.c))
UNIT_DISCOUNT := $(patsubst tests/%.c,$(OUT)/tests/%,$(wildcard tests/unit/discount/test_*.c))
UNIT := $(UNIT_COMMON) $(UNIT_CATALOG) $(UNIT_DISCOUNT)

$(UNIT_COMMON): $(OUT)/tests/%: $(OBJ)/tests/%.o $(COMMON_LIB)
	$(call link,-lcmocka $(LIBS_CORE))
$(UNIT_CATALOG): $(OUT)/tests/%: $(OBJ)/tests/%.o $(CATALOG_LIB) $(COMMON_LIB)
	$(call link,-lcmocka $(LIBS_CATALOG))
$(UNIT_DISCOUNT): $(OUT)/tests/%: $(OBJ)/tests/%.o $(DISCOUNT_LIB) $(COMMON_LIB)
	$(call link,-lcmocka $(LIBS_DISCOUNT))

unit: $(UNIT) ## Run the unit tests
	$(Q)for t in $(UNIT); do echo "  TEST    $$t"; $$t || exit 1; done

clean: ## Remove everything that was built
	rm -rf $(BUILD)

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 14

.PHONY: all unit clean help
.SECONDARY:
.DELETE_ON_ERROR:
