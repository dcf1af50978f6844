// SPDX-License-Identifier: MIT
// A shop's window by openapi-zod-client, whose client looks at every answer.
import { z } from "zod";
import { createApiClient, schemas } from "./openapi-zod-client";

const client = createApiClient("https://shop.example");

type Product = z.infer<typeof schemas.Product>;

function price(product: Product): string {
  const paid: number | undefined = product.discount_value?.value_in_cents;
  return `${product.slug}: ${paid ?? product.price_in_cents ?? 0} ${product.currency ?? ""}`;
}

export async function show(customer: number): Promise<string[]> {
  const products = await client.listProducts({
    queries: { limit: 20, sort: "-price", fields: ["slug", "price_in_cents"] },
    headers: { "X-USER-ID": customer },
  });
  return products.map((each) => `${each.id} ${each.slug ?? ""}`);
}

export async function showOne(slug: string): Promise<string> {
  const product = await client.getProduct({ params: { product: slug } });
  return price(schemas.Product.parse(product));
}

export async function menu(): Promise<string[]> {
  const categories = await client.listCategories();
  return categories.filter((each) => each.parent === undefined).map((each) => each.name ?? each.slug);
}
