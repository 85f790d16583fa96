/** What a page's main thread does with two threads. */
import { rand } from "@cotangent/core";
import { threads } from "../../src/index.ts";
import { Heap } from "../../src/memory/heap.ts";
import { bothMeet, MET, meeting } from "./meeting.ts";

/** Whether two threads give what one gives, or why there are none. */
export async function multiply(): Promise<boolean | string> {
  const [x, y] = [rand([200, 300]), rand([300, 250])];
  const one = x.matmul(y).dataSync();
  try {
    await threads(2);
  } catch (error) {
    return String(error);
  }
  const two = x.matmul(y).dataSync();
  await threads(1);
  return one.every((value, i) => value === two[i]);
}

/** Whether two threads wait for each other, and end. */
export async function meet(): Promise<boolean> {
  const heap = new Heap();
  await heap.team.resize(2);
  return bothMeet(heap, meeting(heap)).every((x) => x === MET);
}
