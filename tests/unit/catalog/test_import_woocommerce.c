/* SPDX-License-Identifier: MIT */
/* WooCommerce's product CSV: what becomes of every cell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/resource.h>
#include <cmocka.h>

#include "fcgi-catalog/import/heading.h"
#include "fcgi-catalog/import/woocommerce.h"
#include "import_harness.h"

#define HEADER                                                                                                         \
    "ID,Type,SKU,\"GTIN, UPC, EAN, or ISBN\",Name,Published,\"Is featured?\",\"Visibility in catalog\","               \
    "\"Short description\",Description,\"Date sale price starts\",\"Date sale price ends\",\"Tax status\","            \
    "\"Tax class\",\"In stock?\",Stock,\"Low stock amount\",\"Backorders allowed?\",\"Sold individually?\","           \
    "\"Weight (kg)\",\"Allow customer reviews?\",\"Purchase note\",\"Sale price\",\"Regular price\",Categories,Tags,"  \
    "\"Shipping class\",Images,\"Download limit\",\"Download expiry days\",Parent,\"Grouped products\",Upsells,"       \
    "Cross-sells,\"External URL\",\"Button text\",Position,Brands,\"Attribute 1 name\",\"Attribute 1 value(s)\","      \
    "\"Attribute 1 visible\",\"Attribute 1 global\",\"Attribute 2 name\",\"Attribute 2 value(s)\","                    \
    "\"Meta: _wpcom_is_markdown\"\n"

static void append(struct buffer *file, const char *text)
{
    buffer_append(file, text, strlen(text));
}

static void every_cell_of_a_file_has_its_place(void **state)
{
    (void)state;
    struct taken taken = take_text(
        HEADER
        "44,variable,woo-tee,,Tee &amp; "
        "more,1,0,visible,Brief.,\"<p>Soft.</p>\\n<p>Warm.</p>\",,,taxable,,1,,,0,0,,1,,,,"
        "\"Clothing > Tees, Sale\\, now\",\"new, red\",,\"https://x/a b.jpg, //x/b.jpg\",,,,,,,,,0,Acme,Color,\"Blue, "
        "Red\",1,1,Size,\"L, M\",\n"
        "45,simple,mug,4006381333931,Mug,1,0,visible,\"A mug.\\nBlue.\",,,,taxable,,1,12,,0,0,0.3,1,,,9.50,Kitchen,,,"
        "https://x/mug.jpg,,,,,,,,,1,,Material,Clay,1,0,,,1\n"
        "46,\"variation, virtual\",woo-tee-r,,Tee - Red,1,0,visible,,,,,taxable,parent,0,0,,0,0,,0,,15,18,,,,,,,"
        "woo-tee,,,,,,0,,Color,Red,,1,Size,L,\n"
        "47,variation,,,Tee - Blue,1,0,visible,,Cool.,,,taxable,parent,1,,,0,0,,0,,,20,,,,https://x/blue.jpg,,,"
        "id:44,,,,,,0,,Color,Blue,,1,Size,M,\n");
    assert_string_equal(taken.faults, "");
    assert_string_equal(
        taken.rows,
        "3 sku=mug;slug=mug;name=Mug;description=A mug.\nBlue.;price=950;categories=kitchen;(kitchen:Kitchen<?)tags=;"
        "image=https://x/mug.jpg[];stock=in-stock;compare=0;\n"
        "4 sku=woo-tee-r;slug=tee-more-red-l;name=Tee & more - Red / L;description=Soft.\n\nWarm.;price=1500;"
        "categories=clothing-tees|sale-now;(clothing:Clothing<?)(clothing-tees:Tees<clothing)(sale-now:Sale, now<?)"
        "tags=new|red|Acme;image=https://x/a%20b.jpg[];image=https://x/b.jpg[];stock=out-of-stock;compare=1800;\n"
        "5 sku=;slug=tee-more-blue-m;name=Tee & more - Blue / M;description=Cool.;price=2000;"
        "categories=clothing-tees|sale-now;(clothing:Clothing<?)(clothing-tees:Tees<clothing)(sale-now:Sale, now<?)"
        "tags=new|red|Acme;image=https://x/blue.jpg[];stock=in-stock;compare=0;\n");
    assert_int_equal(taken.format, IMPORT_WOOCOMMERCE);
    assert_string_equal(
        taken.passed_over,
        "GTIN, UPC, EAN, or ISBN|Is featured?|Short description|Tax status|Tax class|Sold individually?|"
        "Weight (kg)|Allow customer reviews?|Position|Attribute 1 value(s)|Attribute 1 visible|"
        "Attribute 1 global|Meta: _wpcom_is_markdown");
    taken_release(&taken);
}

#define SHORT "Type,SKU,Name,Published,Regular price,Sale price,Date sale price starts,Date sale price ends\n"

static void a_sale_is_on_between_its_dates(void **state)
{
    (void)state; /* it is noon of 2026-01-01 */
    assert_rows(SHORT
                "simple,a,A,1,20,15,,\nsimple,b,B,1,20,15,2026-01-01T12:00:00+00:00,\n"
                "simple,c,C,1,20,15,2026-01-01 12:00:01,\nsimple,d,D,1,20,15,,2026-01-01\n"
                "simple,e,E,1,20,15,2025-12-01,2025-12-31\nsimple,f,F,1,20,15,2026-01-01,2026-01-01T13:00:00+01:00\n"
                "simple,g,G,1,20,,,\nsimple,h,H,1,,7,,\n",
                "2 sku=a;slug=a;name=A;price=1500;compare=2000;\n3 sku=b;slug=b;name=B;price=1500;compare=2000;\n"
                "4 sku=c;slug=c;name=C;price=2000;compare=0;\n5 sku=d;slug=d;name=D;price=1500;compare=2000;\n"
                "6 sku=e;slug=e;name=E;price=2000;compare=0;\n7 sku=f;slug=f;name=F;price=2000;compare=0;\n"
                "8 sku=g;slug=g;name=G;price=2000;compare=0;\n9 sku=h;slug=h;name=H;price=700;compare=0;\n");
    assert_fault(SHORT "simple,a,A,1,20,15,soon,\n", "",
                 "2:7 the date is \"soon\"; a day, as 2026-01-31, or a time of ISO 8601 is allowed\n");
}

