-- SPDX-License-Identifier: MIT
-- What schema version 3 has beside schema.sql: the change sets that were made and that had an id, each by its author's own.
-- One that comes again is answered with what it made then. A month is remembered.
CREATE TABLE made_change_set (
    author   TEXT NOT NULL CHECK (instr(author, char(0)) = 0),
    id       TEXT NOT NULL CHECK (length(id) BETWEEN 1 AND 64) CHECK (id NOT GLOB '*[^A-Za-z0-9_-]*')
             CHECK (instr(id, char(0)) = 0),
    revision INTEGER NOT NULL, -- the one that it made, or that stayed because it changed nothing
    changed  INTEGER NOT NULL CHECK (changed >= 0), -- how many rules, groups, members and products
    made_at  INTEGER NOT NULL, -- seconds since 1970 in UTC
    PRIMARY KEY (author, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX made_change_set_by_time ON made_change_set (made_at);
