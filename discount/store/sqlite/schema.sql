-- SPDX-License-Identifier: MIT
-- The Discount's database: schema version 2, which change_sets.sql makes version 3, and shop.sql
-- version 4. The limits are those of discount/pricing/rule.h.
--
-- Whoever changes a row of a rule, a group, a member or a product, with whatever program, has it noted in `change`. Keys
-- are for ever: to rename something, make a new one and remove the old.

-- What rules may name.
CREATE TABLE product (
    id    INTEGER NOT NULL PRIMARY KEY CHECK (id BETWEEN 1 AND 2147483647),
    slug  TEXT NOT NULL UNIQUE
          CHECK (length(slug) BETWEEN 1 AND 200)
          CHECK (slug NOT GLOB '*[^a-z0-9-]*')
          CHECK (slug NOT GLOB '-*' AND slug NOT GLOB '*-' AND slug NOT GLOB '*--*')
          CHECK (instr(slug, char(0)) = 0),
    floor INTEGER NOT NULL DEFAULT 0 CHECK (floor BETWEEN 0 AND 2147483647) -- no rule goes below; 0: none
) STRICT;

CREATE TABLE customer_group (
    key   TEXT NOT NULL PRIMARY KEY
          CHECK (length(key) BETWEEN 1 AND 64)
          CHECK (key NOT GLOB '*[^a-z0-9-]*')
          CHECK (key NOT GLOB '-*' AND key NOT GLOB '*-' AND key NOT GLOB '*--*')
          CHECK (instr(key, char(0)) = 0),
    label TEXT NOT NULL DEFAULT ''
          CHECK (length(label) <= 200)
          CHECK (label NOT GLOB '*[' || char(1) || '-' || char(31) || char(127) || '-' || char(159) || ']*')
          CHECK (instr(label, char(0)) = 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_member (
    group_key   TEXT NOT NULL REFERENCES customer_group (key) DEFERRABLE INITIALLY DEFERRED
                CHECK (instr(group_key, char(0)) = 0),
    customer_id INTEGER NOT NULL CHECK (customer_id BETWEEN 1 AND 2147483647),
    PRIMARY KEY (group_key, customer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_member_by_customer ON group_member (customer_id);

CREATE TABLE rule (
    key         TEXT NOT NULL PRIMARY KEY
                CHECK (length(key) BETWEEN 1 AND 64)
                CHECK (key NOT GLOB '*[^a-z0-9-]*')
                CHECK (key NOT GLOB '-*' AND key NOT GLOB '*-' AND key NOT GLOB '*--*')
                CHECK (instr(key, char(0)) = 0),
    label       TEXT NOT NULL
                CHECK (length(label) BETWEEN 1 AND 200)
                CHECK (label NOT GLOB '*[' || char(1) || '-' || char(31) || char(127) || '-' || char(159) || ']*')
                CHECK (instr(label, char(0)) = 0),
    enabled     INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    exclusive   INTEGER NOT NULL DEFAULT 0 CHECK (exclusive IN (0, 1)),
    lane        TEXT NOT NULL CHECK (lane IN ('contract', 'sale')),
    priority    INTEGER NOT NULL DEFAULT 0 CHECK (priority BETWEEN -1000000 AND 1000000),
    kind        TEXT NOT NULL CHECK (kind IN ('percent', 'amount', 'price')),
    value       INTEGER -- hundredths of a percent, or money; NULL: a price list, whose products have prices
                CHECK (CASE kind WHEN 'percent' THEN value IS NOT NULL AND value BETWEEN 0 AND 10000
                                 WHEN 'amount' THEN value IS NOT NULL AND value BETWEEN 1 AND 2147483647
                                 ELSE value IS NULL OR value BETWEEN 0 AND 2147483647 END),
    customer_id INTEGER CHECK (customer_id BETWEEN 1 AND 2147483647), -- whom it is for; neither of the two: everybody
    group_key   TEXT REFERENCES customer_group (key) DEFERRABLE INITIALLY DEFERRED
                CHECK (instr(group_key, char(0)) = 0),
    minimum     INTEGER NOT NULL DEFAULT 0 CHECK (minimum BETWEEN 0 AND 2147483647),
    cap         INTEGER NOT NULL DEFAULT 0 CHECK (cap BETWEEN 0 AND 2147483647) CHECK (cap = 0 OR kind = 'percent'),
    starts_at   INTEGER NOT NULL DEFAULT 0 -- seconds since 1970 in UTC; 0: always has
                CHECK (starts_at = 0 OR starts_at BETWEEN 86400 AND 253402300799),
    ends_at     INTEGER NOT NULL DEFAULT 0 -- applies until before; 0: for ever
                CHECK (ends_at = 0 OR ends_at BETWEEN 86400 AND 253402300799)
                CHECK (ends_at = 0 OR starts_at < ends_at),
    zone        TEXT NOT NULL DEFAULT '' -- in which people see the window
                CHECK (length(zone) <= 64 AND zone NOT GLOB '*[^A-Za-z0-9_+/-]*')
                CHECK (instr(zone, char(0)) = 0),
    CHECK (customer_id IS NULL OR group_key IS NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX rule_by_group ON rule (group_key) WHERE group_key IS NOT NULL;

-- What a rule is for. Without any that is not excluded: every product.
CREATE TABLE rule_product (
    rule_key   TEXT NOT NULL REFERENCES rule (key) DEFERRABLE INITIALLY DEFERRED CHECK (instr(rule_key, char(0)) = 0),
    excluded   INTEGER NOT NULL DEFAULT 0 CHECK (excluded IN (0, 1)),
    product_id INTEGER NOT NULL REFERENCES product (id) DEFERRABLE INITIALLY DEFERRED,
    price      INTEGER CHECK (price BETWEEN 0 AND 2147483647) CHECK (price IS NULL OR NOT excluded), -- in a price list
    PRIMARY KEY (rule_key, excluded, product_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX rule_product_by_product ON rule_product (product_id);

CREATE TABLE rule_category (
    rule_key TEXT NOT NULL REFERENCES rule (key) DEFERRABLE INITIALLY DEFERRED CHECK (instr(rule_key, char(0)) = 0),
    excluded INTEGER NOT NULL DEFAULT 0 CHECK (excluded IN (0, 1)),
    category TEXT NOT NULL
             CHECK (length(category) BETWEEN 1 AND 64)
             CHECK (category NOT GLOB '*[^a-z0-9-]*')
             CHECK (category NOT GLOB '-*' AND category NOT GLOB '*-' AND category NOT GLOB '*--*')
             CHECK (instr(category, char(0)) = 0),
    PRIMARY KEY (rule_key, excluded, category)
) STRICT, WITHOUT ROWID;

-- ---- History ----

-- Who changed something, when, and why.
CREATE TABLE revision (
    number  INTEGER NOT NULL PRIMARY KEY CHECK (number >= 1),
    made_at INTEGER NOT NULL, -- seconds since 1970 in UTC
    author  TEXT NOT NULL CHECK (instr(author, char(0)) = 0),
    message TEXT NOT NULL CHECK (instr(message, char(0)) = 0),
    changed INTEGER NOT NULL CHECK (changed >= 0) -- how many rules, groups, members and products
) STRICT;

-- The revision that a change set is being made for: its rows go there. Empty but for the one who makes it.
CREATE TABLE open_revision (number INTEGER NOT NULL PRIMARY KEY) STRICT;

-- Rows as they were before a revision and after it, as JSON arrays of their columns; NULL: not there. `kind` is the
-- table, `key` that of the rule or group, or the product's id; `part` tells several rows of it apart.
CREATE TABLE change (
    revision INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    key      TEXT NOT NULL,
    part     TEXT NOT NULL,
    before   TEXT,
    after    TEXT,
    PRIMARY KEY (revision, kind, key, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX change_by_key ON change (kind, key, part, revision);

-- What is inserted here is noted in the open revision. Without one it makes a revision of its own.
CREATE VIEW note AS SELECT kind, key, part, before, after FROM change;
CREATE TRIGGER note_inserted INSTEAD OF INSERT ON note WHEN NEW.before IS NOT NEW.after
BEGIN
    INSERT INTO revision (number, made_at, author, message, changed)
    SELECT 1 + (SELECT coalesce(max(number), 0) FROM revision), unixepoch(), 'by hand', '', 1
    WHERE NOT EXISTS (SELECT 1 FROM open_revision);
    INSERT INTO change (revision, kind, key, part, before, after)
    VALUES ((SELECT max(number) FROM revision), NEW.kind, NEW.key, NEW.part, NEW.before, NEW.after)
    ON CONFLICT DO UPDATE SET after = excluded.after;
END;

-- INSERT OR REPLACE removes a row without telling a trigger. So what a new row was before is asked of the last note.

CREATE TRIGGER product_inserted AFTER INSERT ON product
BEGIN
    INSERT INTO note VALUES ('product', NEW.id, '',
        (SELECT after FROM change WHERE kind = 'product' AND key = CAST(NEW.id AS TEXT) AND part = ''
         ORDER BY revision DESC LIMIT 1),
        json_array(NEW.id, NEW.slug, NEW.floor));
END;
CREATE TRIGGER product_updated AFTER UPDATE ON product
BEGIN
    INSERT INTO note VALUES ('product', NEW.id, '', json_array(OLD.id, OLD.slug, OLD.floor),
        json_array(NEW.id, NEW.slug, NEW.floor));
END;
CREATE TRIGGER product_deleted AFTER DELETE ON product
BEGIN
    INSERT INTO note VALUES ('product', OLD.id, '', json_array(OLD.id, OLD.slug, OLD.floor), NULL);
END;

CREATE TRIGGER customer_group_inserted AFTER INSERT ON customer_group
BEGIN
    INSERT INTO note VALUES ('customer_group', NEW.key, '',
        (SELECT after FROM change WHERE kind = 'customer_group' AND key = NEW.key AND part = ''
         ORDER BY revision DESC LIMIT 1),
        json_array(NEW.key, NEW.label));
END;
CREATE TRIGGER customer_group_updated AFTER UPDATE ON customer_group
BEGIN
    INSERT INTO note VALUES ('customer_group', NEW.key, '', json_array(OLD.key, OLD.label),
        json_array(NEW.key, NEW.label));
END;
CREATE TRIGGER customer_group_deleted AFTER DELETE ON customer_group
BEGIN
    DELETE FROM group_member WHERE group_key = OLD.key;
    INSERT INTO note VALUES ('customer_group', OLD.key, '', json_array(OLD.key, OLD.label), NULL);
END;

CREATE TRIGGER group_member_inserted AFTER INSERT ON group_member
BEGIN
    INSERT INTO note VALUES ('group_member', NEW.group_key, NEW.customer_id,
        (SELECT after FROM change
         WHERE kind = 'group_member' AND key = NEW.group_key AND part = CAST(NEW.customer_id AS TEXT)
         ORDER BY revision DESC LIMIT 1),
        json_array(NEW.group_key, NEW.customer_id));
END;
CREATE TRIGGER group_member_deleted AFTER DELETE ON group_member
BEGIN
    INSERT INTO note VALUES ('group_member', OLD.group_key, OLD.customer_id,
        json_array(OLD.group_key, OLD.customer_id), NULL);
END;

CREATE TRIGGER rule_inserted AFTER INSERT ON rule
BEGIN
    INSERT INTO note VALUES ('rule', NEW.key, '',
        (SELECT after FROM change WHERE kind = 'rule' AND key = NEW.key AND part = '' ORDER BY revision DESC LIMIT 1),
        json_array(NEW.key, NEW.label, NEW.enabled, NEW.exclusive, NEW.lane, NEW.priority, NEW.kind, NEW.value,
                   NEW.customer_id, NEW.group_key, NEW.minimum, NEW.cap, NEW.starts_at, NEW.ends_at, NEW.zone));
END;
CREATE TRIGGER rule_updated AFTER UPDATE ON rule
BEGIN
    INSERT INTO note VALUES ('rule', NEW.key, '',
        json_array(OLD.key, OLD.label, OLD.enabled, OLD.exclusive, OLD.lane, OLD.priority, OLD.kind, OLD.value,
                   OLD.customer_id, OLD.group_key, OLD.minimum, OLD.cap, OLD.starts_at, OLD.ends_at, OLD.zone),
        json_array(NEW.key, NEW.label, NEW.enabled, NEW.exclusive, NEW.lane, NEW.priority, NEW.kind, NEW.value,
                   NEW.customer_id, NEW.group_key, NEW.minimum, NEW.cap, NEW.starts_at, NEW.ends_at, NEW.zone));
END;
CREATE TRIGGER rule_deleted AFTER DELETE ON rule
BEGIN
    DELETE FROM rule_product WHERE rule_key = OLD.key;
    DELETE FROM rule_category WHERE rule_key = OLD.key;
    INSERT INTO note VALUES ('rule', OLD.key, '',
        json_array(OLD.key, OLD.label, OLD.enabled, OLD.exclusive, OLD.lane, OLD.priority, OLD.kind, OLD.value,
                   OLD.customer_id, OLD.group_key, OLD.minimum, OLD.cap, OLD.starts_at, OLD.ends_at, OLD.zone),
        NULL);
END;

CREATE TRIGGER rule_product_inserted AFTER INSERT ON rule_product
BEGIN
    INSERT INTO note VALUES ('rule_product', NEW.rule_key, NEW.excluded || '/' || NEW.product_id,
        (SELECT after FROM change
         WHERE kind = 'rule_product' AND key = NEW.rule_key AND part = NEW.excluded || '/' || NEW.product_id
         ORDER BY revision DESC LIMIT 1),
        json_array(NEW.rule_key, NEW.excluded, NEW.product_id, NEW.price));
END;
CREATE TRIGGER rule_product_updated AFTER UPDATE ON rule_product
BEGIN
    INSERT INTO note VALUES ('rule_product', NEW.rule_key, NEW.excluded || '/' || NEW.product_id,
        json_array(OLD.rule_key, OLD.excluded, OLD.product_id, OLD.price),
        json_array(NEW.rule_key, NEW.excluded, NEW.product_id, NEW.price));
END;
CREATE TRIGGER rule_product_deleted AFTER DELETE ON rule_product
BEGIN
    INSERT INTO note VALUES ('rule_product', OLD.rule_key, OLD.excluded || '/' || OLD.product_id,
        json_array(OLD.rule_key, OLD.excluded, OLD.product_id, OLD.price), NULL);
END;

CREATE TRIGGER rule_category_inserted AFTER INSERT ON rule_category
BEGIN
    INSERT INTO note VALUES ('rule_category', NEW.rule_key, NEW.excluded || '/' || NEW.category,
        (SELECT after FROM change
         WHERE kind = 'rule_category' AND key = NEW.rule_key AND part = NEW.excluded || '/' || NEW.category
         ORDER BY revision DESC LIMIT 1),
        json_array(NEW.rule_key, NEW.excluded, NEW.category));
END;
CREATE TRIGGER rule_category_deleted AFTER DELETE ON rule_category
BEGIN
    INSERT INTO note VALUES ('rule_category', OLD.rule_key, OLD.excluded || '/' || OLD.category,
        json_array(OLD.rule_key, OLD.excluded, OLD.category), NULL);
END;

-- What the notes cannot tell is refused.
CREATE TRIGGER product_slug_taken BEFORE INSERT ON product
WHEN EXISTS (SELECT 1 FROM product WHERE slug = NEW.slug AND id <> NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'another product has this slug');
END;
CREATE TRIGGER product_slug_changed BEFORE UPDATE OF slug ON product
WHEN EXISTS (SELECT 1 FROM product WHERE slug = NEW.slug AND id <> OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'another product has this slug');
END;
CREATE TRIGGER product_kept BEFORE UPDATE OF id ON product WHEN NEW.id <> OLD.id
BEGIN
    SELECT RAISE(ABORT, 'the id of a product cannot be changed');
END;
CREATE TRIGGER customer_group_kept BEFORE UPDATE OF key ON customer_group WHEN NEW.key <> OLD.key
BEGIN
    SELECT RAISE(ABORT, 'the key of a group cannot be changed: make a new group and remove this one');
END;
CREATE TRIGGER group_member_kept BEFORE UPDATE ON group_member
BEGIN
    SELECT RAISE(ABORT, 'a member cannot be changed: remove it and add another');
END;
CREATE TRIGGER rule_kept BEFORE UPDATE OF key ON rule WHEN NEW.key <> OLD.key
BEGIN
    SELECT RAISE(ABORT, 'the key of a rule cannot be changed: make a new rule and remove this one');
END;
CREATE TRIGGER rule_product_kept BEFORE UPDATE OF rule_key, excluded, product_id ON rule_product
WHEN NEW.rule_key <> OLD.rule_key OR NEW.excluded <> OLD.excluded OR NEW.product_id <> OLD.product_id
BEGIN
    SELECT RAISE(ABORT, 'only the price of a rule''s product can be changed: remove it and add another');
END;
CREATE TRIGGER rule_category_kept BEFORE UPDATE ON rule_category
BEGIN
    SELECT RAISE(ABORT, 'the category of a rule cannot be changed: remove it and add another');
END;

INSERT INTO revision (number, made_at, author, message, changed) VALUES (1, unixepoch(), 'init', 'made', 0);
