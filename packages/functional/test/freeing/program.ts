/** @file Random programs that make tensors in every way, keep some, give others up, and read them again. */
import {
  backward,
  checkpoint,
  defineFunction,
  enableGrad,
  grad as gradOf,
  keep,
  noGrad,
  ones,
  savedTensorHooks,
  scope,
  stack,
  type Tensor,
  zeros,
} from "@cotangent/core";
import * as fn from "@cotangent/functional";
import fc from "fast-check";
import { f64 } from "../support.ts";

/** One step: what to do, to which values, with which function. */
export interface Step {
  readonly op: string;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly body: readonly Step[];
}

/** What a program knows; a function inside of it knows what is around it too. */
interface World {
  readonly seen: Tensor[];
  readonly functions: ((v: Tensor) => readonly Tensor[])[];
  /** Never given up. */
  readonly leaves: readonly Tensor[];
  readonly constants: readonly Tensor[];
  /** Whether `f` of a checkpoint runs: what it captures must stay as it is. */
  readonly again: boolean;
  /** Whether a scope is open, which will give up what is made. */
  readonly scoped: boolean;
}

type Action = (w: World, s: Step) => readonly Tensor[];
type Fn = (...xs: Tensor[]) => Tensor;

const SIZE = 2;
let gone: WeakSet<Tensor>;
/** Values that user code inside of functions and hooks has put aside, for the innermost scope. */
let aside: Tensor[];
let trace: string[];

export const at = <T>(list: readonly T[], n: number): T => list[n % list.length]!;

/** Recent values first. */
export function pick({ seen }: World, n: number): Tensor {
  const alive = seen.filter((x) => !gone.has(x));
  return alive[alive.length - 1 - (n % alive.length)]!;
}

const isPlain = (x: Tensor): boolean => x.level.depth === 0;

function inBatch(x: Tensor): boolean {
  return x.level.kind === "batch" || (x.value !== null && inBatch(x.value));
}

const note = (label: string, x: Tensor): void => {
  trace.push(`${label} ${inBatch(x) ? "batch" : Array.from(x.dataSync()).join(" ")}`);
};

function attempt(w: World, s: Step): void {
  try {
    const made = action(s.op)(w, s);
    w.seen.push(...made.filter((x) => x.shape.length === 1 && x.shape[0] === SIZE));
    for (const x of made) note(s.op, x);
  } catch (error) {
    trace.push(`${s.op} ${(error as Error).message}`);
  }
}

const inside = (w: World, args: readonly Tensor[], again = w.again): World => ({
  ...w,
  seen: [...w.seen, ...args],
  functions: again ? [] : [...w.functions],
  again,
});

function run(w: World, steps: readonly Step[]): void {
  for (const s of steps) attempt(w, s);
}

/** The function that some steps are. */
export const vector =
  (w: World, s: Step, again = w.again): Fn =>
  (...xs) => {
    const inner = inside(w, xs, again);
    run(inner, s.body);
    const y = pick(inner, s.c % 4);
    if (s.c % 13 === 12) throw new Error("boom");
    return s.c % 5 === 0 && !gone.has(xs[0]!) ? xs[0]! : y;
  };
/** A vector that no function gives up while it is in use. */
export const lent = (w: World, n: number): Tensor => pick(w, n).mul(1);
/** Its sum, which depends on its argument. */
const scalar =
  (w: World, s: Step): Fn =>
  (...xs) => {
    const y = vector(w, s)(...xs);
    return (s.b % 2 && !gone.has(xs[0]!) ? y.mul(xs[0]!) : y).sum();
  };

const flat = (tree: unknown): readonly Tensor[] =>
  Array.isArray(tree) ? tree.flatMap(flat) : [tree as Tensor];
export const rowsOf = (J: Tensor): readonly Tensor[] => [
  J.select(0, 0),
  J.sum(0),
  J.narrow(1, 1, 1).squeeze(1),
];
export const pair = (a: Tensor, b: Tensor): Tensor => stack([a, b]);

