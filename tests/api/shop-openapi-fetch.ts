// SPDX-License-Identifier: MIT
// A shop's window by openapi-typescript and openapi-fetch.
import createClient from "openapi-fetch";
import type { components, paths } from "./openapi-typescript";

type Product = components["schemas"]["Product"];
type Category = components["schemas"]["Category"];
type Problem = components["schemas"]["Problem"];

const client = createClient<paths>({ baseUrl: "https://shop.example" });

function price(product: Product): string {
  const paid: number | undefined = product.discount_value?.value_in_cents;
  return `${product.slug}: ${paid ?? product.price_in_cents ?? 0} ${product.currency ?? ""}`;
}

export async function show(customer: number): Promise<string[]> {
  const { data, error, response } = await client.GET("/products", {
    params: { query: { limit: 20, sort: "-price", fields: ["slug", "price_in_cents"] }, header: { "X-USER-ID": customer } },
  });
  if (error !== undefined) {
    const problem: Problem = error;
    throw new Error(`${problem.status} ${problem.detail}`);
  }
  console.log(response.headers.get("Link"));
  return data.map((each) => `${each.id} ${each.slug ?? ""}`);
}

export async function showOne(slug: string): Promise<string> {
  const { data } = await client.GET("/products/{product}", { params: { path: { product: slug } } });
  return data === undefined ? "" : price(data as Product);
}

export async function menu(): Promise<string[]> {
  const { data } = await client.GET("/categories");
  return (data ?? []).filter((each: Category) => each.parent === undefined).map((each) => each.name ?? each.slug);
}
