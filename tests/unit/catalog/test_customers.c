/* SPDX-License-Identifier: MIT */
/* Customers from a file into the database: who is known by what, which ids are given, what is refused and where. */
#include "fcgi-catalog/catalog/customer.h"
#include "fcgi-catalog/import/customers.h"
#include "tests/unit/catalog/store_import_fixture.h"

/* The outcome of a file: the faults, a line each, or "" and what was counted. */
struct outcome {
    char faults[4096];
    struct importer_counts counts;
    char passed_over[64]; /* the first */
};

static void note(void *data, const struct import_fault *fault)
{
    struct outcome *outcome = data;
    size_t used = strlen(outcome->faults);

    snprintf(outcome->faults + used, sizeof outcome->faults - used, "%zu:%zu %s\n", fault->line, fault->column,
             fault->message);
}

/* Reads the file byte by byte, and commits it when it is sound. */
static struct outcome read_file(const char *file, bool is_pruning, int64_t prune_max)
{
    struct outcome outcome = {0};
    struct import_faults faults = {.tell = note, .data = &outcome, .most = 100};

    import->methods->roll_back(import); /* what open_shop() has begun */
    begin();
    struct customer_importer *importer = customer_importer_new(&(struct customer_importer_setup){
        .import = import, .faults = &faults, .is_pruning = is_pruning, .prune_max = prune_max});
    for (const char *at = file; *at != '\0' && customer_importer_feed(importer, at, 1); at++)
        continue;
    enum importer_status status = customer_importer_finish(importer);
    assert_int_equal(status, outcome.faults[0] == '\0' ? IMPORTER_OK : IMPORTER_FAULTY);
    outcome.counts = customer_importer_counts(importer);
    if (customer_importer_passed_over(importer, 0) != NULL)
        snprintf(outcome.passed_over, sizeof outcome.passed_over, "%s", customer_importer_passed_over(importer, 0));
    if (status == IMPORTER_OK)
        commit();
    else
        import->methods->roll_back(import);
    customer_importer_free(importer);
    return outcome;
}

/* All customers, as "1:login,email,first,last;". */
static const char *customers(void)
{
    static char list[4096];
    struct store_walk *walk;
    struct arena read_arena = {0};
    struct customer_list read = {.count = 1};
    int32_t after = 0;

    list[0] = '\0';
    assert_int_equal(store->methods->begin_walk(store, &walk), STORE_OK);
    while (read.count > 0) {
        assert_int_equal(walk->next_customers(walk, after, 2, &read_arena, &read), STORE_OK);
        for (size_t i = 0; i < read.count; i++) {
            const struct customer *each = &read.items[i];
            size_t used = strlen(list);
            after = each->id;
            snprintf(list + used, sizeof list - used, "%d:%s,%s,%s,%s;", (int)each->id, each->login, each->email,
                     each->first_name, each->last_name);
        }
    }
    store_walk_end(walk);
    arena_release(&read_arena);
    return list;
}

static void assert_taken(const char *file, const char *expected)
{
    const struct outcome outcome = read_file(file, false, -1);

    assert_string_equal(outcome.faults, "");
    assert_string_equal(customers(), expected);
}

static void assert_refused(const char *file, const char *faults)
{
    char before[4096];

    snprintf(before, sizeof before, "%s", customers());
    const struct outcome outcome = read_file(file, false, -1);
    assert_string_equal(outcome.faults, faults);
    assert_string_equal(customers(), before);
}

static void a_row_needs_no_id_and_headings_may_be_typed_otherwise(void **state)
{
    (void)state;
    open_shop();
    assert_taken("ID;Login;EMail;First Name;last_name\n;ann; ann@x.de ;Ann;\n7;;b@x.de;;B\n",
                 "1:ann,ann@x.de,Ann,;7:,b@x.de,,B;");
}

static void a_file_says_what_changes(void **state)
{
    (void)state;
    open_shop();
    assert_taken("login,email,first_name,last_name\nann,ann@x.de,Ann,\nbob,,, Bo \n",
                 "1:ann,ann@x.de,Ann,;2:bob,,, Bo ;");
    assert_taken("id,login\n2,rob\n", "1:ann,ann@x.de,Ann,;2:rob,,, Bo ;");
    assert_taken("Login;First Name\r\nann;\r\n", "1:ann,ann@x.de,,;2:rob,,, Bo ;");
    assert_taken("email,last_name\nANN@X.de,\"A, \"\"n\"\"\"\nc@x.de,C\n",
                 "1:ann,ANN@X.de,,A, \"n\";2:rob,,, Bo ;3:,c@x.de,,C;");
    const struct outcome again = read_file("spreadsheet,id,first_name,shoe size\n,3,'=1,44\n,2,,\n", false, -1);
    assert_string_equal(again.faults, "");
    assert_int_equal(again.counts.updated, 1);
    assert_int_equal(again.counts.unchanged, 1);
    assert_string_equal(again.passed_over, "shoe size");
    assert_string_equal(customers(), "1:ann,ANN@X.de,,A, \"n\";2:rob,,, Bo ;3:,c@x.de,=1,C;");
}

