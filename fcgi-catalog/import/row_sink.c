/* SPDX-License-Identifier: MIT */
/* Where the rows of all formats go. */
#include <string.h>

#include "fcgi-catalog/import/formats.h"

static size_t count_http_images(const struct product *product)
{
    size_t count = 0;

    for (size_t i = 0; i < product->image_count; i++)
        count += strncmp(product->images[i].url, "http:", 5) == 0;
    return count;
}

void row_sink_take(struct row_sink *output, struct row_builder *builder)
{
    if (!row_builder_finish(builder)) {
        output->counts.faulty++;
        return;
    }
    if (builder->row.is_of_categories)
        output->counts.category_rows++;
    else if (!builder->row.is_former && !builder->row.is_withdrawn)
        output->counts.rows++;
    output->counts.http_images += count_http_images(&builder->row.product);
    output->source.take(output->source.data, &builder->row);
}
