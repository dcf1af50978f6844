-- SPDX-License-Identifier: MIT
-- What derive.sql leaves out, for every product, and before there are triggers: the words of its categories, the form
-- of its name that is sorted by, and the search index. A large import has made the first two as it went.

UPDATE product SET category_words = words FROM category_words_now WHERE product_id = id;

INSERT INTO name_folding (name_folding) VALUES ('delete-all');
INSERT INTO name_folding (rowid, name) SELECT id, title FROM product;
UPDATE product SET sort_name = substr(folded.name, 1, 63)
FROM (SELECT doc, group_concat(term, ' ') AS name
      FROM (SELECT doc, term FROM name_folded ORDER BY doc, offset) GROUP BY doc) AS folded
WHERE id = doc;
INSERT INTO name_folding (name_folding) VALUES ('delete-all');

INSERT INTO product_search (product_search) VALUES ('rebuild');