/** A function whose rules keep what they see, cache, and return their inputs. */
function defined(kind: number): Fn {
  let cache: Tensor | null = null;
  const put = (...xs: readonly (Tensor | null)[]): void => {
    for (const x of xs) if (x !== null && isPlain(x)) aside.push(x);
  };
  const f = defineFunction({
    name: "defined",
    forward: (x: Tensor, y: Tensor) => {
      put(x, y);
      cache ??= keep(f64([2, 3]).mul(0.5));
      return kind % 3 === 0 ? x : kind % 3 === 1 ? x.mul(y) : x.reshape([SIZE]).add(cache.sum(0));
    },
    vjp: (g, out, [x, y]) => {
      put(g, out, x, y);
      if (kind % 17 === 16) throw new Error("boom");
      if (kind % 5 === 4) return [fn.grad((z: Tensor) => z.mul(g).sum())(x), null];
      if (kind % 3 === 0) return [g, null];
      if (kind % 3 === 1) return [g.mul(y), g.mul(x)];
      return [kind % 2 ? g : g.mul(cache!).div(cache!), null];
    },
    ...(kind % 4 === 1 && {
      jvp: ([s, t]: readonly (Tensor | null)[], out: Tensor, [x, y]: readonly [Tensor, Tensor]) => {
        put(s!, t!, out);
        const zero = out.mul(0);
        if (kind % 3 !== 1) return s ?? zero;
        return (s?.mul(y) ?? zero).add(t?.mul(x) ?? zero);
      },
    }),
    ...(kind % 4 === 2 && {
      batch: ([x, y]: readonly [Tensor, Tensor]) => {
        put(x, y);
        return kind % 3 === 0 ? x : kind % 3 === 1 ? x.mul(y) : x.add(cache!.sum(0));
      },
    }),
  });
  return f as Fn;
}

export const options = (n: number): { createGraph?: boolean; retainGraph?: boolean } => ({
  ...(n % 3 === 1 && { createGraph: true }),
  ...(n % 3 === 2 && { createGraph: false }),
  ...(n % 2 === 1 && { retainGraph: true }),
});
export const linkage = (n: number): { createGraph?: boolean } =>
  n % 3 === 0 ? {} : { createGraph: n % 3 === 1 };

const hook =
  (w: World, s: Step) =>
  (g: Tensor): Tensor | void => {
    if (isPlain(g)) aside.push(g, g.mul(2));
    if (s.c % 17 === 16) throw new Error("boom");
    if (s.a % 7 === 6) return fn.grad((z: Tensor) => z.square().mul(g).sum())(g);
    if (s.a % 7 === 5) return scope(() => g.sin().mul(at(w.constants, s.b)));
    if (s.a % 7 === 4) return checkpoint((z: Tensor) => z.sin().mul(z), g);
    if (s.c % 6 === 1) return g;
    if (s.c % 6 === 2) return g.mul(at(w.constants, s.b));
    if (s.c % 6 === 3) return at(w.constants, s.b);
    if (s.c % 6 === 4) return g.neg().reshape([SIZE]);
    if (s.c % 6 === 5 && isPlain(g) && !g.requiresGrad) g.assign(at(w.constants, s.b));
  };

export const tracked = (w: World, s: Step): Tensor => {
  const x = pick(w, s.a);
  return x.requiresGrad ? x : x.mul(at(w.leaves, s.a));
};