static void ids_of_customers_are_never_given_again(void **state)
{
    bool is_found;

    (void)state;
    open_shop();
    assert_taken("login\nann\nbob\n", "1:ann,,,;2:bob,,,;");
    begin();
    assert_int_equal(import->methods->delete_customer(import, 0, "bob", &is_found), IMPORT_OK);
    assert_true(is_found);
    assert_int_equal(import->methods->delete_customer(import, 2, "", &is_found), IMPORT_OK);
    assert_false(is_found);
    commit();
    assert_refused("id,login\n2,bob\n",
                   "2:1 no customer has the id 2, and it may have been another's; above 2, or none, "
                   "is allowed for a new customer\n");
    assert_taken("id,login\n,bob\n9,cyd\n5,dee\n,eve\n", "1:ann,,,;3:bob,,,;5:dee,,,;9:cyd,,,;10:eve,,,;");
}

static void what_is_wrong_is_said_by_line_and_column(void **state)
{
    (void)state;
    open_shop();
    assert_taken("login,email\nann,a@x.de\nbob,a@x.de\n", "1:ann,a@x.de,,;2:bob,a@x.de,,;");
    assert_refused("id,login,email\n0,x,\n2,ann,\n,,a@x.de\n,c\xc3,\n,d,@\n1,,\n1,,\n,\n,\"e\nf\",\n,g,\n",
                   "2:1 \"0\" is no id; a number from 1 to 2147483647, or nothing, is allowed\n"
                   "3:2 customer 1 has the login \"ann\"\n"
                   "4:3 several customers have the e-mail address \"a@x.de\"; a row of one names its id or login\n"
                   "5:2 the field is not UTF-8; only text in UTF-8 is allowed\n"
                   "6:3 email \"@\" is not allowed; an address as ann@example.com is\n"
                   "8:1 customer 1 is there twice\n"
                   "10:2 login \"e?f\" is not allowed; a text without control characters and spaces at its ends is\n");
    assert_refused("first_name,last_name\nA,B\n",
                   "1:0 the header has neither id, login nor email; one of them is needed\n");
    assert_refused("id,login,ID\n1,x,1\n", "1:3 the column id is there twice; once is allowed\n");
    assert_refused("", "1:0 the file is empty; a header is needed\n");
    assert_refused("login\nx,y\n", "2:0 the row has 2 fields, and the header 1; as many are allowed\n");
}

static void pruning_is_bounded(void **state)
{
    char file[1024] = "login\n";

    (void)state;
    open_shop();
    for (int i = 0; i < 12; i++)
        snprintf(file + strlen(file), sizeof file - strlen(file), "c%d\n", i);
    assert_string_equal(read_file(file, false, -1).faults, "");
    assert_string_equal(read_file("login\n", true, -1).faults,
                        "1:0 the file names no customer; nobody would be left, and that is not allowed\n");
    assert_string_equal(read_file("login\nc0\nc1\n", true, -1).faults,
                        "1:0 10 of the 12 customers that are there are not named and would be deleted, more than 9; "
                        "--prune-up-to 10 allows it\n");
    const struct outcome pruned = read_file("login\nc0\nc1\n", true, 10);
    assert_int_equal(pruned.counts.deleted, 10);
    assert_string_equal(customers(), "1:c0,,,;2:c1,,,;");
}

static void addresses_are_those_that_forms_take(void **state)
{
    static const char *const good[] = {"a@b", "ann.o'neil+shop@example.co.uk", "..@x.de", "li@\xe4\xbe\x8b.jp",
                                       "\xd0\xb0@x.de"};
    static const char *const bad[] = {"",      "a",       "@b",    "a@",      "a@b@c", "a b@c",
                                      "a@b c", "a@-b",    "a@b-",  "a@b..c",  "a@.b",  "a@b.",
                                      "a@[1]", "\"a\"@b", "a\n@b", "a@b\x7f", "a,b@c", "<a@b>"};
    char longest[300];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(customer_is_email(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(customer_is_email(bad[i]));
    for (int local = 64; local <= 65; local++) {
        snprintf(longest, sizeof longest, "%0*d@x", local, 0);
        assert_int_equal(customer_is_email(longest), local == 64);
    }
    for (int label = 63; label <= 64; label++) {
        snprintf(longest, sizeof longest, "a@%0*d", label, 0);
        assert_int_equal(customer_is_email(longest), label == 63);
    }
    for (int last = 60; last <= 62; last++) { /* 64 * 3 + 60 + 1 … bytes */
        snprintf(longest, sizeof longest, "a@%063d.%063d.%063d.%0*d", 0, 0, 0, last, 0);
        assert_int_equal(customer_is_email(longest), strlen(longest) <= 254);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IMPORT_TEST(a_row_needs_no_id_and_headings_may_be_typed_otherwise),
        IMPORT_TEST(a_file_says_what_changes),
        IMPORT_TEST(ids_of_customers_are_never_given_again),
        IMPORT_TEST(what_is_wrong_is_said_by_line_and_column),
        IMPORT_TEST(pruning_is_bounded),
        cmocka_unit_test(addresses_are_those_that_forms_take),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
