import { zeros } from "../../create.ts";
import { astype } from "../../ops/cast.ts";
import * as op from "../../ops/shaping.ts";
import { place, placeDiagonal, sumOver } from "../../ops/views.ts";
import { where } from "../../ops/where.ts";
import { type Case, flags, real, untyped } from "../case.ts";
import { loop, Plain, spreadAt, total } from "../plain.ts";

export const views: readonly Case[] = [
  {
    name: "reshape",
    call: (x) => op.reshape(x!, [3, -1]),
    reference: (x) => new Plain([3, x!.data.length / 3], x!.data),
    samples: [[real([2, 3])], [real([6])], [real([3, 0])]],
    dtypes: ["float64", "float32", "int32", "bool"],
    errors: [
      [
        () => op.reshape(zeros([4]), [3]),
        /^reshape: a tensor of shape \[4\] has 4 elements, which/,
      ],
      [() => untyped(op.reshape)(1, [1]), /^reshape: input is 1; pass a Tensor/],
    ],
  },
  {
    name: "broadcastTo",
    call: (x) => op.broadcastTo(x!, [2, 2, 3]),
    reference: (x) => loop([2, 2, 3], (...place) => spreadAt(x!, place)),
    samples: [[real([3])], [real([])], [real([2, 1])], [real([2, 1, 1])]],
    errors: [
      [() => op.broadcastTo(zeros([2]), [3]), /^broadcastTo: shapes \[2\] and \[3\] do not/],
    ],
  },
  {
    name: "broadcastTo",
    call: (x) => op.broadcastTo(x!, [2, 0]),
    reference: () => new Plain([2, 0], []),
    samples: [[real([1])], [real([0])]],
  },
  {
    name: "sum",
    call: (x) => sumOver(x!, [1]),
    reference: (x) =>
      loop([x!.shape[0]!, x!.shape[2]!], (i, k) => total(x!.shape[1]!, (j) => x!.at(i!, j, k!))),
    samples: [[real([2, 3, 2])], [real([2, 0, 1])], [real([0, 3, 1])]],
    dtypes: ["float64", "float32", "int32"],
  },
  {
    name: "permute",
    call: (x) => op.permute(x!, [2, 0, 1]),
    reference: (x) =>
      loop([x!.shape[2]!, x!.shape[0]!, x!.shape[1]!], (a, b, c) => x!.at(b!, c!, a!)),
    samples: [[real([2, 3, 2])], [real([2, 0, 3])]],
    errors: [
      [() => op.permute(zeros([2, 3]), [0, 0]), /^permute: dims \[0, 0\] for a tensor with 2 dims/],
      [() => op.permute(zeros([2, 3]), [0, 2]), /^permute: dim 2 is out of range/],
    ],
  },
  {
    name: "slice",
    call: (x) => op.flip(op.narrow(x!, 1, 1, 2)),
    reference: (x) => loop([x!.shape[0]!, 2], (i, j) => x!.at(x!.shape[0]! - 1 - i!, 2 - j!)),
    samples: [[real([2, 4])], [real([0, 3])]],
    errors: [
      [() => op.narrow(zeros([2]), 0, 1, 2), /^narrow: start 1 and length 2 leave dim 0 of size 2/],
      [() => op.select(zeros([2]), 0, 2), /^select: index 2 is out of range for dim 0 of size 2/],
    ],
  },
  {
    name: "place",
    call: (x, y) =>
      place(
        [x!, y!],
        [5],
        [
          { starts: [3], steps: [-2], sizes: x!.shape },
          { starts: [4], steps: [1], sizes: y!.shape },
        ],
      ),
    reference: (x, y) => new Plain([5], [0, x!.data[1] ?? 0, 0, x!.data[0] ?? 0, y!.data[0] ?? 0]),
    samples: [
      [real([2]), real([1])],
      [real([0]), real([1])],
    ],
    dtypes: ["float64", "float32", "int32", "bool"],
  },
  {
    name: "split",
    call: (x) => op.split(x!, [1, 0, 2], 1),
    reference: (x) =>
      [
        [1, 0],
        [0, 1],
        [2, 1],
      ].map(([n, start]) => loop([x!.shape[0]!, n!], (i, j) => x!.at(i!, start! + j!))),
    samples: [[real([2, 3])], [real([0, 3])]],
    errors: [[() => op.split(zeros([3]), [1, 1]), /^split: sizes \[1, 1\] do not add up to 3/]],
  },
  {
    name: "unbind",
    call: (x) => op.unbind(x!, 1),
    reference: (x) =>
      Array.from({ length: x!.shape[1]! }, (_, j) => loop([x!.shape[0]!], (i) => x!.at(i!, j))),
    samples: [[real([2, 3])], [real([0, 2])]],
    errors: [[() => op.unbind(zeros([])), /^unbind: a 0-d tensor has no rows/]],
  },
  {
    name: "diagonal",
    call: (x) => op.diagonal(x!, { offset: 1, dim1: 0, dim2: -1 }),
    reference: (x) => {
      const n = Math.max(0, Math.min(x!.shape[0]!, x!.shape[2]! - 1));
      return loop([x!.shape[1]!, n], (k, i) => x!.at(i!, k!, i! + 1));
    },
    samples: [[real([2, 2, 3])], [real([3, 1, 2])], [real([0, 2, 2])]],
    errors: [
      [() => op.diagonal(zeros([2, 2]), { dim2: 0 }), /^diagonal: dim1 0 and dim2 0 are the/],
    ],
  },
  {
    name: "placeDiagonal",
    call: (x) => {
      const n = x!.size + 1;
      return placeDiagonal(x!, { offset: -1, rows: 0, columns: 1, shape: [n, n] });
    },
    reference: (x) => {
      const n = x!.data.length + 1;
      return loop([n, n], (i, j) => (j === i! - 1 ? x!.at(j) : 0));
    },
    samples: [[real([2])], [real([0])]],
  },
  {
    name: "clone",
    call: (x) => op.clone(x!),
    reference: (x) => x!,
    samples: [[real([2, 2])], [real([])], [real([0])]],
    dtypes: ["float64", "float32", "int32", "bool"],
    errors: [[() => untyped(op.clone)("x"), /^clone: input is "x"; pass a Tensor/]],
  },
  {
    name: "where",
    call: (c, x, y) => where(c!, x!, y!),
    reference: (c, x, y) =>
      loop([2, 2], (...place) => spreadAt(spreadAt(c!, place) === 1 ? x! : y!, place)),
    samples: [
      [flags([2, 2]), real([2, 2]), real([2, 2])],
      [flags([2]), real([2, 1]), real([2, 2])],
      [flags([2, 2]), real([]), real([2])],
    ],
    dtypes: ["float64", "float32", "int32", "bool"],
    errors: [
      [() => where(zeros([2]), 1, 2), /^where: the condition is float32; pass a bool tensor/],
    ],
  },
  {
    name: "where",
    call: (c, x, y) => where(c!, x!, y!),
    reference: () => new Plain([0], []),
    samples: [[flags([0]), real([0]), real([1])]],
  },
  {
    name: "astype",
    call: (x) => astype(x!, "float32"),
    reference: (x) => x!,
    samples: [[real([2, 2])], [real([])], [real([0])]],
    dtypes: ["float64"],
    rounding: "float32",
    errors: [[() => untyped(astype)(zeros([]), "int8"), /^astype: unknown dtype int8/]],
  },
  {
    name: "convert",
    call: (x) => [astype(x!, "int32"), astype(x!, "bool")],
    reference: (x) => [
      loop(x!.shape, (...at) => Math.trunc(x!.at(...at))),
      loop(x!.shape, (...at) => Number(x!.at(...at) !== 0)),
    ],
    samples: [[real([2, 2])], [real([])], [real([0])]],
    dtypes: ["float64", "float32"],
    constant: true,
  },
];