static void local_times_are_in_the_zone_of_the_shop(void **state)
{
    static const char text[] =
        SHORT "simple,a,A,1,20,15,2026-01-01T21:00:00,\nsimple,b,B,1,20,15,2026-01-01T21:00:01,\n"
              "simple,c,C,1,20,15,2026-01-01T12:00:00Z,\nsimple,d,D,1,20,15,2026-01-02,\n"
              "simple,e,E,1,20,15,,2026-01-01\nsimple,f,F,1,20,15,,2025-12-31\n";
    static const bool are_on[] = {true, false, true, false, true, false};
    const char *at;

    (void)state; /* it is 21:00 in Tokyo */
    struct taken taken =
        take_source((struct import_source){.exponent = 2, .zone = "Asia/Tokyo"}, text, strlen(text), 100);
    assert_string_equal(taken.faults, "");
    at = taken.rows;
    for (size_t i = 0; i < ARRAY_LENGTH(are_on); i++, at = strchr(at, '\n') + 1)
        assert_int_equal(strncmp(strstr(at, "price="), "price=1500", 10) == 0, are_on[i]);
    taken_release(&taken);
}

static void hours_may_have_one_digit(void **state)
{
    (void)state;
    assert_rows(SHORT "simple,a,A,1,20,15,2026-01-01 9:00:00,2099-01-31 0:00:00\n"
                      "simple,b,B,1,20,15,,2026-01-01 9:00:00\n",
                "2 sku=a;slug=a;name=A;price=1500;compare=2000;\n3 sku=b;slug=b;name=B;price=2000;compare=0;\n");
}

