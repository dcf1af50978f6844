/* SPDX-License-Identifier: MIT */
/* Words in many languages: whoever types what people there type finds the product, and no other. */
#include "tests/unit/catalog/store_fixture.h"

#include "fcgi-catalog/catalog/words.h"
#include "fcgi-catalog/store/import.h"

/* Products, their ids 1 and up, and queries, each of which finds that product alone. */
static const struct {
    const char *language, *name, *description, *queries;
} shop[] = {
    {"en", "Men's rain jacket", "waterproof, size M, SKU-free", "mens rain|men's rain jacket|rain jack|MEN’S RAIN"},
    {"en", "Levi's 501 jeans", "straight fit denim", "levis|levi's 501|levi’s jeans|501 denim"},
    {"en", "Café crème cup", "porcelain espresso cup", "cafe creme|CAFÉ|porcelain esp"},
    {"en", "Wi-Fi router AX3000", "dual-band, 802.11ax", "wi-fi|ax3000|802.11ax|dual-band rou"},
    {"de", "Straßenkarte Köln", "Maßstab 1:15000, gefaltet", "strassenkarte|straßenkarte köln|massstab|Maßstab"},
    {"de", "Fußball Größe 5", "Leder, weiß", "fussball|grosse 5|größe|FUẞBALL|weiss"},
    {"de", "Kühlschrank-Thermometer", "für Gefrierfächer", "kuhlschrank|kühlschrank|gefrierfacher|kühlschrank-thermo"},
    {"de", "Bücherregal „Ärmel“", "Eiche massiv", "bucherregal|ÄRMEL|bücherr"},
    {"fr", "Crème brûlée au chalumeau", "recette d’été", "creme brulee|brûlée|d'été|dete|chalumeau"},
    {"fr", "Œuvres complètes de Molière", "coffret relié", "oeuvres|œuvres completes|moliere|ŒUVRES"},
    {"fr", "Huile d'olive vierge", "bouteille d’un litre", "huile olive|d'olive|dolive|litre huile"},
    {"fr", "Gants de forêt", "cuir, garçon", "foret|garcon|FORÊT gants"},
    {"es", "Niño con piñata", "juguete pequeño", "nino|piñata|pinata|PEQUEÑO"},
    {"es", "Jamón ibérico", "cortado a mano", "jamon|ibérico|JAMON IBERICO"},
    {"es", "Cigüeña de peluche", "¿Qué más?", "ciguena|cigüeña|¿qué"},
    {"es", "Bañador azul", "talla única", "banador|única|unica azul"},
    {"pl", "Łódź – plakat", "wydruk żółty", "lodz|Łódź|łódź plakat|zolty|żółty"},
    {"pl", "Książka kucharska", "pierogi i gołąbki", "ksiazka|golabki|gołąbki|KSIĄŻKA"},
    {"pl", "Świeca z wosku", "źródło światła", "swieca|zrodlo|światła|ŚWIECA"},
    {"pl", "Kłódka mosiężna", "ćwierć cala", "klodka|kłódka|cwierc|mosiezna"},
    {"tr", "Isıtıcı fan", "ısı ayarlı, İstanbul yapımı", "isitici|ısıtıcı|istanbul|İSTANBUL|ISITICI"},
    {"tr", "Çaydanlık", "paslanmaz çelik, küçük", "caydanlik|çaydanlık|celik|KÜÇÜK"},
    {"tr", "Şişe açacağı", "ahşap saplı", "sise|şişe|acacagi|ahsap"},
    {"tr", "Yağmurluk", "naylon, gri", "yagmurluk|yağmur|YAĞMURLUK"},
    {"ru", "Ёлочная игрушка", "стеклянный шар", "елочная|ёлочная|ЁЛОЧНАЯ|шар елочная"},
    {"ru", "Чёрный чай", "листовой, 100 г", "черный|чёрный чай|ЧЕРНЫЙ|чай 100"},
    {"ru", "Щётка для обуви", "жёсткий ворс", "щетка|щётка|жесткий|жёстк"},
    {"ru", "Майка хлопковая", "белая, мужская", "майка|МАЙКА|хлопк"},
    {"uk", "Їжак плюшевий", "м'яка іграшка, п’ять років", "їжак|м'яка|мяка|п'ять"},
    {"uk", "Ґудзик дерев’яний", "набір", "ґудзик|деревяний|дерев'яний"},
    {"el", "Ελαιόλαδο εξαιρετικό", "παρθένο, Κρήτη", "ελαιολαδο|ΕΛΑΙΌΛΑΔΟ|κρητη|Κρήτη"},
    {"el", "Σίσυφος – άγαλμα", "μάρμαρο", "σισυφος|ΣΊΣΥΦΟΣ|αγαλμα|μαρμαρο"},
    {"el", "Καφές φίλτρου", "ελληνικός, λεπτός", "καφες|φιλτρου|ΚΑΦΕΣ|λεπτος"},
    {"el", "Παπούτσια δρόμου", "αθλητικά", "παπουτσια|δρομου|ΑΘΛΗΤΙΚΆ"},
    {"ar", "هاتف أحمر", "إصدار آخر", "احمر|أحمر|اصدار|هـــاتف|اخر"},
    {"ar", "مُحَمَّد – كتاب", "مكتبة الأطفال", "محمد|مكتبه|مكتبة|كتاب"},
    {"ar", "قهوة عربيّة", "٢٥٠ غرام", "قهوه|عربية|قهوة 250|قَهْوَة"},
    {"ar", "مؤقت مطبخ", "رقمي، مغناطيسى", "موقت|رقمي|مغناطيسي"},
    {"he", "שָׁלוֹם – שלט", "עץ טבעי", "שלום|שלט|שָׁלוֹם"},
    {"ja", "ガラスのコップ", "透明、耐熱", "コップ|ガラス|ガラスの|ｶﾞﾗｽ|耐熱"},
    {"ja", "東京都の地図", "折りたたみ式", "東京|京都|地図|東京都|折り"},
    {"ja", "ﾜｲﾔﾚｽｲﾔﾎﾝ", "Ｂｌｕｅｔｏｏｔｈ　５．３", "ワイヤレス|イヤホン|bluetooth|ヤホ|ﾔﾎﾝ"},
    {"ja", "カラスの置物", "黒い鳥", "カラス|置物|黒い"},
    {"zh", "苹果手机保护壳", "透明防摔，适用于 15 Pro", "手机|苹果|果手|保护壳|苹果手机|防摔"},
    {"zh", "茶叶礼盒", "龙井绿茶 250克", "茶叶|绿茶|龙井|礼盒|井绿茶"},
    {"zh", "電動牙刷", "智能感應", "牙刷|電動|智能|動牙刷"},
    {"zh", "不锈钢保温杯", "500毫升", "保温|温杯|不锈钢|毫升"},
    {"ko", "블루투스 이어폰", "무선충전 케이스", "이어폰|투스|무선|충전|어폰"},
    {"ko", "한국어교재", "초급자용", "한국|국어|교재|초급자용"},
    {"ko", "스테인리스텀블러", "보온보냉", "텀블러|보냉|리스텀|스테인리스"},
    {"th", "กางเกงยีนส์ผู้ชาย", "สีน้ำเงินเข้ม", "ยีนส์|กางเกง|ผู้ชาย|เงิน"},
    {"th", "เสื้อยืดผ้าฝ้าย", "สีขาว", "เสื้อ|ผ้าฝ้าย|ยืด|สีขาว"},
    {"th", "หมอนรองคอ", "นุ่มสบาย", "หมอน|รองคอ|นุ่ม"},
    {"vi", "Đèn bàn học", "ánh sáng vàng", "den ban|đèn bàn|ĐÈN BÀN|vang"},
    {"vi", "Áo dài lụa", "thêu tay, cỡ nhỏ", "ao dai|lụa|lua theu|áo dài"},
    {"da", "Smørrebrød-bræt", "egetræ fra Ærø", "smorrebrod|smørrebrød|aero|egetrae|SMØRREBRØD"},
    {"sv", "Kanelbulle i ask", "från Åland, sötad", "aland|Åland|sotad|sötad"},
    {"hu", "Őszibarack lekvár", "házi, tűzön főtt", "oszibarack|tuzon|TŰZÖN"},
    {"is", "Þórshamar hálsmen", "úr silfri, ðalur", "thorshamar|þórshamar|dalur|HÁLSMEN"},
    {"hi", "कमल की बाती", "पूजा सामग्री", "कमल|बाती"},
    {"xx", "ＦＵＬＬ－ＷＩＤＴＨ　Ｌａｍｐ", "①②③ ㎏", "full|lamp full|kg|ＬＡＭＰ"},
    {"xx", "ﬁne ﬂour", "Nº 5 ½", "fine|flour|ﬂour"},
};