export const actions: Readonly<Record<string, Action>> = {
  tanh: (w, s) => [pick(w, s.a).tanh()],
  sin: (w, s) => [pick(w, s.a).sin()],
  exp: (w, s) => [pick(w, s.a).tanh().exp()],
  mul: (w, s) => [pick(w, s.a).mul(pick(w, s.b)).tanh()],
  add: (w, s) => [pick(w, s.a).add(pick(w, s.b))],
  softmax: (w, s) => [pick(w, s.a).softmax(0)],
  flip: (w, s) => [pick(w, s.a).flip(0)],
  matmul: (w, s) => [pair(pick(w, s.a), pick(w, s.b)).matmul(pick(w, s.c)).tanh()],
  max: (w, s) => [pick(w, s.a).amax(0).expand([SIZE]), pick(w, s.b).cumsum(0)],
  sort: (w, s) => [pick(w, s.a).sort(0)[0]],
  view: (w, s) => {
    const x = pick(w, s.a);
    const P = pair(x, pick(w, s.b));
    return [x.reshape([SIZE]), x.unsqueeze(0).select(0, 0), x.detach(), P.T.select(1, s.c % 2)];
  },
  cast: (w, s) => {
    const x = pick(w, s.a);
    return [x.astype("float32").sin().astype("float64"), x.astype("float64"), x.to("cpu")];
  },
  masked: (w, s) => {
    const x = pick(w, s.a);
    return [x.where(x.gt(0), pick(w, s.b)), x.gather(0, x.argsort(0)), x.prod(0).expand([SIZE])];
  },
  number: (_w, s) => [
    ones([SIZE], { dtype: "float64" }).mul(s.a),
    zeros([SIZE], { dtype: "float64" }),
  ],
  constant: (_w, s) => [f64([0.1 * s.a, -0.3])],
  leaf: (_w, s) => [f64([0.2 * s.a, 0.4], true)],
  keep: (w, s) => [keep(pick(w, s.a).sin())],
  aside: (w, s) => {
    const x = pick(w, s.a);
    if (isPlain(x)) aside.push(x);
    const y = x.detach();
    if (isPlain(y)) aside.push(y, y.view?.buffer ? y.exp() : y);
    return [];
  },
  dispose: (w, s) => {
    const x = pick(w, s.a);
    if (w.again || [...w.leaves, ...w.constants].includes(x)) return [];
    gone.add(x);
    x.dispose();
    return [];
  },
  assign: (w, s) => {
    const x = s.b % 2 ? pick(w, s.a) : at(w.leaves, s.a);
    if (w.again) return [];
    noGrad(() => void x.assign(pick(w, s.c)));
    return [];
  },
  grad: (w, s) => flat(fn.grad(scalar(w, s))(pick(w, s.a))),
  gradOfTwo: (w, s) => flat(fn.grad(scalar(w, s), { argnums: [0, 1] })(pick(w, s.a), pick(w, s.b))),
  gradWithAux: (w, s) => {
    const f = (x: Tensor) => {
      const y = vector(w, s)(x);
      const h = y.sin();
      return [h.sum(), [h, y, x, pick(w, s.b), h.mul(0.5), x.detach()]] as const;
    };
    const [g, aux] = fn.grad(f, { hasAux: true })(pick(w, s.a));
    return [...flat(g), ...flat(aux)];
  },
  valueAndGrad: (w, s) => flat(fn.valueAndGrad(scalar(w, s))(pick(w, s.a))),
  vjp: (w, s) => {
    const f = (x: Tensor) => [vector(w, s)(x), x, pick(w, s.b)] as const;
    const v = lent(w, s.c);
    return flat(fn.vjp(f as never, pick(w, s.a), [v, v, v] as never, linkage(s.b)));
  },
  vjpStrict: (w, s) =>
    flat(fn.vjp(vector(w, s), pick(w, s.a), lent(w, s.c), { strict: s.b % 2 === 0 })),
  jvp: (w, s) => {
    const f = (x: Tensor) => [vector(w, s)(x), x, pick(w, s.b)] as const;
    const o = { ...linkage(s.c), strict: s.b % 4 === 0 };
    return flat(fn.jvp(f as never, pick(w, s.a), pick(w, s.c) as never, o));
  },
  vhp: (w, s) => flat(fn.vhp(scalar(w, s), pick(w, s.a), lent(w, s.c), linkage(s.b))),
  hvp: (w, s) => flat(fn.hvp(scalar(w, s), pick(w, s.a), lent(w, s.c), linkage(s.b))),
  jacobian: (w, s) => {
    const strategy = at(["reverse-mode", "forward-mode", "auto"] as const, s.b);
    const o = { ...linkage(s.c), strategy, vectorize: s.b % 2 === 0, strict: s.c % 7 === 6 };
    return rowsOf(fn.jacobian(vector(w, s), pick(w, s.a), o) as unknown as Tensor);
  },
  hessian: (w, s) => {
    const outerJacobianStrategy = at(["reverse-mode", "forward-mode", "auto"] as const, s.b);
    const o = { ...linkage(s.c), outerJacobianStrategy };
    return rowsOf(fn.hessian(scalar(w, s), pick(w, s.a), o) as unknown as Tensor);
  },
  jacrev: (w, s) => rowsOf(fn.jacrev(vector(w, s))(pick(w, s.a)) as Tensor),
  jacrevWithAux: (w, s) => {
    const f = (x: Tensor) => {
      const y = vector(w, s)(x);
      return [y, [y, x]] as const;
    };
    const [J, aux] = fn.jacrev(f, { hasAux: true, chunkSize: 1 })(pick(w, s.a));
    return [...rowsOf(J as unknown as Tensor), ...flat(aux)];
  },
  jacfwd: (w, s) => {
    const f = (x: Tensor) => {
      const y = vector(w, s)(x);
      return [y, [y, x]] as const;
    };
    const [J, aux] = fn.jacfwd(f, { hasAux: true, ...(s.b % 2 && { chunkSize: 1 }) })(pick(w, s.a));
    return [...rowsOf(J as unknown as Tensor), ...flat(aux)];
  },
  vmap: (w, s) => {
    const o = s.b % 2 ? { chunkSize: 1 } : {};
    const f = (x: Tensor) => [vector(w, s)(x), x, pick(w, s.b)];
    const [y, x, z] = fn.vmap(
      f as never,
      o,
    )(pair(pick(w, s.a), pick(w, s.b))) as unknown as Tensor[];
    return [...rowsOf(y!), x!.select(0, 1), z!.select(0, 0)];
  },
  vmapOfOne: (w, s) => {
    const f = (x: Tensor, y: Tensor, z: Tensor) => [vector(w, s)(y), x, y, z];
    const P = pair(pick(w, s.a), pick(w, s.b));
    const y = pick(w, s.b);
    const rs = fn.vmap(f as never, { inDims: [1, null, 0], outDims: [0, 0, 0, 1] } as never)(
      P as never,
      y as never,
      P as never,
    ) as unknown as Tensor[];
    return rs.flatMap(rowsOf);
  },
  linearizeWithAux: (w, s) => {
    const f = (x: Tensor) => {
      const y = vector(w, s)(x);
      return [y, [y, x, pick(w, s.b)]];
    };
    const [y, push, aux] = fn.linearize(f as never, pick(w, s.a), { hasAux: true }) as unknown as [
      Tensor,
      Fn,
      Tensor[],
    ];
    if (!w.again) w.functions.push((v) => [push(v)]);
    return [y, ...aux, push(pick(w, s.b))];
  },
  linearize: (w, s) => {
    const [y, push] = fn.linearize(vector(w, s), pick(w, s.a)) as unknown as [Tensor, Fn];
    if (!w.again) w.functions.push((v) => [push(v)]);
    return [y];
  },
  pullback: (w, s) => {
    const [y, pull] = fn.pullback(vector(w, s), pick(w, s.a)) as unknown as [Tensor, Fn];
    if (!w.again) w.functions.push((v) => [pull(v)]);
    return [y];
  },
  call: (w, s) => (w.functions.length === 0 ? [] : at(w.functions, s.a)(pick(w, s.b))),
  tape: (w, s) => {
    const y = tracked(w, s);
    const xs = [at(w.leaves, s.b), pick(w, s.c), tracked(w, s)].filter((x) => x.requiresGrad);
    const o = { ...options(s.c), gradOutputs: pick(w, s.b), materializeGrads: true };
    return gradOf(y, xs, o) as readonly Tensor[];
  },
  tapeInside: (w, s) => {
    const y = pick(w, s.a);
    return [gradOf(y, pick(w, s.b), { ...options(s.c), gradOutputs: y })];
  },
  tapeBatched: (w, s) => {
    const xs = [at(w.leaves, s.a), pick(w, s.b)].filter((x) => x.requiresGrad);
    const gradOutputs = pair(pick(w, s.b), pick(w, s.c));
    const o = { ...options(s.c), gradOutputs, isGradsBatched: true, materializeGrads: true };
    return (gradOf(tracked(w, s), xs, o) as readonly Tensor[]).flatMap(rowsOf);
  },
  backward: (w, s) => {
    const y = tracked(w, s);
    backward(y, { ...options(s.c), gradTensors: pick(w, s.b) });
    return w.leaves.flatMap((x) => x.grad ?? []).map((g) => g.detach());
  },
  backwardTo: (w, s) => {
    const x = at(w.leaves, s.b);
    backward([tracked(w, s), x.mul(x).sum()], {
      gradTensors: [pick(w, s.b), null],
      inputs: x,
      ...options(s.c),
    });
    return [];
  },
  step: (w) => {
    if (w.again) return [];
    noGrad(() => {
      for (const x of w.leaves) if (x.grad) x.assign(x.sub(x.grad.mul(0.1)).tanh());
    });
    return [];
  },
  zeroGrad: (w, s) => {
    at(w.leaves, s.a).grad = s.b % 2 ? null : pick(w, s.b).detach();
    return [];
  },
  hook: (w, s) => {
    const x = tracked(w, s);
    const { remove } = x.registerHook(hook(w, s));
    if (s.b % 3 === 0)
      w.functions.push(() => {
        remove();
        return [];
      });
    return [x];
  },
  leafHook: (w, s) => {
    const { remove } = at(w.leaves, s.a).registerHook(hook(w, s));
    w.functions.push(() => {
      remove();
      return [];
    });
    return [];
  },
  retainGrad: (w, s) => {
    const x = tracked(w, s).sin();
    x.retainGrad();
    const y = x.mul(pick(w, s.b));
    backward(y, { gradTensors: pick(w, s.c), ...options(s.c), inputs: [x, at(w.leaves, s.b)] });
    return [x.grad!.detach(), x, y];
  },
  saved: (w, s) => {
    const hooks = {
      pack: (x: Tensor) => (s.b % 3 === 0 ? x : s.b % 3 === 1 ? x.mul(1) : x.detach()),
      unpack: (x: Tensor) =>
        s.b % 2
          ? x
          : s.c % 2
            ? x.add(0)
            : fn
                .vmap((z: Tensor) => z.mul(1))(x.reshape([-1]))
                .reshape([...x.shape]),
    };
    return [savedTensorHooks(hooks, () => vector(w, s)(pick(w, s.a)))];
  },
  checkpoint: (w, s) => {
    const around = w.scoped ? [] : w.seen.filter((x) => !isPlain(x) && !gone.has(x));
    const fixed = { ...w, seen: [...w.leaves, ...w.constants, ...around] };
    return [checkpoint(vector(fixed, s, true), pick(w, s.a), pick(w, s.b))];
  },
  defined: (w, s) => [defined(s.c)(pick(w, s.a), pick(w, s.b))],
  closureVjp: (w, s) => {
    const x = at(w.leaves, s.a);
    return [fn.vjp((z: Tensor) => z.mul(x), x, pick(w, s.b))[1]];
  },
  scope: (w, s) => {
    const outer = aside;
    aside = [];
    try {
      return scope(() => {
        const inner = { ...inside(w, []), scoped: true };
        run(inner, s.body);
        for (const x of aside) note("aside", x);
        for (const x of inner.seen) if (!gone.has(x)) note("scope", x);
        const news = inner.seen.slice(w.seen.length).filter((x) => !gone.has(x));
        return s.b % 2 ? news.slice(0, 2) : news.slice(-1).map((x) => x.mul(2));
      });
    } finally {
      aside = outer;
    }
  },
  noGrad: (w, s) => noGrad(() => [vector(w, s)(pick(w, s.a))] as const),
  enableGrad: (w, s) => enableGrad(() => [vector(w, s)(pick(w, s.a))] as const),
};

