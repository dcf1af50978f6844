// SPDX-License-Identifier: MIT
// A shop's window by orval.
import { getProduct, listCategories, listProducts, type Category, type Problem, type Product } from "./orval";

function price(product: Product): string {
  const paid: number | undefined = product.discount_value?.value_in_cents;
  return `${product.slug}: ${paid ?? product.price_in_cents ?? 0} ${product.currency ?? ""}`;
}

export async function show(customer: number): Promise<string[]> {
  const answer = await listProducts(
    { limit: 20, sort: "-price", fields: ["slug", "price_in_cents"] },
    { headers: { "X-USER-ID": String(customer) } },
  );
  if (answer.status !== 200) throw new Error(String(answer.status));
  return answer.data.map((each) => `${each.id} ${each.slug ?? ""}`);
}

export async function showOne(slug: string): Promise<string> {
  const answer = await getProduct(slug);
  if (answer.status === 404) {
    const problem: Problem = answer.data;
    return problem.detail;
  }
  return answer.status === 200 ? price(answer.data as Product) : "";
}

export async function menu(): Promise<string[]> {
  const answer = await listCategories();
  if (answer.status !== 200) return [];
  return answer.data.filter((each: Category) => each.parent === undefined).map((each) => each.name ?? each.slug);
}
