import { readFileSync } from "node:fs";
import { grad, ones, type Tensor, tensor } from "@cotangent/core";
import { jacobian } from "@cotangent/functional";
import { jac } from "@cotangent/jd";
import { Linear } from "@cotangent/nn";
import { describe, expect, it } from "vitest";
import { entries } from "./consumer/consumer.ts";

const packages = ["core", "kernels-cpu", "functional", "nn", "jd"];

const manifest = (name: string) =>
  JSON.parse(readFileSync(new URL(`../packages/${name}/package.json`, import.meta.url), "utf8"));

/** Runs in CI a second time with COTANGENT_BUILT=1: then the entries are those of `dist`. */
describe("entry points", () => {
  it("load, and each exports something", () => {
    const empty = Object.entries(entries).filter(([, names]) => Object.keys(names).length === 0);

    expect(empty).toEqual([]);
  });

  it("are all listed in the consumer program", () => {
    const exported = packages.flatMap((name) =>
      Object.keys(manifest(name).exports).filter((path) => path !== "./package.json"),
    );

    expect(exported).toHaveLength(Object.keys(entries).length);
  });

  it("share one tensor and one tape", () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    const square = (t: Tensor) => t.mul(t);
    const diagonal = [
      [2, 0, 0],
      [0, 4, 0],
      [0, 0, 6],
    ];

    expect(grad(square(x).sum(), x).arraySync()).toEqual([2, 4, 6]);
    expect(jacobian(square, x).arraySync()).toEqual(diagonal);
    expect(jac(square(x), x)[0].arraySync()).toEqual(diagonal);
    expect(new Linear(3, 1).forward(ones([2, 3])).shape).toEqual([2, 1]);
  });
});