static void a_sale_price_that_is_not_lower_is_no_sale(void **state)
{
    (void)state;
    assert_rows(SHORT "simple,a,A,1,20,25,,\nsimple,b,B,1,20,20.00,,\nsimple,c,C,1,9,10,,\n",
                "2 sku=a;slug=a;name=A;price=2000;compare=0;\n3 sku=b;slug=b;name=B;price=2000;compare=0;\n"
                "4 sku=c;slug=c;name=C;price=900;compare=0;\n");
}

static void two_variable_products_of_one_sku_are_a_fault(void **state)
{
    (void)state;
    assert_fault("ID,Type,SKU,Name,Regular price,Parent,Attribute 1 value(s)\n1,variable,t,Tee,,,\n"
                 "2,variation,,,1,t,Red\n3,variable,t,Coat,,,\n4,variation,,,2,id:3,Red\n",
                 "", "4:0 the variable product has the SKU or the ID of that on line 2; each must have its own\n");
}

/* Variations with 30 attributes of 10 kB each, all alike, in a file of 12 MB. */
static void long_values_of_attributes_take_no_memory_for_each_variation(void **state)
{
    (void)state;
    enum { VARIATIONS = 40, LENGTH = 10000, MOST = 80 * 1024 * 1024 };
    struct buffer file = {.length = 0};
    static char value[LENGTH + 1];
    struct rusage before, after;

    memset(value, 'x', LENGTH);
    append(&file, "Type,SKU,Name,Regular price,Parent");
    for (int i = 1; i <= WOOCOMMERCE_ATTRIBUTES; i++) {
        char heading[40];
        snprintf(heading, sizeof heading, ",Attribute %d value(s)", i);
        append(&file, heading);
    }
    for (int row = 0; row <= VARIATIONS; row++) {
        append(&file, row == 0 ? "\nvariable,t,Tee,," : "\nvariation,,,1,t");
        for (int i = 0; i < WOOCOMMERCE_ATTRIBUTES; i++) {
            append(&file, ",");
            append(&file, value);
        }
    }
    getrusage(RUSAGE_SELF, &before);
    struct taken taken = take_bytes(IMPORT_ANY, 2, file.bytes, file.length, 4096);
    getrusage(RUSAGE_SELF, &after);
    assert_false(taken.is_sound);
    assert_non_null(strstr(taken.faults, "the variant's options have more than 500 bytes"));
    assert_in_range(after.ru_maxrss - before.ru_maxrss, 0, MOST / 1024);
    taken_release(&taken);
    buffer_release(&file);
}

static void variants_whose_slugs_are_alike_are_told_apart(void **state)
{
    (void)state;
    assert_rows("Type,SKU,Name,Regular price,Parent,Attribute 1 value(s)\nvariable,t,Tee,,,\n"
                "variation,,,1,t,S 3\nvariation,,,2,t,S\nvariation,,,3,t,S+\n",
                "3 sku=;slug=tee-s-3;name=Tee - S 3;price=100;\n4 sku=;slug=tee-s;name=Tee - S;price=200;\n"
                "5 sku=;slug=tee-s-4;name=Tee - S+;price=300;\n");
}

static void both_prices_are_read_in_the_files_form(void **state)
{
    (void)state;
    assert_rows("Type;SKU;Name;Published;Regular price;Sale price\nsimple;a;A;1;1.299,50;12,50\n",
                "2 sku=a;slug=a;name=A;price=1250;compare=129950;\n");
    assert_fault(SHORT "simple,a,A,1,\"1,299\",\"1,000\",,\n", "",
                 "2:6 the price is \"1,000\", which may be 1000 or 1.000; a price with two decimals, as 1000.00, is "
                 "clear\n"
                 "2:5 the compare-at price is \"1,299\", which may be 1299 or 1.299; a price with two decimals, as "
                 "1299.00, is clear\n");
}

