/* SPDX-License-Identifier: MIT */
/* The life of one serving process. */
#include "fcgi-catalog/process.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/platform.h"
#include "common/prefork/prefork.h"
#include "common/threads.h"
#include "fcgi-catalog/http/cgi.h"
#include "fcgi-catalog/http/fastcgi.h"
#include "fcgi-catalog/http/problem.h"
#include "fcgi-catalog/page/page.h"
#include "fcgi-catalog/quotes/quotes.h"
#include "fcgi-catalog/site/background.h"
#include "fcgi-catalog/site/page.h"
#include "fcgi-catalog/site/page_reading.h"
#include "fcgi-catalog/site/routes.h"
#include "fcgi-catalog/site/site.h"
#include "fcgi-catalog/store/store.h"
#include "fcgi-catalog/tell/teller.h"

#define BODY_MAX ((size_t)256 * 1024) /* of a CGI request; no handler reads one */

#define THREADS 11 /* of a serving process beside its first: ours, and gRPC core's at most */

extern char **environ;

/* An upgrade is tried only where opening fails: to look for one first, with every CGI request, would cost. */
static bool open_store(const char *path, struct store **store, char *reason, size_t reason_size)
{
    int version;

    if (store_open(path, store, reason, reason_size))
        return true;
    if (!store_upgrade(path, &version, reason, reason_size))
        return false;
    if (version != STORE_SCHEMA_VERSION)
        log_info("database-upgraded", "database=%s from=%d to=%d", LOG_QUOTED(path), version, STORE_SCHEMA_VERSION);
    return store_open(path, store, reason, reason_size);
}

/* Reads whom the settings trust; close_identity() after true. */
static bool open_identity(const struct catalog_settings *settings, struct identity_policy *policy, char *reason,
                          size_t reason_size)
{
    const char *wrong;

    *policy = (struct identity_policy){.is_local_trusted = settings->is_local_trusted != 0};
    if (settings->proxy_secret_file[0] != '\0') {
        policy->secret = proxy_secret_read(settings->proxy_secret_file, reason, reason_size);
        if (policy->secret == NULL)
            return false;
    }
    policy->proxies = identity_proxies_new(settings->trusted_proxies, &wrong); /* checked with the settings */
    return true;
}

static void close_identity(struct identity_policy *policy)
{
    proxy_secret_free((struct proxy_secret *)policy->secret);
    identity_proxies_free((struct identity_proxies *)policy->proxies);
}

/* Everything but the store. */
static bool site_begin(struct site *site, const struct catalog_settings *settings, char *reason, size_t reason_size)
{
    const struct quotes_options options = {.service_host = settings->service_host,
                                           .keyset = catalog_settings_keyset(settings)};

    *site = (struct site){.shop_name = settings->shop_name,
                          .home_tag = settings->home_tag[0] != '\0' ? settings->home_tag : NULL,
                          .finds_nearest = settings->finds_nearest != 0,
                          .public_url = settings->public_url[0] != '\0' ? settings->public_url : NULL,
                          .deadline_ns = settings->deadline_ms * CLOCK_NS_PER_MS,
                          .answer_ns = settings->answer_ms * CLOCK_NS_PER_MS};
    (void)!language_list_read(settings->language, &site->languages); /* checked with the settings */
    if (!open_identity(settings, &site->identity, reason, reason_size))
        return false;
    site->quotes = quotes_new(&options);
    return true;
}

static struct http_mount mount_of(const struct site *site, const struct catalog_settings *settings)
{
    return (struct http_mount){
        .base = settings->base_path, .program = platform_program_name(), .proxies = site->identity.proxies};
}

static void site_close(struct site *site)
{
    background_free(site->background);
    quotes_free(site->quotes);
    site_release(site);
    close_identity(&site->identity);
    store_close(site->store);
}

static bool site_open(struct site *site, const struct catalog_settings *settings, char *reason, size_t reason_size)
{
    if (!site_begin(site, settings, reason, reason_size))
        return false;
    if (open_store(settings->database, &site->store, reason, reason_size))
        return true;
    site_close(site);
    return false;
}

