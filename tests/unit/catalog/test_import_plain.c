/* SPDX-License-Identifier: MIT */
/* Exports of PrestaShop, Magento, Wix, Etsy, Square and BigCommerce: what becomes of every cell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "import_harness.h"

/* That the file is of this format, with these rows, columns passed over and products that are not on sale or without a
 * price. */
#define assert_export(text, expected_format, expected_rows, expected_passed_over, hidden_count, unpriced_count)        \
    do {                                                                                                               \
        assert_rows(text, expected_rows);                                                                              \
        struct taken whole = take_text(text);                                                                          \
        assert_int_equal(whole.format, expected_format);                                                               \
        assert_string_equal(whole.passed_over, expected_passed_over);                                                  \
        assert_int_equal(whole.counts.hidden, hidden_count);                                                           \
        assert_int_equal(whole.counts.unpriced, unpriced_count);                                                       \
        taken_release(&whole);                                                                                         \
    } while (0)

static void prestashop_list_has_its_place(void **state)
{
    (void)state;
    assert_export("\"Product ID\";Image;Name;Reference;Category;\"Price (tax excl.)\";\"Price (tax "
                  "incl.)\";Quantity;Status;Position\n"
                  "1;https://p.test/1-small/x.jpg;Tasse;T-1;Home;\"10,00 €\";\"12,00 €\";3;1;0\n"
                  "2;--;Alt;T-2;Art;\"5,00 €\";\"6,00 €\";0;0;1\n",
                  IMPORT_PRESTASHOP,
                  "2 "
                  "sku=T-1;slug=tasse;name=Tasse;price=1200;currency=EUR;categories=;image=https://p.test/1-small/"
                  "x.jpg[];stock=in-stock;\n"
                  "3 not on sale;sku=T-2;\n",
                  "Price (tax excl.)|Position", 1, 0);
}

static void prestashop_import_file_has_its_place(void **state)
{
    (void)state;
    assert_export(
        "Product ID;Active (0/1);Name *;Categories (x,y,z...);Price tax excluded;Discount amount;Discount "
        "percent;Discount from (yyyy-mm-dd);Discount to (yyyy-mm-dd);Reference "
        "#;Manufacturer;Quantity;Visibility;Summary;Description;Tags (x,y,z...);URL rewritten;Image URLs (x,y,z...)\n"
        "1;1;Bluse;Home/Kleider/"
        "Blusen,Neu;24,90;;10;2025-12-01;2026-01-01;B-1;Acme;-1;both;Kurz;;rot,neu;bluse-rot;https://p.test/a,b.jpg, "
        "https://p.test/2.jpg\n"
        "2;1;Rock;Home;20;5;;0000-00-00;0000-00-00;R-1;;7;catalog;Kurz;<p>Lang</p>;;;\n"
        "3;1;Hut;;20;5;;2026-01-02;;H-1;;7;search;;;;;\n"
        "4;1;Weg;;20;;;;;W-1;;7;none;;;;;\n",
        IMPORT_PRESTASHOP,
        "2 "
        "sku=B-1;slug=bluse-rot;name=Bluse;description=Kurz;price=2241;categories=kleider-blusen|neu;(kleider:Kleider<?"
        ")(kleider-blusen:Blusen<kleider)(neu:Neu<?)tags=rot|neu|Acme;image=https://p.test/a,b.jpg[];image=https://"
        "p.test/2.jpg[];stock=out-of-stock;compare=2490;\n"
        "3 "
        "sku=R-1;slug=rock;name=Rock;description=Lang;price=1500;categories=;tags=;image=;stock=in-stock;compare=2000;"
        "\n"
        "4 sku=H-1;slug=hut;name=Hut;description=;price=2000;categories=;tags=;image=;stock=in-stock;compare=0;\n"
        "5 not on sale;sku=W-1;\n",
        "Summary", 1, 0);
}