static void variations_may_come_before_their_parent_and_far_from_it(void **state)
{
    (void)state;
    assert_rows("ID,Type,SKU,Name,Published,Regular price,Parent,Attribute 1 value(s)\n"
                "2,variation,t-r,Tee - Red,1,5,tee,Red\n"
                "3,simple,cap,Cap,1,6,,\n"
                "1,variable,tee,Tee,1,,,\"Red, Blue\"\n"
                "5,variation,,Hat - L,1,8,id:4,L\n"
                "4,variable,,Hat,1,,,\"L, M\"\n"
                "6,variation,t-b,Tee - Blue,1,7,id:1,Blue\n",
                "3 sku=cap;slug=cap;name=Cap;price=600;\n"
                "2 sku=t-r;slug=tee-red;name=Tee - Red;price=500;\n"
                "7 sku=t-b;slug=tee-blue;name=Tee - Blue;price=700;\n"
                "5 sku=;slug=hat-l;name=Hat - L;price=800;\n");
    assert_fault("ID,Type,SKU,Name,Published,Regular price,Parent\n2,variation,t,T,1,5,none\n3,variation,u,U,1,5,\n",
                 "",
                 "3:0 the variation's parent is \"\", which is no variable product of the file\n"
                 "2:7 the variation's parent is \"none\", which is no variable product of the file\n");
}

static void variations_without_attributes_are_named_by_their_names(void **state)
{
    (void)state;
    assert_rows("Type,SKU,Name,Published,Regular price,Parent\n"
                "variable,tee,Tee,1,,\nvariation,a,Tee - Red,1,5,tee\nvariation,b,Blue one,1,5,tee\n",
                "3 sku=a;slug=tee-red;name=Tee - Red;price=500;\n"
                "4 sku=b;slug=tee-blue-one;name=Tee - Blue one;price=500;\n");
}

static void slugs_do_not_depend_on_what_is_on_sale(void **state)
{
    (void)state;
    assert_rows("ID,Type,SKU,Name,Published,Regular price\n1,simple,,Shirt,0,5\n2,simple,b,Shirt,1,5\n"
                "3,simple,,Shirt,0,5\n",
                "2 not on sale;slug=shirt;\n3 sku=b;slug=shirt-b;name=Shirt;price=500;\n4 not on sale;slug=shirt-3;\n");
}

static void products_that_nobody_can_buy_are_counted_and_not_on_sale(void **state)
{
    (void)state;
    struct taken taken = take_text("ID,Type,SKU,Name,Published,Visibility in catalog,Regular price,Parent\n"
                                   "1,simple,a,A,0,visible,5,\n2,simple,b,B,'-1,visible,5,\n3,simple,c,C,1,hidden,5,\n"
                                   "4,simple,d,D,1,catalog,,\n5,grouped,e,E,1,search,,\n6,variable,f,F,1,visible,,\n"
                                   "7,external,g,G,1,visible,5,\n8,variable,h,H,0,visible,,\n"
                                   "9,variation,i,I,1,visible,5,h\n10,variable,j,J,1,visible,,\n"
                                   "11,variation,k,J - K,0,visible,5,j\n12,variation,l,J - L,1,visible,,j\n"
                                   "13,\"simple, downloadable, virtual\",m,M,1,visible,5,\n");
    assert_string_equal(taken.faults, "");
    assert_string_equal(taken.rows, "2 not on sale;sku=a;\n3 not on sale;sku=b;\n4 not on sale;sku=c;\n"
                                    "8 sku=g;slug=g;name=G;price=500;\n14 sku=m;slug=m;name=M;price=500;\n"
                                    "10 not on sale;sku=i;\n12 not on sale;sku=k;\n");
    assert_int_equal(taken.counts.hidden, 5);
    assert_int_equal(taken.counts.unpriced, 4);
    taken_release(&taken);
}

