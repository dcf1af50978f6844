/* SPDX-License-Identifier: MIT */
/*
 * The DiscountShop service of proto/ecommerce.proto: what the Catalog tells of its shop. It runs in the background of
 * the quotes, by turns with the DiscountAdmin service, whose store it uses.
 */
#ifndef DISCOUNT_SERVICE_SHOP_H
#define DISCOUNT_SERVICE_SHOP_H

#include "discount/service/admin.h"
#include "proto/ecommerce.pb-c.h"

struct shop_service {
    Ecommerce__DiscountShop_Service base; /* what the RPC server is given */
    struct admin_service *admin;
};

/* Sets up the service in the caller's storage. `admin` must outlive it. */
void shop_service_init(struct shop_service *service, struct admin_service *admin);

#endif