static void magento_variations_find_their_product(void **state)
{
    (void)state;
    assert_export("sku,store_view_code,attribute_set_code,product_type,categories,name,description,short_description,"
                  "product_online,visibility,price,special_price,special_price_from_date,special_price_to_date,url_key,"
                  "base_image,additional_images,msrp_price,qty,is_in_stock,configurable_variations\n"
                  "H-S,,Top,simple,Default Category/Men,Hoodie-S,,,1,Not Visible "
                  "Individually,52.00,,,,hoodie-s,/h/s.jpg,,,10,1,\n"
                  "H,,Top,configurable,\"Default Category/Men/Hoodies,Default "
                  "Category/Sale\",Hoodie,<p>Warm</p>,Kurz,1,\"Catalog, "
                  "Search\",,,,,hero-hoodie,https://m.test/h.jpg,\"https://m.test/2.jpg,https://m.test/"
                  "3.jpg\",,0,1,\"sku=H-S,size=S,color=Red|sku=H-M,size=M,color=Red|sku=H-L,size=L,color=Red\"\n"
                  "H-M,,Top,simple,,Hoodie-M,,,1,Not Visible Individually,54.00,50,12/1/25,\"1/1/26, 12:00 "
                  "AM\",hoodie-m,,,,0,0,\n"
                  "H-L,,Top,simple,,Hoodie-L,,,2,Not Visible Individually,54.00,,,,hoodie-l,,,,0,0,\n"
                  "H,de,Top,,,Kapuze,,,,,,,,,,,,,,,\n"
                  "B,,Bag,simple,Default Category|Default Category/Gear,Bag,,Short,1,Catalog,34,,,,bag,,,40,3,1,\n"
                  "X,,Bag,simple,,Lonely,,,1,Not Visible Individually,34,,,,x,,,,3,1,\n"
                  "G,,Bag,grouped,,Set,,,1,Search,,,,,set,,,,3,1,\n",
                  IMPORT_MAGENTO,
                  "2 sku=H-S;slug=hero-hoodie-s-red;name=Hoodie - S / "
                  "Red;description=Warm;price=5200;categories=men-hoodies|sale;(men:Men<?)(men-hoodies:Hoodies<men)("
                  "sale:Sale<?)image=https://m.test/h.jpg[];image=https://m.test/2.jpg[];image=https://m.test/"
                  "3.jpg[];stock=in-stock;compare=0;\n"
                  "4 sku=H-M;slug=hero-hoodie-m-red;name=Hoodie - M / "
                  "Red;description=Warm;price=5000;categories=men-hoodies|sale;(men:Men<?)(men-hoodies:Hoodies<men)("
                  "sale:Sale<?)image=https://m.test/h.jpg[];image=https://m.test/2.jpg[];image=https://m.test/"
                  "3.jpg[];stock=out-of-stock;compare=5400;\n"
                  "5 not on sale;sku=H-L;slug=hero-hoodie-l-red;\n"
                  "7 "
                  "sku=B;slug=bag;name=Bag;description=Short;price=3400;categories=gear;(gear:Gear<?)image=;stock=in-"
                  "stock;compare=4000;\n"
                  "8 not on sale;sku=X;slug=x;\n",
                  "short_description|base_image|qty", 2, 1);
}

static void wix_variants_have_surcharges_and_discounts(void **state)
{
    (void)state;
    assert_export(
        "handleId,fieldType,name,description,productImageUrl,collection,sku,ribbon,price,surcharge,visible,"
        "discountMode,discountValue,inventory,weight,productOptionName1,productOptionType1,productOptionDescription1,"
        "productOptionName2,productOptionDescription2,brand\n"
        "p1,Product,Tee,<p>Soft</p>,a1~mv2.jpg;https://x.test/"
        "2.jpg,Shirts;Sale,TEE,New,20.00,,TRUE,PERCENT,12.5,InStock,1,Color,COLOR,#ff0000:Red;#0000ff:Blue,Size,S;L,"
        "Acme\n"
        "p1,Variant,,,,,TEE-RS,,,0,,,,3,,,,#ff0000:Red,,S,\n"
        "p1,Variant,,,,,TEE-BL,,,2.50,,,,OutOfStock,,,,#0000ff:Blue,,L,\n"
        "p2,Product,Mug,,,,MUG,,5,,true,AMOUNT,1.50,0,,,,,,,\n"
        "p3,Product,Old,,,,OLD,,5,,false,PERCENT,0,InStock,,,,,,,\n"
        "p4,Product,Part,,,,,,5,,true,,,InStock,,Size,DROP_DOWN,S;L,,,\n"
        "p4,Variant,,,,,PART-S,,,,true,,,1,,,,S,,,\n"
        "p4,Variant,,,,,PART-L,,,,false,,,1,,,,L,,,\n",
        IMPORT_WIX,
        "3 sku=TEE-RS;slug=tee-red-s;name=Tee - Red / "
        "S;description=Soft;price=1750;categories=shirts|sale;(shirts:Shirts<?)(sale:Sale<?)tags=New|Acme;image=https:/"
        "/static.wixstatic.com/media/a1~mv2.jpg[];image=https://x.test/2.jpg[];stock=in-stock;compare=2000;\n"
        "4 sku=TEE-BL;slug=tee-blue-l;name=Tee - Blue / "
        "L;description=Soft;price=1969;categories=shirts|sale;(shirts:Shirts<?)(sale:Sale<?)tags=New|Acme;image=https:/"
        "/static.wixstatic.com/media/a1~mv2.jpg[];image=https://x.test/2.jpg[];stock=out-of-stock;compare=2250;\n"
        "5 sku=MUG;slug=mug;name=Mug;description=;price=350;categories=;tags=;image=;stock=out-of-stock;compare=500;\n"
        "6 not on sale;sku=OLD;\n"
        "8 sku=PART-S;slug=part-s;name=Part - "
        "S;description=;price=500;categories=;tags=;image=;stock=in-stock;compare=0;\n"
        "9 not on sale;sku=PART-L;\n",
        "weight|productOptionName1|productOptionType1|productOptionName2", 2, 0);
}