static void words_that_nobody_knows_are_refused(void **state)
{
    (void)state;
    assert_fault(SHORT "simple,a,A,yes,5,,,\n", "",
                 "2:4 Published is \"yes\"; 1, 0 and -1 are allowed, in small letters or capitals\n");
}

static void stock_is_told_by_its_state_or_its_number(void **state)
{
    (void)state;
    assert_rows(
        "Type,Name,In stock?,Stock,Backorders allowed?\n"
        "simple,a,1,0,0\nsimple,b,0,5,0\nsimple,c,backorder,-2,notify\nsimple,d,,3,0\nsimple,e,,0,0\n"
        "simple,f,,-1,notify\nsimple,g,,,\nsimple,h,,0.5,\n",
        "2 slug=a;name=a;stock=in-stock;\n3 slug=b;name=b;stock=out-of-stock;\n4 slug=c;name=c;stock=in-stock;\n"
        "5 slug=d;name=d;stock=in-stock;\n6 slug=e;name=e;stock=out-of-stock;\n"
        "7 slug=f;name=f;stock=in-stock;\n8 slug=g;name=g;\n9 slug=h;name=h;stock=in-stock;\n");
}

static void equal_names_have_different_slugs(void **state)
{
    (void)state;
    assert_rows("ID,Type,SKU,Name,Published,Regular price\n"
                "1,simple,a-1,Tee,1,1\n2,simple,,Tee,1,2\n3,simple,a-3,Tee,1,3\n4,simple,,1984,1,4\n",
                "2 sku=a-1;slug=tee;name=Tee;price=100;\n3 sku=;slug=tee-2;name=Tee;price=200;\n"
                "4 sku=a-3;slug=tee-a-3;name=Tee;price=300;\n5 sku=;slug=product-1984;name=1984;price=400;\n");
}

static void backslash_and_n_are_a_line_end(void **state)
{
    (void)state;
    assert_rows("Type,Name,Published,Description\nsimple,a,1,One\\nTwo\\\\n\nsimple,b,1,<p>One\\ntwo</p>\\n<p>3</p>\n"
                "simple,c,1,'-5 degrees\n",
                "2 slug=a;name=a;description=One\nTwo\\n;\n3 slug=b;name=b;description=One two\n\n3;\n"
                "4 slug=c;name=c;description=-5 degrees;\n");
}

static void columns_without_a_place_are_named_once(void **state)
{
    (void)state;
    struct taken taken = take_text("Type,SKU,\"GTIN, UPC, EAN, or ISBN\",Name,Published,Short description,Description,"
                                   "Attribute 1 name,Attribute 1 value(s),Meta: _x,Meta: _y,Weight (kg)\n"
                                   "simple,a,4006,A,1,Brief.,Long.,Color,Red,1,,\nsimple,b,4007,B,1,Brief.,,,,2,,\n");
    assert_string_equal(taken.faults, "");
    assert_string_equal(taken.rows,
                        "2 sku=a;slug=a;name=A;description=Long.;\n3 sku=b;slug=b;name=B;description=Brief.;\n");
    assert_string_equal(taken.passed_over, "GTIN, UPC, EAN, or ISBN|Short description|Attribute 1 value(s)|Meta: _x");
    taken_release(&taken);
}

/* ---- Headings ---- */

