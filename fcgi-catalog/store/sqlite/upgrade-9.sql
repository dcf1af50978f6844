-- SPDX-License-Identifier: MIT
-- From schema version 8 to 9: a customer has an e-mail address.

ALTER TABLE customer ADD COLUMN email TEXT NOT NULL DEFAULT '' CHECK (length(email) <= 254 AND
                                                                      instr(email, char(0)) = 0);
CREATE INDEX customer_by_email ON customer (email COLLATE NOCASE) WHERE email <> '';