static void etsy_listing_has_its_place(void **state)
{
    (void)state;
    assert_export(
        "TITLE,DESCRIPTION,PRICE,CURRENCY_CODE,QUANTITY,TAGS,MATERIALS,IMAGE1,IMAGE2,VARIATION 1 TYPE,VARIATION 1 "
        "NAME,VARIATION 1 VALUES,SKU\n"
        "Fern print,\"Two\n"
        "lines &amp; "
        "more\",16.00,EUR,5,\"wall_art,leaf\",paper,https://i.etsy.test/1.jpg,https://i.etsy.test/"
        "2.jpg,Size,Size,\"A4,A3\",FERN-1\n"
        "Mug,One line,20,EUR,0,,,,,,,,\n",
        IMPORT_ETSY,
        "2 sku=FERN-1;slug=fern-print;name=Fern print;description=Two\n"
        "lines & more;price=1600;currency=EUR;tags=wall "
        "art|leaf;image=https://i.etsy.test/1.jpg[];image=https://i.etsy.test/2.jpg[];stock=in-stock;\n"
        "4 sku=;slug=mug;name=Mug;description=One line;price=2000;currency=EUR;tags=;image=;stock=out-of-stock;\n",
        "MATERIALS|VARIATION 1 TYPE|VARIATION 1 NAME|VARIATION 1 VALUES", 0, 0);
}

static void square_variations_are_of_one_item(void **state)
{
    (void)state;
    assert_export(
        "Reference Handle,Token,Item Name,Variation Name,SKU,Description,Categories,Reporting "
        "Category,Permalink,Square Online Item Visibility,Item Type,Price,Online Sale Price,Archived,Current Quantity "
        "Main\n"
        "#latte,T1,Latte,Small,L-S,Milk,\"Drinks > Coffee, Hot\",Coffee,the-latte,visible,Prepared food,3.50,,N,4\n"
        "#latte,T2,Latte,Large,L-L,Milk,\"Drinks > Coffee, Hot\",Coffee,the-latte,visible,Prepared food,4.50,4.00,N,\n"
        ",T3,Tea,Regular,TEA,,,,,hidden,,2,,N,\n"
        ",T4,Cake,Regular,CAKE,,,,,visible,,variable,,N,\n"
        ",T5,Scone,Regular,SC,,,,,visible,,2.20,,Y,\n"
        ",T6,Bun,Regular,BUN,<b>Sweet</b>,,,,unavailable,,2.20,,N,\n"
        ",T7,Roll,Regular,ROLL,<b>Sweet</b>,,,,,,2.20,,,\n",
        IMPORT_SQUARE,
        "2 sku=L-S;slug=the-latte-small;name=Latte - "
        "Small;description=Milk;price=350;categories=drinks-coffee|hot;(drinks:Drinks<?)(drinks-coffee:Coffee<drinks)("
        "hot:Hot<?)compare=0;\n"
        "3 sku=L-L;slug=the-latte-large;name=Latte - "
        "Large;description=Milk;price=400;categories=drinks-coffee|hot;(drinks:Drinks<?)(drinks-coffee:Coffee<drinks)("
        "hot:Hot<?)compare=450;\n"
        "4 not on sale;sku=TEA;\n"
        "6 not on sale;sku=SC;\n"
        "7 not on sale;sku=BUN;\n"
        "8 sku=ROLL;slug=roll;name=Roll;description=Sweet;price=220;categories=;compare=0;\n",
        "Reporting Category|Item Type|Current Quantity Main", 3, 1);
}

