/** Multiplies with one thread and with two; argument: whether the threads are given back. */
import { rand } from "@cotangent/core";
import { threads } from "../../src/index.ts";

const [x, y] = [rand([200, 300]), rand([300, 250])];
const one = x.matmul(y).dataSync();
await threads(2);
const two = x.matmul(y).dataSync();
if (process.argv[2] === "leaves") await threads(1);
process.stdout.write(JSON.stringify({ same: one.every((value, i) => value === two[i]) }));
