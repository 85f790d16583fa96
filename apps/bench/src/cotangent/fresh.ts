import { matmul, ones, type Tensor } from "@cotangent/core";
import { INNER, newShapes } from "../newShapes.ts";
import type { Task, Tasks } from "./task.ts";

const ofNewShape =
  (compute: (m: number, n: number) => Tensor): Task =>
  () => {
    const next = newShapes();
    return () => compute(...next());
  };

export const fresh: Tasks = {
  "fresh.add": ofNewShape((m, n) => ones([m, n]).add(ones([m, n]))),
  "fresh.matmul": ofNewShape((m, n) => matmul(ones([m, INNER]), ones([INNER, n]))),
};
