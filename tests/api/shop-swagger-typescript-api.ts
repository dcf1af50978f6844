// SPDX-License-Identifier: MIT
// A shop's window by swagger-typescript-api.
import { Api, type Category, type Product } from "./swagger-typescript-api";

const client = new Api({ baseUrl: "https://shop.example" });

function price(product: Product): string {
  const paid: number | undefined = product.discount_value?.value_in_cents;
  return `${product.slug}: ${paid ?? product.price_in_cents ?? 0} ${product.currency ?? ""}`;
}

export async function show(customer: number): Promise<string[]> {
  const answer = await client.products.listProducts(
    { limit: 20, sort: "-price", fields: ["slug", "price_in_cents"] },
    { headers: { "X-USER-ID": String(customer) } },
  );
  console.log(answer.headers.get("Link"));
  return answer.data.map((each) => `${each.id} ${each.slug ?? ""}`);
}

export async function showOne(slug: string): Promise<string> {
  const answer = await client.products.getProduct(slug);
  if (!answer.ok) throw new Error(answer.error.detail);
  return price(answer.data as Product);
}

export async function menu(): Promise<string[]> {
  const answer = await client.categories.listCategories();
  return answer.data.filter((each: Category) => each.parent === undefined).map((each) => each.name ?? each.slug);
}