/* Queries that find several products, or none. */
static const struct {
    const char *query, *names; /* in the order of ids, "|" between them */
} others[] = {
    {"ス", "ガラスのコップ|ﾜｲﾔﾚｽｲﾔﾎﾝ|カラスの置物"},
    {"保", "苹果手机保护壳|不锈钢保温杯"},
    {"手壳", ""},
    {"机手", ""},
    {"изба", ""},
    {"手机 绿茶", ""},
    {"strase", ""},
};

static void open_shop(void)
{
    struct import *import;
    enum import_outcome outcome;
    char slug[32];
    int32_t id;

    assert_true(store_create(path, false, "", reason, sizeof reason));
    assert_true(import_open(path, &import, reason, sizeof reason));
    assert_int_equal(import->methods->begin(import), IMPORT_OK);
    for (size_t i = 0; i < ARRAY_LENGTH(shop); i++) {
        const struct product product = {.slug = slug, .name = shop[i].name, .description = shop[i].description};
        snprintf(slug, sizeof slug, "p%zu", i + 1);
        assert_int_equal(import->methods->put_product(import, &product,
                                                      FIELD_SLUG | FIELD_NAME | FIELD_DESCRIPTION | FIELD_PRICE,
                                                      &outcome, &id),
                         IMPORT_OK);
        assert_int_equal(id, i + 1);
    }
    assert_int_equal(import->methods->commit(import, NULL, NULL), IMPORT_OK);
    import_close(import);
    assert_true(store_open(path, &store, reason, sizeof reason));
}