static void headings_of_all_languages_are_known(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "ID,Typ,Artikelnummer,Name,Ver\u00f6ffentlicht,Regul\u00e4rer Preis,\u00dcbergeordnetes Produkt,Attribut 1 "
        "Wert(e)",
        "ID,Type,UGS,Nom,Publi\u00e9,Tarif r\u00e9gulier,Parent,Valeur(s) de l\u2019attribut 1",
        "ID,Tipo,SKU,Nombre,Publicado,Precio normal,Superior,Valor(es) del atributo 1",
        "ID,Tipo,COD,Nome,Pubblicato,Prezzo di listino,Genitore,Attributo 1 valuta(e)",
        "ID,Type,Artikelnummer,Naam,Gepubliceerd,Reguliere prijs,Hoofd,Waarde eigenschap 1",
        "ID,Tipo,REF,Nome,Publicado,Pre\u00e7o normal,Pai,Atributo 1 valor(es)",
        "ID,Typ,SKU,Nazwa,Opublikowany,Cena,Rodzic,Warto\u015bci atrybutu 1",
        "ID,Typ,Artikelnr,Namn,Publicerad,Ordinarie pris,F\u00f6r\u00e4lder,Attribut 1 v\u00e4rde(n)",
        "ID,Type,Varenummer,Navn,Udgivet,Normalpris,For\u00e6ldre,Egenskab 1 v\u00e6rdi(er)",
        "ID,Typ,SKU,Jm\u00e9no,Publikovan\u00fd,B\u011b\u017en\u00e1 cena,Nad\u0159azen\u00e9,Hodnota(y) 1 vlastnosti",
        "ID,\u0422\u0438\u043f,\u0410\u0440\u0442\u0438\u043a\u0443\u043b,\u0418\u043c\u044f,"
        "\u041e\u043f\u0443\u0431\u043b\u0438\u043a\u043e\u0432\u0430\u043d,\u0411\u0430\u0437\u043e\u0432\u0430\u044f "
        "\u0446\u0435\u043d\u0430,\u0420\u043e\u0434\u0438\u0442\u0435\u043b\u044c\u0441\u043a\u0438\u0439,"
        "\u0417\u043d\u0430\u0447\u0435\u043d\u0438\u0435(-\u044f) "
        "\u0430\u0442\u0442\u0440\u0438\u0431\u0443\u0442\u0430(-\u043e\u0432) 1",
        "ID,\u30bf\u30a4\u30d7,SKU,\u540d\u524d,\u516c\u958b\u6e08\u307f,\u6a19\u6e96\u4fa1\u683c,\u89aa,\u5c5e\u6027 "
        "1 "
        "\u306e\u5024",
        "id,TYPE,sku,NAME,published,REGULAR PRICE,parent,attribute 1 VALUE(S)",
    };

    for (size_t i = 0; i < ARRAY_LENGTH(headers); i++) {
        char text[1000];
        snprintf(text, sizeof text, "%s\n1,variable,p,Tee,1,,,\n2,variation,v,Tee - Red,1,5,p,Red\n", headers[i]);
        struct taken taken = take_text(text);
        assert_string_equal(taken.faults, "");
        assert_int_equal(taken.format, IMPORT_WOOCOMMERCE);
        assert_string_equal(taken.rows, "3 sku=v;slug=tee-red;name=Tee - Red;price=500;\n");
        assert_string_equal(taken.passed_over, "");
        taken_release(&taken);
    }
}

static void names_of_columns_are_folded_and_of_one_column(void **state)
{
    (void)state;
    struct arena arena = {.used = 0};

    for (size_t i = 0; i < WOOCOMMERCE_COLUMNS; i++) {
        for (size_t j = 0; woocommerce_columns[i].names != NULL && woocommerce_columns[i].names[j] != NULL; j++) {
            const char *name = woocommerce_columns[i].names[j];
            assert_string_equal(name, heading_fold(name, &arena));
            for (size_t k = 0; k < WOOCOMMERCE_COLUMNS; k++) {
                for (size_t l = 0; woocommerce_columns[k].names != NULL && woocommerce_columns[k].names[l] != NULL; l++)
                    assert_true((i == k && j == l) || strcmp(name, woocommerce_columns[k].names[l]) != 0);
            }
        }
    }
    arena_release(&arena);
}

