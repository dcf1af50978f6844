/* SPDX-License-Identifier: MIT */
/* What the tests of both services over real RPC stand on: a server with a real database and rulebook, and a client with
 * keys. */
#ifndef TESTS_UNIT_DISCOUNT_SERVICE_HARNESS_H
#define TESTS_UNIT_DISCOUNT_SERVICE_HARNESS_H

#include <sqlite3.h>

#include "tests/unit/common/rpc_harness.h"

#include "discount/service/access.h"
#include "discount/service/rulebook.h"
#include "discount/store/store.h"

static char database[64];
static struct rollout *rollout;
static struct rulebook *rulebook;
static struct access access_rules = {.trust_domain = "ecommerce"};
static struct test_server server;
static struct key_files client_files;
static struct rpc_client *client;

static inline void start_client(const char *program)
{
    client_files = name_keys(keys_directory, program);
    const struct keyset_files keyset = client_keys(&client_files);
    client = client_new_with(server.address, &keyset);
}

/* A new database with the demo's rule, in use by one worker of `slots`. */
static inline void open_rules(size_t slots)
{
    char reason[512];

    log_set_level(LOG_LEVEL_ERROR);
    snprintf(database, sizeof database, "%s/discount.db", keys_directory);
    run_command("rm -f %s*", database);
    if (!store_create(database, true, reason, sizeof reason))
        fail_msg("%s", reason);
    rollout = rollout_new(slots, false);
    const struct rulebook_options options = {.path = database, .rollout = rollout};
    rulebook = rulebook_new(&options, reason, sizeof reason);
    if (rulebook == NULL)
        fail_msg("%s", reason);
}

static inline void serve(ProtobufCService *served)
{
    rpc_runtime_start();
    server_prepare(&server);
    server.options.admit = access_admit;
    server.options.data = &access_rules;
    server_start(&server, served);
}

static inline void serve_no_more(void)
{
    rpc_client_free(client);
    server_end(&server);
    rpc_runtime_stop();
}

static inline void close_rules(void)
{
    rulebook_free(rulebook);
    rollout_free(rollout);
}

#endif