/* The names that a text finds by id, "|" between them. */
static const char *search(const char *text)
{
    const struct product_query query = {.sort = SORT_ID, .text = text, .limit = 250, .min_price = -1, .max_price = -1};
    struct product_page page;
    const char *names = "";

    assert_int_equal(store->methods->list(store, &query, &arena, &page), STORE_OK);
    for (size_t i = 0; i < page.products.count; i++)
        names = arena_print(&arena, "%s%s%s", names, i > 0 ? "|" : "", page.products.items[i].name);
    return names;
}

static void each_query_finds_its_product(void **state)
{
    size_t count = 0, missed = 0;

    (void)state;
    open_shop();
    for (size_t i = 0; i < ARRAY_LENGTH(shop); i++) {
        char queries[512];
        snprintf(queries, sizeof queries, "%s", shop[i].queries);
        for (char *query = strtok(queries, "|"); query != NULL; query = strtok(NULL, "|"), count++) {
            const char *found = search(query);
            if (strcmp(found, shop[i].name) != 0 && ++missed > 0)
                print_message("%s: %s: %s, not %s\n", shop[i].language, query, found, shop[i].name);
        }
    }
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++, count++)
        assert_string_equal(search(others[i].query), others[i].names);
    assert_int_equal(missed, 0);
    assert_true(count >= 200);
    assert_sound();
}

/* What SQLite's tokenizer alone finds is found. */
static void what_matched_before_still_matches(void **state)
{
    static const char before[] = "SELECT count(*) FROM product_search WHERE product_search MATCH "
                                 "'{title sku category_words description} : (\"%s\" *)' AND rowid = %zu";

    (void)state;
    open_shop();
    for (size_t i = 0; i < ARRAY_LENGTH(shop); i++) {
        char words[512];
        snprintf(words, sizeof words, "%s %s", shop[i].name, shop[i].description);
        for (char *word = strtok(words, " \"'"); word != NULL; word = strtok(NULL, " \"'")) {
            const char *found = ask(arena_print(&arena, before, word, i + 1));
            if (strcmp(found, "1") == 0 && strstr(search(word), shop[i].name) == NULL)
                fail_msg("%s", word);
            arena_reset(&arena);
        }
    }
}

