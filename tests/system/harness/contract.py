# SPDX-License-Identifier: MIT
"""The contract's answers, byte for byte."""

HOME = b"It is working."

LIST = (b'[{"id":1,"slug":"iphone-x","description":"64GB, black and iOS 12","price_in_cents":99999},'
        b'{"id":2,"slug":"notebook-avell-g1511","description":"Notebook Gamer Intel Core i7","price_in_cents":150000},'
        b'{"id":3,"slug":"playstation-4-slim","description":"1TB Console","price_in_cents":32999}]\n')

CUSTOMER_1 = (b'[{"id":1,"slug":"iphone-x","description":"64GB, black and iOS 12","price_in_cents":99999,'
              b'"discount_value":{"pct":0.1,"value_in_cents":89999}},'
              b'{"id":2,"slug":"notebook-avell-g1511","description":"Notebook Gamer Intel Core i7","price_in_cents":150000,'
              b'"discount_value":{"pct":0.1,"value_in_cents":135000}},'
              b'{"id":3,"slug":"playstation-4-slim","description":"1TB Console","price_in_cents":32999,'
              b'"discount_value":{"pct":0.1,"value_in_cents":29699}}]\n')

CUSTOMER_2 = (b'[{"id":1,"slug":"iphone-x","description":"64GB, black and iOS 12","price_in_cents":99999,'
              b'"discount_value":{}},'
              b'{"id":2,"slug":"notebook-avell-g1511","description":"Notebook Gamer Intel Core i7","price_in_cents":150000,'
              b'"discount_value":{}},'
              b'{"id":3,"slug":"playstation-4-slim","description":"1TB Console","price_in_cents":32999,'
              b'"discount_value":{}}]\n')
