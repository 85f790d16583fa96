import { zeros } from "../../create.ts";
import { matmul } from "../../ops/matmul.ts";
import { type Case, real } from "../case.ts";
import { loop, total } from "../plain.ts";

export const matrices: readonly Case[] = [
  {
    name: "matmul",
    call: (x, y) => matmul(x!, y!),
    reference: (x, y) =>
      loop([...x!.shape.slice(0, -1), y!.shape.at(-1)!], (...place) => {
        const [lead, i, j] = [place.slice(0, -2), place.at(-2)!, place.at(-1)!];
        return total(x!.shape.at(-1)!, (k) => x!.at(...lead, i, k) * y!.at(...lead, k, j));
      }),
    samples: [
      [real([2, 3]), real([3, 4])],
      [real([2, 2, 3]), real([2, 3, 1])],
      [real([2, 0]), real([0, 3])],
      [real([0, 2]), real([2, 3])],
    ],
    dtypes: ["float64", "float32", "int32"],
    errors: [
      [
        () => matmul(zeros([2, 3]), zeros([2, 3])),
        /^matmul: inner sizes differ: \[2, 3\] @ \[2, 3\]/,
      ],
      [() => matmul(zeros([2, 2, 3]), zeros([3, 3, 1])), /^matmul: shapes \[2\] and \[3\] do not/],
    ],
  },
];
