/* SPDX-License-Identifier: MIT */
/* Who may call what. */
#include "discount/service/access.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum role { ROLE_NOBODY = 0, ROLE_CATALOG = 1, ROLE_ADMIN = 2 };

static const struct {
    const char *name; /* the path of the identity's URI */
    enum role role;
} identities[] = {
    {"/catalog", ROLE_CATALOG},
    {"/admin", ROLE_ADMIN},
};

static const struct {
    const char *method;
    unsigned roles;
} methods[] = {
    {"/ecommerce.Discount/ApplyDiscount", ROLE_CATALOG | ROLE_ADMIN},
    {"/ecommerce.Discount/ApplyDiscounts", ROLE_CATALOG | ROLE_ADMIN},
    {"/ecommerce.DiscountShop/BeginTelling", ROLE_CATALOG},
    {"/ecommerce.DiscountShop/TellProducts", ROLE_CATALOG},
    {"/ecommerce.DiscountShop/EndTelling", ROLE_CATALOG},
    {"/ecommerce.DiscountAdmin/StageChanges", ROLE_ADMIN},
    {"/ecommerce.DiscountAdmin/ApplyChanges", ROLE_ADMIN},
    {"/ecommerce.DiscountAdmin/Rollback", ROLE_ADMIN},
    {"/ecommerce.DiscountAdmin/ListRules", ROLE_ADMIN},
    {"/ecommerce.DiscountAdmin/ListGroups", ROLE_ADMIN},
    {"/ecommerce.DiscountAdmin/ListMembers", ROLE_ADMIN},
    {"/ecommerce.DiscountAdmin/ListProducts", ROLE_ADMIN},
    {"/ecommerce.DiscountAdmin/ListRevisions", ROLE_ADMIN},
    {"/ecommerce.DiscountAdmin/CompareRevisions", ROLE_ADMIN},
    {"/ecommerce.DiscountAdmin/Explain", ROLE_ADMIN},
    {"/ecommerce.DiscountAdmin/Preview", ROLE_ADMIN},
    {"/ecommerce.DiscountAdmin/Lint", ROLE_ADMIN},
    {"/ecommerce.DiscountAdmin/GetStatus", ROLE_ADMIN},
};

static enum role find_role(const char *trust_domain, const char *identity)
{
    static const char scheme[] = "spiffe://";
    size_t domain_length = strlen(trust_domain);

    if (strncmp(identity, scheme, sizeof scheme - 1) != 0)
        return ROLE_NOBODY;
    identity += sizeof scheme - 1;
    if (strncmp(identity, trust_domain, domain_length) != 0)
        return ROLE_NOBODY;
    for (size_t i = 0; i < ARRAY_LENGTH(identities); i++) {
        if (strcmp(identity + domain_length, identities[i].name) == 0)
            return identities[i].role;
    }
    return ROLE_NOBODY;
}

enum rpc_code access_admit(void *data, const struct rpc_peer *peer, const char *method, const char **message)
{
    const struct access *access = data;
    unsigned role = find_role(access->trust_domain, peer->identity);

    for (size_t i = 0; i < ARRAY_LENGTH(methods); i++) {
        if ((methods[i].roles & role) != 0 && strcmp(methods[i].method, method) == 0)
            return RPC_OK;
    }
    *message = "the certificate's identity may not call this method";
    return RPC_PERMISSION_DENIED;
}
