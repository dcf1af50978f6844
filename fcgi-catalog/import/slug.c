/* SPDX-License-Identifier: MIT */
/* Slugs made of names. */
#include "fcgi-catalog/import/slug.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "common/compiler.h"

/* ---- Letters ---- */

/* Small letters that are no letter of a-z with marks. Those of Cyrillic are as in passports (ICAO 9303), with y for й,
 * ы and within ю and я; those of Greek as in ISO 843, without marks. */
static const struct letter {
    utf8proc_int32_t point;
    char latin[5];
} letters[] = {
    {0x00e6, "ae"}, {0x00f0, "d"},  {0x00f8, "o"},  {0x00fe, "th"}, {0x0111, "d"},    {0x0127, "h"}, {0x0131, "i"},
    {0x0138, "k"},  {0x0142, "l"},  {0x014b, "n"},  {0x0153, "oe"}, {0x0167, "t"},    {0x0180, "b"}, {0x0188, "c"},
    {0x0192, "f"},  {0x0199, "k"},  {0x01b4, "y"},  {0x01b6, "z"},  {0x01dd, "e"},    {0x01e5, "g"}, {0x0253, "b"},
    {0x0254, "o"},  {0x0256, "d"},  {0x0257, "d"},  {0x0259, "e"},  {0x025b, "e"},    {0x0260, "g"}, {0x0263, "g"},
    {0x0268, "i"},  {0x0272, "n"},  {0x0292, "z"}, /* α */
    {0x03b1, "a"},  {0x03b2, "v"},  {0x03b3, "g"},  {0x03b4, "d"},  {0x03b5, "e"},    {0x03b6, "z"}, {0x03b7, "i"},
    {0x03b8, "th"}, {0x03b9, "i"},  {0x03ba, "k"},  {0x03bb, "l"},  {0x03bc, "m"},    {0x03bd, "n"}, {0x03be, "x"},
    {0x03bf, "o"},  {0x03c0, "p"},  {0x03c1, "r"},  {0x03c2, "s"},  {0x03c3, "s"},    {0x03c4, "t"}, {0x03c5, "y"},
    {0x03c6, "f"},  {0x03c7, "ch"}, {0x03c8, "ps"}, {0x03c9, "o"}, /* а */
    {0x0430, "a"},  {0x0431, "b"},  {0x0432, "v"},  {0x0433, "g"},  {0x0434, "d"},    {0x0435, "e"}, {0x0436, "zh"},
    {0x0437, "z"},  {0x0438, "i"},  {0x0439, "y"},  {0x043a, "k"},  {0x043b, "l"},    {0x043c, "m"}, {0x043d, "n"},
    {0x043e, "o"},  {0x043f, "p"},  {0x0440, "r"},  {0x0441, "s"},  {0x0442, "t"},    {0x0443, "u"}, {0x0444, "f"},
    {0x0445, "kh"}, {0x0446, "ts"}, {0x0447, "ch"}, {0x0448, "sh"}, {0x0449, "shch"}, {0x044a, "a"}, {0x044b, "y"},
    {0x044c, ""},   {0x044d, "e"},  {0x044e, "yu"}, {0x044f, "ya"}, /* ђ */
    {0x0452, "dj"}, {0x0454, "ye"}, {0x0455, "dz"}, {0x0456, "i"},  {0x0457, "yi"},   {0x0458, "j"}, {0x0459, "lj"},
    {0x045a, "nj"}, {0x045b, "c"},  {0x045f, "dz"}, {0x0463, "e"},  {0x0491, "g"},    {0x0493, "g"}, {0x0497, "j"},
    {0x049b, "k"},  {0x04a1, "k"},  {0x04a3, "n"},  {0x04af, "u"},  {0x04b1, "u"},    {0x04b3, "h"}, {0x04b7, "ch"},
    {0x04bb, "h"},  {0x04d9, "a"},  {0x04e9, "o"},
};

enum { HARD_SIGN = 0x044a, UPSILON = 0x03c5, OMICRON = 0x03bf };

static int compare_letter(const void *point, const void *letter)
{
    return *(const utf8proc_int32_t *)point - ((const struct letter *)letter)->point;
}

/* A text that is being transliterated: a-z and 0-9, and a blank for anything else. */
struct latin {
    char *bytes;
    size_t length;
    utf8proc_int32_t before; /* the letter before the present one */
    bool lacks_letters;      /* some were left out */
};

static void put(struct latin *latin, const char *text)
{
    while (*text != '\0')
        latin->bytes[latin->length++] = *text++;
}

/* The sign stands before these vowels in Russian, and is silent; elsewhere it is Bulgarian's vowel. */
static bool is_behind_silent_sign(utf8proc_int32_t point)
{
    return point == 0x0435 || point == 0x0451 || point == 0x044e || point == 0x044f;
}

/* ---- Kana ---- */

enum { KANA = 0x3041, KATAKANA = 0x30a1, SMALL_TSU = 0x3063, LONG_KANA = 0x30fc };

