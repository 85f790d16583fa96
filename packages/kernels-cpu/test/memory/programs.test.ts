import {
  BackendError,
  grad,
  keep,
  memory,
  ones,
  scope,
  type Tensor,
  tensor,
} from "@cotangent/core";
import { backendOf, registerBackend, withLevel, wrapBatch } from "@cotangent/core/extend";
import { beforeEach, describe, expect, it } from "vitest";
import { cpuBackend } from "../../src/backend.ts";
import { Heap } from "../../src/memory/heap.ts";
import { seeded } from "./seeded.ts";

const MIB = 2 ** 20;
const before = backendOf("cpu");
let heap: Heap;

beforeEach(() => {
  heap = new Heap({ cache: MIB, maximum: 4 * MIB });
  registerBackend("cpu", cpuBackend(heap, false, before));
});

/** Element i of a tensor is a + b (i mod 7), in whole numbers that float32 holds. */
interface Live {
  readonly x: Tensor;
  readonly a: number;
  readonly b: number;
}

function fresh(size: number, a: number, b: number): Live {
  return { x: tensor(Float32Array.from({ length: size }, (_, i) => a + b * (i % 7))), a, b };
}

function check({ x, a, b }: Live): void {
  const wrong = x.dataSync().findIndex((v, i) => v !== a + b * (i % 7));
  expect(wrong).toBe(-1);
}

/** f on rows of 7, each hidden behind a level. */
const overRows = (x: Tensor, f: (row: Tensor) => Tensor): Tensor =>
  withLevel("batch", "vmap", (level) => {
    const rows = x.reshape([-1, 7]);
    Object.assign(level, { size: rows.shape[0], total: rows.shape[0] });
    return f(wrapBatch(level, rows)).value!.reshape([-1]);
  });

/** What can be done with a tensor: all of it is small arithmetic in a and b. */
const uses: readonly ((live: Live, next: (n: number) => number) => Live)[] = [
  ({ x, a, b }) => ({ x: x.neg(), a: -a, b: -b }),
  ({ x, a, b }) => ({ x: x.sub(x.mul(2)).add(1), a: 1 - a, b: -b }),
  ({ x, a, b }, next) => {
    const start = 7 * next(x.size / 7);
    return { x: x.narrow(0, start, x.size - start).detach(), a, b };
  },
  ({ x, a, b }) => ({ x: scope(() => x.mul(3).sub(x.add(x))), a, b }),
  ({ x, a, b }) => {
    let kept = x;
    scope(() => void (kept = keep(scope(() => [x.neg(), x.mul(5)] as const)[0])));
    return { x: kept, a: -a, b: -b };
  },
  ({ x, a, b }) => ({ x: overRows(x, (row) => row.mul(2).sub(row)), a, b }),
  ({ x, a, b }) => {
    const leaf = x.detach().requiresGrad_();
    return { x: grad(leaf.square().mul(0.5).sum(), leaf), a, b };
  },
  ({ x, a, b }) => {
    const leaf = x.detach().requiresGrad_();
    const g = grad(leaf.mul(leaf).mul(0.5).sum(), leaf, { createGraph: true });
    return { x: grad(g.mul(x).sum(), leaf), a, b };
  },
];

const sizes = [7, 700, 3500, 7000, 21_000];

describe("values survive eviction and return", () => {
  it.each([1, 2, 3, 4])(
    "in random programs with scopes, views and derivatives, seed %i",
    (seed) => {
      const next = seeded(seed);
      const pick = <T>(list: readonly T[]): T => list[next(list.length)]!;
      const live: Live[] = [];
      let most = 0;
      for (let step = 0; step < 600; step++) {
        live.push(fresh(pick(sizes), next(50) - 25, next(9) - 4));
        const made = pick(uses)(pick(live), next);
        check(made);
        live.push(made);
        most = Math.max(
          most,
          live.reduce((sum, { x }) => sum + x.size * 4, 0),
        );
        while (live.length > 100) {
          const [{ x }] = live.splice(next(live.length), 1) as [Live];
          // Some are left to the collector.
          if (next(3) > 0) x.dispose();
        }
        check(pick(live));
      }
      live.forEach(check);

      expect(most).toBeGreaterThan(2 * MIB);
      expect(heap.memory.buffer.byteLength).toBe(MIB);
    },
  );
});

describe("a tensor that is too large", () => {
  it("is a BackendError that says so, and the library goes on", () => {
    const x = fresh(7000, 1, 2);
    const bytes = memory().bytes;
    const large = (): Tensor => ones([2 * MIB]).add(x.x.sum());

    expect(large).toThrow(BackendError);
    expect(large).toThrow(
      /cpu: no room for 8388608 bytes: \d+ are in use, and the WebAssembly memory holds at most 4194304; use smaller tensors, or free some with scope or dispose/,
    );
    expect(() => scope(large)).toThrow(BackendError);
    expect(memory().bytes - bytes).toBeLessThan(100);
    check(x);
    check(uses[6]!(x, seeded(1)));
  });
});