/* Warns where proxies are trusted by X-USER-ID's name alone, without a secret. */
static bool check_identity(const struct catalog_settings *settings, char *reason, size_t reason_size)
{
    struct identity_policy policy;

    if (!open_identity(settings, &policy, reason, reason_size))
        return false;
    if (policy.secret == NULL && settings->trusted_proxies[strspn(settings->trusted_proxies, ", \t")] != '\0')
        log_warning(
            "identity-by-name", "proxies=%s message=%s", LOG_QUOTED(settings->trusted_proxies),
            LOG_QUOTED("X-USER-ID of these is believed for its name alone, and a web server may take X_USER_ID for "
                       "it; set CATALOG_PROXY_SECRET_FILE"));
    close_identity(&policy);
    return true;
}

bool process_check(const struct catalog_settings *settings, bool is_test, char *reason, size_t reason_size)
{
    const struct keyset_files files = catalog_settings_keyset(settings);
    struct keyset keyset;
    struct store *store;

    bool is_open = is_test ? store_open(settings->database, &store, reason, reason_size)
                           : open_store(settings->database, &store, reason, reason_size);
    if (!is_open)
        return false;
    store_close(store);
    if (!keyset_load(&files, &keyset, reason, reason_size))
        return false;
    keyset_release(&keyset);
    keyset_warn(&files);
    return check_identity(settings, reason, reason_size);
}

/* ---- FastCGI ---- */

/* NULL: it is switched off, or cannot be had, which does not keep the site from serving. */
static struct teller *open_teller(const struct catalog_settings *settings)
{
    const struct tell_options options = {.service_host = settings->service_host,
                                         .keyset = catalog_settings_keyset(settings)};
    struct store *store;
    char reason[512];

    if (!settings->tells_shop)
        return NULL;
    if (!store_open(settings->database, &store, reason, sizeof reason)) {
        log_warning("shop-not-told", "reason=%s", LOG_QUOTED(reason));
        return NULL;
    }
    struct teller *teller = teller_new(&options, store);
    if (teller == NULL)
        store_close(store);
    return teller;
}

static void *complete(void *data)
{
    struct quotes *quotes = data;

    while (quotes_poll(quotes))
        continue;
    return NULL;
}

static void woken(void *data)
{
    site_refresh(data);
    background_resume(((struct site *)data)->background);
}

/* Asks for a successor, which opens the database anew, while this process finishes its requests. */
static void make_way(void)
{
    static bool is_done;

    if (is_done)
        return;
    is_done = true;
    if (fastcgi_is_under_mod_fcgid(0))
        raise(SIGTERM);
    else
        prefork_worker_retire();
}

static void served(void *data)
{
    const struct site *site = data;

    site_flush(data);
    if (site->store->is_stale)
        make_way();
}

/* Opens a second store, for work that takes long. */
static bool open_background(struct site *site, const struct catalog_settings *settings)
{
    struct store *store;
    char reason[512];

    if (!store_open(settings->database, &store, reason, sizeof reason)) {
        log_error("cannot-start", "reason=%s", LOG_QUOTED(reason));
        return false;
    }
    site->store->budget_ns = PAGE_READING_QUICK_NS;
    store->budget_ns = PAGE_READING_PATIENT_NS;
    site->background = background_new(store);
    if (site->background == NULL)
        store_close(store);
    return site->background != NULL;
}

