-- SPDX-License-Identifier: MIT
-- From schema version 9 to 10: what a person said of the headings of the shop's files (catalogctl import --map).

CREATE TABLE import_map (
    position INTEGER PRIMARY KEY,
    heading  TEXT NOT NULL,
    field    TEXT NOT NULL
) STRICT;