const action = (op: string): Action => actions[op]!;

/** All that a program shows: every result when it is made, and what is left at its end. */
export function traceOf(steps: readonly Step[]): readonly string[] {
  gone = new WeakSet();
  aside = [];
  trace = [];
  const leaves = [f64([0.5, 1.5], true), f64([-0.7, 0.3], true)];
  const constants = [f64([1, -1]), f64([0.25, 2])];
  const w: World = {
    seen: [...leaves, ...constants],
    functions: [],
    leaves,
    constants,
    again: false,
    scoped: false,
  };
  for (const s of steps) {
    attempt(w, s);
    for (const x of aside.splice(0)) {
      note("aside", x);
      w.seen.push(x);
    }
  }
  for (const f of w.functions) {
    try {
      for (const x of f(constants[0]!)) note("function", x);
    } catch (error) {
      trace.push((error as Error).message);
    }
  }
  for (const x of w.seen) if (!gone.has(x)) note("end", x);
  return trace;
}

/** Few kinds of steps in each program, so that they meet; they nest at most three deep. */
export const programsOf = (ops: readonly string[]): fc.Arbitrary<readonly Step[]> =>
  fc.subarray([...ops], { minLength: 3, maxLength: 12 }).chain((some) => {
    const op = fc.constantFrom(...some);
    const [a, b, c] = [fc.nat(30), fc.nat(30), fc.nat(30)];
    return [4, 4, 12].reduce<fc.Arbitrary<readonly Step[]>>(
      (body, maxLength) => fc.array(fc.record({ op, a, b, c, body }), { maxLength, size: "max" }),
      fc.constant([]),
    );
  });