static int serve(struct site *site, const struct catalog_settings *settings)
{
    if (!open_background(site, settings))
        _exit(EXIT_FAILURE); /* gRPC core may lack threads, too, and would never end */
    const struct fastcgi_options options = {.listen_fd = 0,
                                            .mount = mount_of(site, settings),
                                            .cors_origins = settings->cors_origins,
                                            .answer_ms = settings->answer_ms,
                                            .handler = routes_handle,
                                            .error_page = page_print_error,
                                            .handler_data = site,
                                            .ready = prefork_worker_ready,
                                            .event_fd = background_event_fd(site->background),
                                            .woken = woken,
                                            .served = served};
    pthread_t completing;

    quotes_wake_by(site->quotes, background_event_fd(site->background));
    quotes_keep(site->quotes, (size_t)settings->quotes_mb * 1024 * 1024);
    quotes_check(site->quotes);
    int error = pthread_create(&completing, NULL, complete, site->quotes);
    if (error != 0) {
        log_error("no-thread", "errno=%d", error);
        _exit(EXIT_FAILURE); /* gRPC core may lack threads, too, and would never end */
    }
    struct teller *teller = open_teller(settings);
    int exit_code = fastcgi_serve(&options);
    teller_free(teller);
    quotes_stop(site->quotes);
    pthread_join(completing, NULL);
    return exit_code;
}

int process_serve_fastcgi(const struct catalog_settings *settings)
{
    struct site site;
    char reason[512];
    int exit_code = SETTINGS_EXIT_CODE;

    if (!threads_try(THREADS))
        return EXIT_FAILURE;
    if (!site_open(&site, settings, reason, sizeof reason)) {
        log_error("cannot-start", "reason=%s", LOG_QUOTED(reason));
        return exit_code;
    }
    if (quotes_open(site.quotes, reason, sizeof reason))
        exit_code = serve(&site, settings);
    else
        log_error("cannot-start", "reason=%s", LOG_QUOTED(reason));
    site_close(&site);
    return exit_code;
}

/* ---- CGI ---- */

void process_refuse_cgi(int status, const char *detail)
{
    struct site site = {.shop_name = PAGE_SHOP_NAME};

    cgi_refuse(&(struct cgi_options){.variables = (const char *const *)environ,
                                     .mount.program = platform_program_name(),
                                     .body_max = BODY_MAX,
                                     .error_page = page_print_error,
                                     .handler_data = &site},
               status, detail);
}

/* The site of one request, and where its database is. */
struct cgi_site {
    struct site site; /* first: error pages take it, too */
    const char *database;
};

/* The handshake with Discount goes on while the database is opened here: to read its schema takes as long. */
static void handle_cgi(void *data, struct http_exchange *exchange)
{
    struct cgi_site *cgi = data;
    struct site *site = &cgi->site;
    char reason[512];

    if (routes_will_ask(site, &exchange->request))
        quotes_prepare(site->quotes);
    if (!open_store(cgi->database, &site->store, reason, sizeof reason)) {
        log_error("cannot-serve", "reason=%s", LOG_QUOTED(reason));
        problem_set(exchange, 503, "The catalog cannot be read right now.");
        http_exchange_finish(exchange);
        return;
    }
    site->store->budget_ns = PAGE_READING_PATIENT_NS;
    site_refresh(site);
    routes_handle(site, exchange);
    site_flush(site);
}

_Noreturn void process_serve_cgi(const struct catalog_settings *settings)
{
    struct cgi_site cgi = {.database = settings->database};
    char reason[512];
    bool is_finished = false;

    if (!site_begin(&cgi.site, settings, reason, sizeof reason)) {
        log_error("cannot-serve", "reason=%s", LOG_QUOTED(reason));
        process_refuse_cgi(503, "The catalog cannot be read right now.");
        _exit(EXIT_SUCCESS);
    }
    const struct cgi_options options = {.variables = (const char *const *)environ,
                                        .mount = mount_of(&cgi.site, settings),
                                        .cors_origins = settings->cors_origins,
                                        .body_max = BODY_MAX,
                                        .handler = handle_cgi,
                                        .error_page = page_print_error,
                                        .handler_data = &cgi};
    cgi_serve(&options, &is_finished);
    while (!is_finished && quotes_poll(cgi.site.quotes))
        continue;
    /* The answer is out: a tidy end would only delay the next request. */
    _exit(EXIT_SUCCESS);
}