/* From ぁ and ァ on, as Hepburn; long vowels stay as they are written, so that different words stay different. */
static const char *const kana[] = {
    "a",  "a",  "i",  "i",  "u",   "u",  "e",  "e",  "o",  "o",  "ka", "ga", "ki", "gi", "ku",  "gu", "ke", "ge",
    "ko", "go", "sa", "za", "shi", "ji", "su", "zu", "se", "ze", "so", "zo", "ta", "da", "chi", "ji", "",   "tsu",
    "zu", "te", "de", "to", "do",  "na", "ni", "nu", "ne", "no", "ha", "ba", "pa", "hi", "bi",  "pi", "fu", "bu",
    "pu", "he", "be", "pe", "ho",  "bo", "po", "ma", "mi", "mu", "me", "mo", "ya", "ya", "yu",  "yu", "yo", "yo",
    "ra", "ri", "ru", "re", "ro",  "wa", "wa", "i",  "e",  "o",  "n",  "vu", "ka", "ke"};

static bool is_small_vowel(utf8proc_int32_t point)
{
    return (point >= KANA && point < KANA + 10 && (point - KANA) % 2 == 0) || point == 0x3083 || point == 0x3085 ||
           point == 0x3087; /* ぁ to ぉ, ゃ, ゅ and ょ */
}

/* What stands for a kana behind that before it. A small one takes the place of the vowel: "ki" and "ya" are "kya",
 * "shi" and "ya" "sha", "hi" and "ya" "hya", "fu" and "a" "fa", "u" and "i" "wi". A small tsu doubles the consonant
 * behind it. */
static void put_syllable(struct latin *latin, utf8proc_int32_t point)
{
    const char *text = kana[point - KANA];
    bool is_behind_kana = latin->before >= KANA && latin->before < KATAKANA && latin->length > 0;

    if (is_behind_kana && latin->before == SMALL_TSU && text[0] != '\0' && strchr("aiueon", text[0]) == NULL) {
        put(latin, (char[]){text[0] == 'c' ? 't' : text[0], '\0'});
    } else if (is_behind_kana && latin->before != SMALL_TSU && is_small_vowel(point)) {
        const char *before = kana[latin->before - KANA];
        if (latin->before == KANA + 5) /* う */
            latin->bytes[latin->length - 1] = 'w';
        else
            latin->length--;
        text += text[0] == 'y' && (before[0] == 'j' || before[1] == 'h'); /* ji; shi and chi, but not hi */
    }
    put(latin, text);
}

/* In hiragana or katakana. False: it is none. */
static bool put_kana(struct latin *latin, utf8proc_int32_t point)
{
    if (point == LONG_KANA && latin->length > 0) {
        put(latin, (char[]){latin->bytes[latin->length - 1], '\0'});
        return true;
    }
    if (point >= KATAKANA)
        point -= KATAKANA - KANA;
    if (point < KANA || point >= KANA + (utf8proc_int32_t)ARRAY_LENGTH(kana))
        return false;
    put_syllable(latin, point);
    latin->before = point;
    return true;
}

/* ---- Hangul ---- */

/* Syllables of an initial, a vowel and a final, if any (Unicode, 3.12). */
enum { HANGUL = 0xac00, HANGUL_VOWELS = 21, HANGUL_FINALS = 28 };

/* As the Revised Romanization writes letter by letter (3.8), which keeps apart nearly all that is spelt apart: "가을"
 * is "ga-eul", "개울" "gae-ul". */
static bool put_hangul(struct latin *latin, utf8proc_int32_t point)
{
    static const char *const initials[] = {"g",  "kk", "n", "d",  "tt", "r", "m", "b", "pp", "s",
                                           "ss", " ",  "j", "jj", "ch", "k", "t", "p", "h"};
    static const char *const vowels[] = {"a",  "ae", "ya", "yae", "eo", "e",  "yeo", "ye", "o",  "wa", "wae",
                                         "oe", "yo", "u",  "wo",  "we", "wi", "yu",  "eu", "ui", "i"};
    static const char *const finals[] = {"",   "g",  "kk", "gs", "n",  "nj", "nh", "d", "l",  "lg",
                                         "lm", "lb", "ls", "lt", "lp", "lh", "m",  "b", "bs", "s",
                                         "ss", "ng", "j",  "ch", "k",  "t",  "p",  "h"};
    utf8proc_int32_t number = point - HANGUL;

    if (number < 0 || number >= (utf8proc_int32_t)ARRAY_LENGTH(initials) * HANGUL_VOWELS * HANGUL_FINALS)
        return false;
    put(latin, initials[number / HANGUL_FINALS / HANGUL_VOWELS]);
    put(latin, vowels[number / HANGUL_FINALS % HANGUL_VOWELS]);
    put(latin, finals[number % HANGUL_FINALS]);
    latin->before = point;
    return true;
}

/* ---- Letters of any script ---- */

/* A small letter or a digit in Latin. False: there is no table that has it. */
static bool put_letter(struct latin *latin, utf8proc_int32_t point)
{
    const struct letter *letter = bsearch(&point, letters, ARRAY_LENGTH(letters), sizeof *letters, compare_letter);
    bool is_plain = (point >= 'a' && point <= 'z') || (point >= '0' && point <= '9');

    if (letter == NULL && !is_plain)
        return put_kana(latin, point) || put_hangul(latin, point);
    if (latin->before == HARD_SIGN && is_behind_silent_sign(point))
        latin->length--;
    if (is_plain)
        put(latin, (char[]){(char)point, '\0'});
    else
        put(latin, point == UPSILON && latin->before == OMICRON ? "u" : letter->latin);
    latin->before = point;
    return true;
}

