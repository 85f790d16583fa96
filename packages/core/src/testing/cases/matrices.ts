import { zeros } from "../../create.ts";
import { matmul } from "../../ops/matmul.ts";
import { tril, triu } from "../../ops/triangular.ts";
import { type Case, real } from "../case.ts";
import { loop, type Plain, total } from "../plain.ts";

/** Keeps the elements of the last two dims that are `inside`. */
const part =
  (inside: (above: number) => boolean) =>
  (x?: Plain): Plain =>
    loop(x!.shape, (...at) => (inside(at.at(-1)! - at.at(-2)!) ? x!.at(...at) : 0));

const triangle = (name: string, call: Case["call"], inside: (above: number) => boolean): Case => ({
  name,
  covers: ["triangle"],
  call,
  reference: part(inside),
  samples: [[real([3, 3])], [real([2, 2, 4])], [real([0, 2])], [real([2, 0])]],
  dtypes: ["float64", "float32", "int32"],
  errors: [
    [() => call(zeros([3])), new RegExp(`^${name}: a tensor of shape \\[3\\] is not a matrix`)],
  ],
});

export const matrices: readonly Case[] = [
  triangle(
    "triu",
    (x) => triu(x!, 1),
    (above) => above >= 1,
  ),
  triangle(
    "tril",
    (x) => tril(x!),
    (above) => above <= 0,
  ),
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
