-- SPDX-License-Identifier: MIT
-- From schema version 1 to 2: the rules move over. A rule of version 1 was for one customer and every product. What were
-- its revisions is not known; the first that is known has the next number.
UPDATE revision
SET number = 1 + (SELECT revision FROM revision_1), author = 'upgrade', message = 'schema version 1 to 2',
    changed = (SELECT count(*) FROM rule_1);
INSERT INTO open_revision SELECT number FROM revision;
INSERT INTO rule (key, label, enabled, lane, kind, value, customer_id)
SELECT key, replace(replace(replace(label, char(9), ' '), char(10), ' '), char(13), ' '), enabled, 'contract', 'percent',
       percent, customer_id
FROM rule_1;
DELETE FROM open_revision;
DROP TABLE rule_1;
DROP TABLE revision_1;
