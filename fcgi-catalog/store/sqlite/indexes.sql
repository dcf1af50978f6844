-- SPDX-License-Identifier: MIT
-- Indexes that a large import does without until its end: nothing that it looks up is in them.

CREATE INDEX IF NOT EXISTS product_by_name ON product (sort_name);
CREATE INDEX IF NOT EXISTS product_by_price ON product (price_in_cents);
CREATE INDEX IF NOT EXISTS product_by_update ON product (updated_at);
CREATE INDEX IF NOT EXISTS product_tag_by_tag ON product_tag (tag);
CREATE INDEX IF NOT EXISTS product_category_category ON product_category (category);
CREATE INDEX IF NOT EXISTS product_in_by_price ON product_in (category, price_in_cents);
