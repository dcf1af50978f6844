-- SPDX-License-Identifier: MIT
-- From schema version 1 to 2, before the tables of version 2 are made: those of version 1 step aside.
DROP TRIGGER rule_inserted;
DROP TRIGGER rule_updated;
DROP TRIGGER rule_deleted;
ALTER TABLE rule RENAME TO rule_1;
ALTER TABLE revision RENAME TO revision_1;
