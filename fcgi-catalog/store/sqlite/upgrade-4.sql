-- SPDX-License-Identifier: MIT
-- From schema version 3 to 4: a product's row has its categories, tags and images in it, as they are read, so that
-- whoever lists products looks up one row for each of them.

-- ---- Lists ----

-- Derived of product_category, product_tag and product_image: for each row of theirs a letter and texts, each with a
-- NUL behind it, as fcgi-catalog/store/sqlite/lists.h says.
ALTER TABLE product ADD COLUMN lists BLOB NOT NULL DEFAULT x'';

CREATE VIEW lists_now (product_id, lists) AS
    SELECT id, CAST(
        coalesce((SELECT group_concat('c' || category || char(0), '')
                  FROM (SELECT category FROM product_category WHERE product_id = id ORDER BY category)), '') ||
        coalesce((SELECT group_concat('t' || tag || char(0), '')
                  FROM (SELECT tag FROM product_tag WHERE product_id = id ORDER BY tag)), '') ||
        coalesce((SELECT group_concat('i' || url || char(0) || alt || char(0), '')
                  FROM (SELECT url, alt FROM product_image WHERE product_id = id ORDER BY position)), '') AS BLOB)
    FROM product;

UPDATE product SET lists = now.lists FROM lists_now now WHERE now.product_id = id AND now.lists <> x'';

-- ---- What keeps them ----

-- The conflict clause of a statement goes for those of the triggers that it fires, too: here is none (see triggers.sql).
CREATE VIEW lists_due (product_id) AS SELECT id FROM product;
CREATE TRIGGER lists_made INSTEAD OF INSERT ON lists_due
BEGIN
    UPDATE product SET lists = (SELECT lists FROM lists_now WHERE product_id = NEW.product_id)
    WHERE id = NEW.product_id AND lists <> (SELECT lists FROM lists_now WHERE product_id = NEW.product_id);
END;

CREATE TRIGGER lists_of_late_product AFTER INSERT ON product
BEGIN
    INSERT INTO lists_due (product_id) VALUES (NEW.id);
END;

CREATE TRIGGER product_category_inserted_lists AFTER INSERT ON product_category
BEGIN
    INSERT INTO lists_due (product_id) VALUES (NEW.product_id);
END;
CREATE TRIGGER product_category_updated_lists AFTER UPDATE ON product_category
BEGIN
    INSERT INTO lists_due (product_id) SELECT OLD.product_id UNION SELECT NEW.product_id;
END;
CREATE TRIGGER product_category_deleted_lists AFTER DELETE ON product_category
BEGIN
    INSERT INTO lists_due (product_id) VALUES (OLD.product_id);
END;

CREATE TRIGGER product_tag_inserted_lists AFTER INSERT ON product_tag
BEGIN
    INSERT INTO lists_due (product_id) VALUES (NEW.product_id);
END;
CREATE TRIGGER product_tag_updated_lists AFTER UPDATE ON product_tag
BEGIN
    INSERT INTO lists_due (product_id) SELECT OLD.product_id UNION SELECT NEW.product_id;
END;
CREATE TRIGGER product_tag_deleted_lists AFTER DELETE ON product_tag
BEGIN
    INSERT INTO lists_due (product_id) VALUES (OLD.product_id);
END;

CREATE TRIGGER product_image_inserted_lists AFTER INSERT ON product_image
BEGIN
    INSERT INTO lists_due (product_id) VALUES (NEW.product_id);
END;
CREATE TRIGGER product_image_updated_lists AFTER UPDATE ON product_image
BEGIN
    INSERT INTO lists_due (product_id) SELECT OLD.product_id UNION SELECT NEW.product_id;
END;
CREATE TRIGGER product_image_deleted_lists AFTER DELETE ON product_image
BEGIN
    INSERT INTO lists_due (product_id) VALUES (OLD.product_id);
END;