/* What is passed over because SQLite's tokenizer does the same: each such character in a word, alone, and doubled. */
static void plain_texts_are_the_same_to_both(void **state)
{
    static const char terms[] = "SELECT group_concat(term, ' ') FROM (SELECT term FROM name_folded ORDER BY offset)";
    bool is_beginning;
    int count = 0;

    (void)state;
    assert_true(store_create(path, false, "", reason, sizeof reason));
    for (int point = 0x80; point < 0x2100; point++) {
        char letter[5] = "";
        if (point < 0x800)
            snprintf(letter, sizeof letter, "%c%c", 0xc0 | point >> 6, 0x80 | (point & 0x3f));
        else
            snprintf(letter, sizeof letter, "%c%c%c", 0xe0 | point >> 12, 0x80 | (point >> 6 & 0x3f),
                     0x80 | (point & 0x3f));
        if (!words_are_plain(letter, strlen(letter)))
            continue;
        const char *text = arena_print(&arena, "x%sy %s %s%s", letter, letter, letter, letter);
        assert_int_equal(change(arena_print(&arena,
                                            "INSERT INTO name_folding (name_folding) VALUES ('delete-all');"
                                            "INSERT INTO name_folding (rowid, name) VALUES (1, '%s')",
                                            text)),
                         SQLITE_OK);
        const char *folded = words_fold(text, strlen(text), &arena);
        assert_string_equal(words_list(folded, false, &is_beginning, &arena), ask(terms));
        count++;
    }
    assert_true(count > 300);
}

/* Programs that have only SQLite change rows as before; the next import adds what they cannot. */
static void rows_changed_by_hand_are_folded_by_the_next_import(void **state)
{
    struct import *import;

    (void)state;
    open_shop();
    assert_int_equal(change("INSERT INTO product (slug, name, price_in_cents) VALUES ('x', 'Größe 手机支架', 1);"
                            "UPDATE product SET name = 'Rasierapparat für Fuß' WHERE id = 1;"
                            "DELETE FROM product WHERE slug = 'p2'"),
                     SQLITE_OK);
    assert_sound();
    assert_string_equal(search("größe 手机"), "Größe 手机支架");
    assert_string_equal(search("支架"), "");
    assert_string_equal(search("rasierapparat fuß"), "Rasierapparat für Fuß");
    assert_string_equal(search("rasierapparat fuss"), "");
    assert_true(import_open(path, &import, reason, sizeof reason));
    assert_int_equal(import->methods->begin(import), IMPORT_OK);
    assert_int_equal(import->methods->commit(import, NULL, NULL), IMPORT_OK);
    import_close(import);
    assert_string_equal(search("支架"), "Größe 手机支架");
    assert_string_equal(search("rasierapparat fuss"), "Rasierapparat für Fuß");
    assert_string_equal(search("mens"), "");
    assert_string_equal(search("levis"), "");
    assert_sound();
}

static void categories_are_found_however_they_are_written(void **state)
{
    struct import *import;
    enum import_outcome outcome;

    (void)state;
    open_shop();
    assert_int_equal(change("INSERT INTO category (slug, name) VALUES ('a', 'Straßen'), ('b', 'Nothing');"
                            "INSERT INTO product_category VALUES (1, 'a'), (2, 'b')"),
                     SQLITE_OK);
    assert_true(import_open(path, &import, reason, sizeof reason));
    assert_int_equal(import->methods->begin(import), IMPORT_OK);
    assert_int_equal(import->methods->put_category(import, "b", "Łąki 手机架", "", &outcome), IMPORT_OK);
    assert_int_equal(import->methods->commit(import, NULL, NULL), IMPORT_OK);
    import_close(import);
    assert_string_equal(search("strassen rain"), "Men's rain jacket");
    assert_string_equal(search("laki"), "Levi's 501 jeans");
    assert_string_equal(search("机架"), "Levi's 501 jeans");
    assert_sound();
}

static void a_title_is_worth_more_than_a_description(void **state)
{
    const struct product_query query = {
        .sort = SORT_RANK, .text = "绿茶", .limit = 250, .min_price = -1, .max_price = -1};
    struct product_page page;
    struct import *import;

    (void)state;
    open_shop();
    assert_int_equal(change("INSERT INTO product (slug, name, price_in_cents) VALUES ('x', '茉莉绿茶', 1)"), SQLITE_OK);
    assert_true(import_open(path, &import, reason, sizeof reason));
    assert_int_equal(import->methods->begin(import), IMPORT_OK);
    assert_int_equal(import->methods->commit(import, NULL, NULL), IMPORT_OK);
    import_close(import);
    assert_int_equal(store->methods->list(store, &query, &arena, &page), STORE_OK);
    assert_int_equal(page.products.count, 2);
    assert_string_equal(page.products.items[0].name, "茉莉绿茶");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_query_finds_its_product),
        TEST(what_matched_before_still_matches),
        TEST(plain_texts_are_the_same_to_both),
        TEST(rows_changed_by_hand_are_folded_by_the_next_import),
        TEST(categories_are_found_however_they_are_written),
        TEST(a_title_is_worth_more_than_a_description),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
