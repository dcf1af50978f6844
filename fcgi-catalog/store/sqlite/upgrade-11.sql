-- SPDX-License-Identifier: MIT
-- From schema version 10 to 11: the shop has a time zone, a name of the IANA database; '' is UTC.

ALTER TABLE shop ADD COLUMN time_zone TEXT NOT NULL DEFAULT '' CHECK (length(time_zone) <= 64 AND
                                                                      time_zone NOT GLOB '*[^A-Za-z0-9_+/-]*');