/* Marks on a letter do not count. */
static void put_point(struct latin *latin, utf8proc_int32_t point)
{
    utf8proc_int32_t parts[8];
    int boundary = 0;

    if (put_letter(latin, point))
        return;
    utf8proc_ssize_t count = utf8proc_decompose_char(point, parts, ARRAY_LENGTH(parts), UTF8PROC_DECOMPOSE, &boundary);
    for (utf8proc_ssize_t i = 0; i < count && i < (utf8proc_ssize_t)ARRAY_LENGTH(parts); i++) {
        utf8proc_category_t category = utf8proc_category(parts[i]);
        bool is_mark = category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
        bool is_letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO && !is_mark;
        if (is_mark || put_letter(latin, parts[i]))
            continue;
        latin->lacks_letters = latin->lacks_letters || is_letter;
        latin->before = 0;
        put(latin, " ");
    }
}

/* ---- Slugs ---- */

/* The letters of a-z, in small ones, digits and, for each run of anything between them, a hyphen. */
static const char *hyphenate(const char *text, size_t length, size_t max, struct arena *arena)
{
    char *slug = arena_get(arena, max + 1);
    size_t used = 0;
    bool is_behind_gap = false;

    for (size_t i = 0; i < length; i++) {
        char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
            is_behind_gap = used > 0;
            continue;
        }
        if (used + is_behind_gap + 1 > max)
            break;
        if (is_behind_gap)
            slug[used++] = '-';
        slug[used++] = c;
        is_behind_gap = false;
    }
    slug[used] = '\0';
    return slug;
}

/* Most texts are ASCII, which nothing has to be folded in. */
static bool is_ascii(const char *text)
{
    while (*text != '\0' && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}

/* The text with its case folded, in `form`; NULL: it is not UTF-8. To be freed. */
static char *fold(const char *text, utf8proc_option_t form, size_t *length)
{
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t result =
        utf8proc_map((const utf8proc_uint8_t *)text, 0, &folded,
                     UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | form);

    *length = result > 0 ? (size_t)result : 0;
    return (char *)folded;
}

const char *slug_make_before(const char *text, size_t max, struct arena *arena)
{
    if (is_ascii(text))
        return hyphenate(text, strlen(text), max, arena);
    size_t length;
    char *folded = fold(text, UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK, &length);
    const char *slug = hyphenate(folded, length, max, arena);

    free(folded);
    return slug;
}

uint64_t slug_checksum(const char *text)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);

    for (; *text != '\0'; text++)
        sum = (sum ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return sum;
}

const char *slug_make(const char *text, size_t max, struct arena *arena)
{
    const char *plain = is_ascii(text) ? hyphenate(text, strlen(text), max, arena) : "";
    if (plain[0] != '\0')
        return plain;
    size_t length;
    char *folded = fold(text, UTF8PROC_COMPOSE, &length);
    /* A letter gives no more than four times its bytes; a character that decomposes has no more parts than bytes. */
    struct latin latin = {.bytes = arena_get(arena, length * 4 + 1)};
    utf8proc_int32_t point;

    for (size_t i = 0; i < length;) {
        utf8proc_ssize_t size =
            utf8proc_iterate((const utf8proc_uint8_t *)folded + i, (utf8proc_ssize_t)(length - i), &point);
        if (size <= 0)
            break;
        put_point(&latin, point);
        i += (size_t)size;
    }
    const char *slug = hyphenate(latin.bytes, latin.length, max, arena);
    if (length > 0 && (latin.lacks_letters || slug[0] == '\0')) {
        const char *sum = arena_print(arena, "x%016" PRIx64, slug_checksum(folded));
        slug = slug_join(hyphenate(latin.bytes, latin.length, max - strlen(sum) - 1, arena), sum, max, arena);
    }
    free(folded);
    return slug;
}

#define CHECKSUM_SIZE (sizeof "-00000000" - 1)

/* FNV-1a, of 32 bits: slugs that shops have are cut by it. */
static uint32_t checksum_of_cut(const char *text)
{
    uint32_t sum = UINT32_C(0x811c9dc5);

    for (; *text != '\0'; text++)
        sum = (sum ^ (unsigned char)*text) * UINT32_C(0x01000193);
    return sum;
}

const char *slug_join(const char *first, const char *second, size_t max, struct arena *arena)
{
    const char *whole = first[0] == '\0'    ? second
                        : second[0] == '\0' ? first
                                            : arena_print(arena, "%s-%s", first, second);

    if (strlen(whole) <= max)
        return whole;
    size_t kept = max - CHECKSUM_SIZE;
    while (kept > 0 && whole[kept - 1] == '-')
        kept--;
    return arena_print(arena, "%.*s-%08" PRIx32, (int)kept, whole, checksum_of_cut(whole));
}