static void square_variation_has_no_price_of_another(void **state)
{
    (void)state;
    assert_export("Token,Item Name,Variation Name,SKU,Price,Online Sale Price,Square Online Item Visibility,Archived\n"
                  "a,Shirt,Small,S1,10.00,8.00,visible,N\n"
                  "b,Shirt,Large,S2,20.00,,visible,N\n"
                  "c,Shirt,Custom,S3,,,visible,N\n",
                  IMPORT_SQUARE,
                  "2 sku=S1;slug=shirt-small;name=Shirt - Small;price=800;compare=1000;\n"
                  "3 sku=S2;slug=shirt-large;name=Shirt - Large;price=2000;compare=0;\n",
                  "", 0, 1);
}

static void variant_with_a_price_has_no_sale_of_its_product(void **state)
{
    (void)state;
    assert_export("Item,ID,Name,SKU,Options,Price,Sale Price,Inventory Tracking,Is Visible\n"
                  "Product,7,Shirt,SH,,20,15,none,TRUE\n"
                  "Variant,71,,SH-R,Name=Color|Value=Red,50,,,\n"
                  "Variant,72,,SH-B,Name=Color|Value=Blue,,,,\n",
                  IMPORT_BIGCOMMERCE,
                  "3 sku=SH-R;slug=shirt-red;name=Shirt - Red;price=5000;compare=0;\n"
                  "4 sku=SH-B;slug=shirt-blue;name=Shirt - Blue;price=1500;compare=2000;\n",
                  "", 0, 0);
}

static void bigcommerce_first_export_has_its_place(void **state)
{
    (void)state;
    assert_export(
        "Item Type,Product ID,Product Name,Product Code/SKU,Brand Name,Product Description,Price,Retail Price,Sale "
        "Price,Product Visible?,Track Inventory,Current Stock Level,Category,Product Image File - 1,Product Image URL "
        "- 1,Product Image URL - 2\n"
        "Product,7,Shirt,SH,Acme,<p>Soft</p>,20.00,0.00,15.00,Y,by "
        "option,0,Shop/Shirts;Sale,s/1.jpg,https://b.test/1.jpg,https://b.test/2.jpg\n"
        "  SKU,71,\"[S]Color=Red,[RB]Size=L, wide\",SH-R,,,,,,,,3,,,,\n"
        "  SKU,72,\"[S]Color=Blue,[RB]Size=M\",SH-B,,,,,,,,0,,,,\n"
        "  Rule,73,[S]Color=Red,,,,[ADD]5,,,,,,,,,\n"
        "Product,8,Mug,MUG,,,5,7,0.00,Y,none,0,,,,\n"
        "Product,9,Gone,GONE,,,5,0,0,N,by product,4,,,,\n",
        IMPORT_BIGCOMMERCE,
        "3 sku=SH-R;slug=shirt-red-l-wide;name=Shirt - Red / L, "
        "wide;description=Soft;price=1500;categories=shop-shirts|sale;(shop:Shop<?)(shop-shirts:Shirts<shop)(sale:Sale<"
        "?)tags=Acme;image=https://b.test/1.jpg[];image=https://b.test/2.jpg[];stock=in-stock;compare=2000;\n"
        "4 sku=SH-B;slug=shirt-blue-m;name=Shirt - Blue / "
        "M;description=Soft;price=1500;categories=shop-shirts|sale;(shop:Shop<?)(shop-shirts:Shirts<shop)(sale:Sale<?)"
        "tags=Acme;image=https://b.test/1.jpg[];image=https://b.test/2.jpg[];stock=out-of-stock;compare=2000;\n"
        "6 sku=MUG;slug=mug;name=Mug;description=;price=500;categories=;tags=;image=;stock=in-stock;compare=700;\n"
        "7 not on sale;sku=GONE;\n",
        "Product Image File - 1", 1, 0);
}

