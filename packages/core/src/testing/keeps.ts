import type { Saved } from "../node.ts";
import { type Primitive, primitives } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";
import { type Point, pulled, pushed, tensorsOf } from "./derivatives.ts";
import { vjp } from "./transforms.ts";

type Watched = "forward" | "jvp";

/** Runs `run` and shows `see` each call of a method of a primitive. */
export function watching(
  method: Watched,
  see: (primitive: Primitive<never>, args: readonly unknown[]) => void,
  run: () => unknown,
): void {
  const methods = primitives.map((p) => p[method] as (...args: unknown[]) => unknown);
  primitives.forEach((p, k) => {
    const watched = (...args: unknown[]): unknown => {
      see(p, args);
      return methods[k]!.apply(p, args);
    };
    Object.assign(p, { [method]: watched });
  });
  try {
    run();
  } finally {
    methods.forEach((f, k) => Object.assign(primitives[k]!, { [method]: f }));
  }
}

function checkKept(primitive: Primitive<never>, saved: Saved, need: readonly boolean[]): void {
  if (!primitives.includes(primitive))
    throw new Error(`${primitive.name}: the primitive is not in the list; make it by register(…)`);
  const keeps = primitive.keeps(need);
  for (const what of ["inputs", "outputs"] as const)
    saved[what].forEach((x, i) => {
      if (x !== null && !keeps[what].includes(i))
        throw new Error(`${primitive.name}: its rule sees ${what}[${i}], which it does not keep`);
    });
}

/** A rule sees what its primitive keeps, for both modes. */
export const keeping = async (p: Point): Promise<void> => {
  const [back, forward] = [pulled(p), pushed(p)];
  const us = tensorsOf(back).slice(p.xs.length);
  vjp(p.f, tensorsOf(p), us, p.active, (node, _g, saved) =>
    checkKept(
      node.primitive as Primitive<never>,
      saved,
      node.from.map((n) => n !== null),
    ),
  );
  const see = (primitive: Primitive<never>, args: readonly unknown[]): void => {
    const [ts, saved] = args as [readonly (Tensor | null)[], Saved];
    checkKept(
      primitive,
      saved,
      ts.map((t) => t !== null),
    );
  };
  watching("jvp", see, () => forward.f(...tensorsOf(forward)));
};
