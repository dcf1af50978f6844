/* SPDX-License-Identifier: MIT */
/*
 * A text of the whole catalog or of a part of it, made while it is sent, in memory that does not grow with it: files
 * for programs. At most DOWNLOADS_MAX are sent at once by one process, DOWNLOADS_OF_ONE_MAX of them to one address:
 * each holds on to the revision of the database that it began with. One that takes longer than an answer's time is
 * given up when the database's log has grown by more than DOWNLOAD_LOG_MAX bytes meanwhile.
 */
#ifndef CATALOG_SITE_DOWNLOAD_H
#define CATALOG_SITE_DOWNLOAD_H

#include "common/buffer.h"
#include "fcgi-catalog/http/conditional.h"
#include "fcgi-catalog/site/request_context.h"

#define DOWNLOADS_MAX 8
#define DOWNLOADS_OF_ONE_MAX 4
#define DOWNLOAD_LOG_MAX ((int64_t)64 * 1024 * 1024)

/* What a text is made from: products and categories of one revision. */
struct download_source {
    struct store_walk *walk; /* goes on with each append() */
    const struct category_list *categories;
    const char *home; /* where addresses begin; lives as long as the site */
    int64_t part;     /* which text of its form */
    bool is_index;    /* for the form */
};

/* A kind of text; the same source makes the same bytes. */
struct download_form {
    const char *headers; /* header lines of the answer, each ended by "\r\n" */
    bool is_counted;     /* X-Total-Count says how many products are in it */

    /* Moves the walk to where the text begins. NULL: it stays. *is_there false: there is no such text. */
    enum store_status (*prepare)(struct download_source *source, bool *is_there);

    void (*begin)(const struct download_source *source, struct buffer *text);

    /* What comes next, some products; *count 0: that was the end. */
    enum store_status (*append)(const struct download_source *source, struct buffer *text, size_t *count);
};

/* Ends the request with the text. The conditional is that of the answer; `key` stands for its tag, which is made here,
 * and its changed_at is filled in. */
void download_answer(struct request_context *context, const struct download_form *form, int64_t part, const char *key,
                     struct conditional conditional);

#endif
