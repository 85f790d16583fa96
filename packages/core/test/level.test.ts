import { describe, expect, it } from "vitest";
import { insideTransform, withLevel } from "../src/extend.ts";
import {
  checkpoint,
  detectAnomaly,
  enableGrad,
  isGradEnabled,
  noGrad,
  savedTensorHooks,
  scope,
  type Tensor,
  tensor,
  withDevice,
} from "../src/index.ts";
import { moment } from "../src/level.ts";
import { checkStateAfterEach } from "./state.ts";
import { derivative, pushforward, vmap } from "./transforms.ts";

checkStateAfterEach();

const x = tensor([1, 2], { requiresGrad: true });
const numbers = (y: Tensor): number[] => Array.from(y.dataSync());

describe("noGrad and enableGrad", () => {
  it("turn recording off and on, nested", () => {
    const seen = noGrad(() => [
      isGradEnabled(),
      x.mul(2).requiresGrad,
      enableGrad(() => x.mul(2).requiresGrad),
    ]);

    expect(seen).toEqual([false, false, true]);
    expect([isGradEnabled(), x.mul(2).requiresGrad]).toEqual([true, true]);
  });

  it("act on the levels that are open, not on later ones", () => {
    const square = derivative((z) => z.square().sum());

    expect(numbers(noGrad(() => square(tensor([1, 2]))))).toEqual([2, 4]);
    expect(numbers(derivative((z) => noGrad(() => z.square()).sum())(tensor([1, 2])))).toEqual([
      0, 0,
    ]);
    expect(
      numbers(derivative((z) => noGrad(() => enableGrad(() => z.square())).sum())(tensor([1, 2]))),
    ).toEqual([2, 4]);
  });

  it("do not turn off forward mode", () => {
    const t = tensor([1, 1]);

    expect(numbers(pushforward((z) => noGrad(() => z.square()), tensor([1, 2]), t))).toEqual([
      2, 4,
    ]);
  });
});

describe("detach", () => {
  it("cuts grad and dual levels, and keeps batch levels", () => {
    const v = tensor([1, 2]);

    expect(numbers(derivative((z) => z.mul(z.detach()).sum())(v))).toEqual([1, 2]);
    expect(numbers(pushforward((z) => z.mul(z.detach()), v, tensor([1, 1])))).toEqual([1, 2]);
    expect(numbers(vmap((r) => r.detach().mul(2), v))).toEqual([2, 4]);
    expect(x.detach() === x).toBe(false);
  });
});

describe("perturbation confusion", () => {
  const modes = {
    forward: (f: (y: Tensor) => Tensor) => (y: Tensor) => pushforward(f, y, tensor(1)),
    reverse: derivative,
  };

  it.each([
    ["forward", "forward"],
    ["forward", "reverse"],
    ["reverse", "forward"],
    ["reverse", "reverse"],
  ] as const)("d/dx (x · d/dy (x + y)) = 1, %s over %s", (outer, inner) => {
    const f = (z: Tensor) => z.mul(modes[inner]((y) => z.add(y))(tensor(1)));

    expect(modes[outer](f)(tensor(3)).item()).toBe(1);
  });
});

describe("state", () => {
  const boom = () => {
    throw new Error("boom");
  };
  const extents: Record<string, (f: () => never) => unknown> = {
    noGrad,
    enableGrad,
    detectAnomaly,
    scope,
    checkpoint: (f) => checkpoint<[Tensor], never>(f, x),
    withDevice: (f) => withDevice("cpu", f),
    savedTensorHooks: (f) => savedTensorHooks({ pack: (y) => y, unpack: (y: Tensor) => y }, f),
    withLevel: (f) => withLevel("batch", "vmap", f),
    derivative: (f) => derivative(f)(x),
    pushforward: (f) => pushforward(f, x, x),
    moment: (f) => moment()(f),
    nested: (f) => derivative((y) => noGrad(() => vmap(() => pushforward(f, y, y), y)))(x),
  };

  it.each(Object.entries(extents))("is as before after a throw in %s", (_name, run) => {
    expect(() => run(boom)).toThrow("boom");
  });

  const checked = Object.entries(extents).slice(0, 8);
  it.each(checked)("%s refuses a Promise", (_name, run) => {
    expect(() => run((async () => x) as () => never)).toThrow(/returned a Promise/);
  });

  it("knows whether it is inside of a transform", () => {
    const inside: boolean[] = [];
    const note = (z: Tensor) => {
      inside.push(insideTransform());
      return z;
    };
    derivative((z) => note(noGrad(() => note(z))).sum())(x);
    vmap(note, x);

    expect(inside).toEqual([false, true, false]);
    expect(insideTransform()).toBe(false);
  });
});