static void headings_are_compared_however_they_are_typed(void **state)
{
    (void)state;
    struct arena arena = {.used = 0};
    size_t number;

    assert_string_equal(heading_fold("  En  stock\u00a0? ", &arena), "en stock?");
    assert_string_equal(heading_fold("L\u2019ATTRIBUT", &arena), "l'attribut");
    assert_true(heading_is("attribute 12 name", "attribute %d name", 30, &number));
    assert_int_equal(number, 12);
    assert_false(heading_is("attribute 31 name", "attribute %d name", 30, &number));
    assert_false(heading_is("attribute 0 name", "attribute %d name", 30, &number));
    assert_false(heading_is("attribute  name", "attribute %d name", 30, &number));
    assert_false(heading_is("attribute 1 names", "attribute %d name", 30, &number));
    arena_release(&arena);
}

/* A variation of 100 kB, 60 times. */
static struct taken take_large_file(void)
{
    enum { VARIATIONS = 60, LENGTH = 100000 };
    struct buffer file = {.length = 0};

    append(&file, "Type,SKU,Name,Regular price,Parent,Description\n");
    for (size_t i = 0; i < VARIATIONS; i++) {
        append(&file, "variation,,A,1,a,");
        memset(buffer_reserve(&file, LENGTH), 'x', LENGTH);
        file.length += LENGTH;
        buffer_append_byte(&file, '\n');
    }
    struct taken taken = take_bytes(IMPORT_ANY, 2, file.bytes, file.length, 4096);
    buffer_release(&file);
    return taken;
}

static void a_temporary_file_that_cannot_be_made_or_written_is_a_fault(void **state)
{
    (void)state;
    struct rlimit before, small;

    setenv("TMPDIR", "/nonexistent", 1);
    struct taken taken = take_large_file();
    assert_false(taken.is_sound);
    assert_string_equal(taken.faults, "1:0 the import needs a temporary file in /nonexistent (TMPDIR), and that cannot "
                                      "be used: No such file or directory\n");
    taken_release(&taken);

    setenv("TMPDIR", "/tmp", 1);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){.rlim_cur = 1024 * 1024, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    taken = take_large_file();
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(taken.is_sound);
    assert_string_equal(taken.faults,
                        "1:0 the import needs a temporary file in /tmp (TMPDIR), and that cannot be used: "
                        "File too large\n");
    taken_release(&taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_of_a_file_has_its_place),
        cmocka_unit_test(a_sale_is_on_between_its_dates),
        cmocka_unit_test(local_times_are_in_the_zone_of_the_shop),
        cmocka_unit_test(hours_may_have_one_digit),
        cmocka_unit_test(a_sale_price_that_is_not_lower_is_no_sale),
        cmocka_unit_test(variants_whose_slugs_are_alike_are_told_apart),
        cmocka_unit_test(two_variable_products_of_one_sku_are_a_fault),
        cmocka_unit_test(long_values_of_attributes_take_no_memory_for_each_variation),
        cmocka_unit_test(both_prices_are_read_in_the_files_form),
        cmocka_unit_test(variations_may_come_before_their_parent_and_far_from_it),
        cmocka_unit_test(variations_without_attributes_are_named_by_their_names),
        cmocka_unit_test(slugs_do_not_depend_on_what_is_on_sale),
        cmocka_unit_test(products_that_nobody_can_buy_are_counted_and_not_on_sale),
        cmocka_unit_test(words_that_nobody_knows_are_refused),
        cmocka_unit_test(stock_is_told_by_its_state_or_its_number),
        cmocka_unit_test(equal_names_have_different_slugs),
        cmocka_unit_test(backslash_and_n_are_a_line_end),
        cmocka_unit_test(columns_without_a_place_are_named_once),
        cmocka_unit_test(headings_of_all_languages_are_known),
        cmocka_unit_test(names_of_columns_are_folded_and_of_one_column),
        cmocka_unit_test(headings_are_compared_however_they_are_typed),
        cmocka_unit_test(a_temporary_file_that_cannot_be_made_or_written_is_a_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
