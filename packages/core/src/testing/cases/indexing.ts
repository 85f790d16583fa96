import { zeros } from "../../create.ts";
import { gather, scatterAdd, scatterOn, wrapIndex } from "../../ops/gathering.ts";
import { type Case, real, whole } from "../case.ts";
import { loop, type Plain, places } from "../plain.ts";

/** Writes or adds updates at index along dim 0 of a matrix. */
const scattered =
  (write: boolean) =>
  (into?: Plain, index?: Plain, updates?: Plain): Plain => {
    const out = [...into!.data];
    const columns = into!.shape[1]!;
    for (const [i, j] of places(index!.shape)) {
      const at = index!.at(i!, j!) * columns + j!;
      out[at] = updates!.at(i!, j!) + (write ? 0 : out[at]!);
    }
    return loop(into!.shape, (i, j) => out[i! * columns + j!]!);
  };

const scatterSamples = [
  [real([3, 2]), whole([4, 2], 3), real([4, 2])],
  [real([2, 2]), whole([0, 2], 2), real([0, 2])],
];

export const indexing: readonly Case[] = [
  {
    name: "gather",
    call: (x, index) => gather(x!, 1, index!),
    reference: (x, index) => loop(index!.shape, (i, j) => x!.at(i!, index!.at(i!, j!))),
    samples: [
      [real([2, 3]), whole([2, 4], 3)],
      [real([2, 3]), whole([1, 2], 3)],
      [real([0, 3]), whole([0, 2], 3)],
      [real([2, 1]), whole([2, 0], 1)],
    ],
    dtypes: ["float64", "float32", "int32", "bool"],
    errors: [
      [
        () => gather(zeros([2]), 0, zeros([1])),
        /^gather: the index is float32; pass an int32 tensor/,
      ],
      [
        () => gather(zeros([2]), 0, zeros([1, 1], { dtype: "int32" })),
        /^gather: an index of shape/,
      ],
    ],
  },
  {
    name: "scatterAdd",
    covers: ["scatter"],
    call: (x, index, updates) => scatterAdd(x!, 0, index!, updates!),
    reference: scattered(false),
    samples: scatterSamples,
    dtypes: ["float64", "float32", "int32"],
    errors: [
      [
        () => scatterAdd(zeros([2]), 0, zeros([2], { dtype: "int32" }), zeros([1])),
        /^scatterAdd: src has shape \[1\] and index \[2\]/,
      ],
    ],
  },
  {
    name: "scatter",
    call: (x, index, updates) =>
      scatterOn(x!, index!, updates!, { who: "scatter", axis: 0, mode: "write" }),
    reference: scattered(true),
    samples: scatterSamples,
    dtypes: ["float64", "float32", "int32", "bool"],
  },
  {
    name: "wrapIndex",
    call: (index) => wrapIndex(index!, 3),
    reference: (index) => loop(index!.shape, (i) => (index!.at(i!) + 3) % 3),
    samples: [[{ ...whole([4], 6), value: (draw) => Math.floor(draw() * 6) - 3 }], [whole([0], 3)]],
    dtypes: ["float32"],
    constant: true,
  },
];
