/** What a page's main thread does with two threads. */
import { rand } from "@cotangent/core";
import { threads } from "../../src/index.ts";

export async function multiply(): Promise<{ isolated: boolean; outcome: string }> {
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true;
  const [x, y] = [rand([200, 300]), rand([300, 250])];
  const one = x.matmul(y).dataSync();
  try {
    await threads(2);
  } catch (error) {
    return { isolated, outcome: String(error) };
  }
  const two = x.matmul(y).dataSync();
  await threads(1);
  const same = one.every((value, i) => value === two[i]);
  return { isolated, outcome: same ? "the same" : "different" };
}
