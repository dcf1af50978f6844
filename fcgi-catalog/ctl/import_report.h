/* SPDX-License-Identifier: MIT */
/* What an import says: faults as they are found, and what was done at the end. */
#ifndef CATALOG_CTL_IMPORT_REPORT_H
#define CATALOG_CTL_IMPORT_REPORT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/ctl/progress.h"
#include "fcgi-catalog/import/faults.h"
#include "fcgi-catalog/import/importer.h"

struct import_report {
    const char *command; /* "catalogctl import" */
    const char *file;    /* its name for people: "standard input", or its path */
    const char *database;
    bool is_json, is_dry_run;
    int64_t started_ns;
    struct progress *progress; /* taken off the screen before a fault */
    cJSON *faults;             /* with is_json: an array of the faults that were told */
};

/* Begins; the fields before started_ns are set. */
void import_report_begin(struct import_report *report, struct progress *progress);

/* Tells a fault on standard error, "FILE:LINE:COLUMN: …": an import_fault_f whose data is the report. */
void import_report_fault(void *report, const struct import_fault *fault);

/* Prints what a file is, its columns, and their first cells. */
void import_report_look(const struct import_report *report, const struct import_look *look);

/* Prints the outcome. With --json, one document on standard output in any case. */
void import_report_done(struct import_report *report, const struct importer *importer);
void import_report_faulty(struct import_report *report, const struct importer *importer,
                          const struct import_faults *faults);

#endif