static void bigcommerce_present_export_has_its_place(void **state)
{
    (void)state;
    assert_export("Item,ID,Name,Type,SKU,Options,Inventory Tracking,Current Stock,Price,Retail Price,Sale "
                  "Price,Categories,Description,Is Visible,Image URL (Import)\n"
                  "Product,7,Shirt,physical,SH,,variant,0,20,0,0,23;24,Soft,TRUE,\n"
                  "Variant,71,,,SH-R,Type=Rectangle|Name=Color|Value=Red,,3,22,,,,,,\n"
                  "Variant,72,,,SH-B,Type=Rectangle|Name=Color|Value=Blue,,0,,,,,,,\n"
                  "Image,5,,,,,,,,,,,,,https://b.test/1.jpg\n"
                  "Product,8,Mug,physical,MUG,,none,0,5,0,4,,,FALSE,\n",
                  IMPORT_BIGCOMMERCE,
                  "3 sku=SH-R;slug=shirt-red;name=Shirt - "
                  "Red;description=Soft;price=2200;image=https://b.test/1.jpg[];stock=in-stock;compare=0;\n"
                  "4 sku=SH-B;slug=shirt-blue;name=Shirt - "
                  "Blue;description=Soft;price=2000;image=https://b.test/1.jpg[];stock=out-of-stock;compare=0;\n"
                  "6 not on sale;sku=MUG;\n",
                  "Type|Categories", 1, 0);
}

static void wix_cells_that_cannot_be_read_are_told(void **state)
{
    (void)state;
    assert_fault("handleId,fieldType,name,price,surcharge,visible,discountMode,discountValue,inventory\n"
                 "a,Product,A,5,,maybe,PERCENT,120,many\n"
                 "b,Thing,B,5,,,,,\n"
                 "c,Product,C,5,,,,,\n"
                 "c,Product,C,5,,,,,\n"
                 "d,Product,D,5,,,,,\n"
                 "d,Variant,,,x,,,,\n",
                 "",
                 "2:6 visible is \"maybe\"; true, false are allowed, in small letters or capitals\n"
                 "2:8 discountValue is \"120\"; 0 to 100 per cent are allowed\n"
                 "2:9 inventory is \"many\"; a number, in stock, out of stock and preorder are allowed\n"
                 "3:2 fieldType is \"Thing\"; product, variant are allowed\n"
                 "5:0 the product was there before, on line 4; once is allowed\n"
                 "7:5 surcharge is \"x\"; an amount of 0 or more is allowed\n");
}

static void magento_cells_that_cannot_be_read_are_told(void **state)
{
    (void)state;
    assert_fault(
        "sku,attribute_set_code,product_type,name,price,special_price,special_price_from_date,special_price_to_date\n"
        "a,D,simple,A,5,4,soon,\n"
        "b,D,simple,B,\"1,299\",,,\n"
        "c,D,simple,,5,,,\n",
        "",
        "2:7 the date is \"soon\"; a day, as 2026-01-31, or a time of ISO 8601 is allowed\n"
        "3:5 the price is \"1,299\", which may be 1299 or 1.299; a price with two decimals, as 1299.00, is clear\n"
        "4:4 name is empty; a product's first row has one\n");
}

static void magento_file_without_names_is_refused(void **state)
{
    (void)state;
    static const char text[] = "sku,attribute_set_code,product_type,price\na,D,simple,5\n";
    struct taken taken = take_bytes(IMPORT_MAGENTO, 2, text, strlen(text), 4096);
    assert_string_equal(taken.faults, "1:0 the header lacks sku, product_type, attribute_set_code or name; Magento's "
                                      "product export has them all\n");
    taken_release(&taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prestashop_list_has_its_place),
        cmocka_unit_test(prestashop_import_file_has_its_place),
        cmocka_unit_test(magento_variations_find_their_product),
        cmocka_unit_test(wix_variants_have_surcharges_and_discounts),
        cmocka_unit_test(etsy_listing_has_its_place),
        cmocka_unit_test(square_variations_are_of_one_item),
        cmocka_unit_test(square_variation_has_no_price_of_another),
        cmocka_unit_test(variant_with_a_price_has_no_sale_of_its_product),
        cmocka_unit_test(bigcommerce_first_export_has_its_place),
        cmocka_unit_test(bigcommerce_present_export_has_its_place),
        cmocka_unit_test(wix_cells_that_cannot_be_read_are_told),
        cmocka_unit_test(magento_cells_that_cannot_be_read_are_told),
        cmocka_unit_test(magento_file_without_names_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
