-- SPDX-License-Identifier: MIT
-- The Discount's database, schema version 1.

-- A rule takes a percentage off every product for one customer.
CREATE TABLE rule (
    key         TEXT NOT NULL PRIMARY KEY
                CHECK (length(key) BETWEEN 1 AND 64)
                CHECK (key NOT GLOB '*[^a-z0-9-]*')
                CHECK (key NOT GLOB '-*' AND key NOT GLOB '*-' AND key NOT GLOB '*--*')
                CHECK (instr(key, char(0)) = 0),
    label       TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 200),
    enabled     INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    customer_id INTEGER NOT NULL CHECK (customer_id BETWEEN 1 AND 2147483647),
    percent     INTEGER NOT NULL CHECK (percent BETWEEN 0 AND 10000) -- hundredths of a percent
) STRICT;

-- One row, whose number grows with every change of a rule, whoever makes it.
CREATE TABLE revision (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    revision INTEGER NOT NULL CHECK (revision >= 1)
) STRICT;
INSERT INTO revision (only_row, revision) VALUES (1, 1);

CREATE TRIGGER rule_inserted AFTER INSERT ON rule
BEGIN
    UPDATE revision SET revision = revision + 1;
END;

CREATE TRIGGER rule_updated AFTER UPDATE ON rule
BEGIN
    UPDATE revision SET revision = revision + 1;
END;

CREATE TRIGGER rule_deleted AFTER DELETE ON rule
BEGIN
    UPDATE revision SET revision = revision + 1;
END;
