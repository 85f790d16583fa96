import {
  grad,
  hessian,
  type Array as JaxArray,
  jacfwd,
  jacrev,
  jvp,
  lax,
  nn,
  numpy as np,
  random,
  scipySpecial,
  valueAndGrad,
  vjp,
  vmap,
} from "@jax-js/jax";
import { INNER, newShapes } from "../newShapes.ts";
import { mixture } from "./jaxMixture.ts";

export type Arrays = readonly JaxArray[];
export type Tree = JaxArray | readonly Tree[];
/** Of a row's inputs, all of which it consumes. */
export type JaxFunction = (...inputs: JaxArray[]) => Tree;
type Make = (settings: Readonly<Record<string, number>>) => JaxFunction;

/** The transforms' own types follow a function's exactly; here functions come from tables. */
type Transform = (f: JaxFunction) => JaxFunction;
const transforms = { hessian, jacfwd, jacrev } as unknown as Readonly<
  Record<"hessian" | "jacfwd" | "jacrev", Transform>
>;
const gradOf = grad as unknown as (f: JaxFunction, o?: { argnums: number[] }) => JaxFunction;
const bothOf = valueAndGrad as unknown as typeof gradOf;
const vmapOf = vmap as unknown as (f: JaxFunction, axes?: (number | null)[]) => JaxFunction;
const jvpOf = jvp as unknown as (f: JaxFunction, x: Arrays, t: Arrays) => readonly Tree[];
type Pull = ((v: Tree) => readonly Tree[]) & { dispose(): void };
const vjpOf = vjp as unknown as (f: JaxFunction, x: Arrays) => readonly [Tree, Pull];

const op =
  (f: (...inputs: JaxArray[]) => JaxArray): Make =>
  () =>
    f;

const transcendental = (x: JaxArray): JaxArray =>
  np
    .tanh(
      np
        .sin(np.exp(x.ref.mul(0.5)).add(1))
        .mul(np.log(x.ref))
        .add(x),
    )
    .mul(2);

const arithmetic = (x: JaxArray): JaxArray =>
  x.ref.mul(x.ref).add(x.ref).mul(0.5).sub(x.ref).mul(x.ref).add(1).mul(0.25).add(x);

/** A/n + I. */
function regular(a: JaxArray): JaxArray {
  const n = a.shape.at(-1)!;
  return a.div(n).add(np.eye(n));
}

const repeat =
  (step: (y: JaxArray, x: JaxArray, i: number) => JaxArray): Make =>
  ({ n }) =>
  (x) => {
    let y = x!.ref;
    for (let i = 0; i < n!; i++) y = step(y, x!, i);
    x!.dispose();
    return y;
  };

const chain: Make = ({ n }) =>
  gradOf((x) => {
    let y = x!;
    for (let i = 0; i < n!; i++) y = np.sin(y);
    return y.sum();
  });

let seed = 0;

const normal: Make =
  ({ n }) =>
  () => {
    const z = random.normal(random.key(seed++), [n!]);
    return [z.ref.mean(), z.ref.mul(z).mean()];
  };

const fresh =
  (compute: (m: number, n: number) => JaxArray): Make =>
  () => {
    const next = newShapes();
    return () => compute(...next());
  };

const ops: Readonly<Record<string, Make>> = {
  add: op((x, y) => x!.add(y!)),
  mul: op((x, y) => x!.mul(y!)),
  div: op((x, y) => x!.div(y!)),
  mulNumber: op((x) => x!.mul(2)),
  relu: op((x) => nn.relu(x!)),
  exp: op((x) => np.exp(x!)),
  log: op((x) => np.log(x!)),
  tanh: op((x) => np.tanh(x!)),
  sin: op((x) => np.sin(x!)),
  sigmoid: op((x) => nn.sigmoid(x!)),
  sum: op((x) => x!.sum()),
  "sum.rows": op((x) => x!.sum(1)),
  "sum.columns": op((x) => x!.sum(0)),
  softmax: op((x) => nn.softmax(x!, 1)),
  "add.transpose": op((x) => x!.ref.add(x!.transpose())),
  "chain.transcendental": op((x) => transcendental(x!)),
  "chain.arithmetic": op((x) => arithmetic(x!)),
  matmul: op((a, b) => np.matmul(a!, b!)),
  "matmul.nt": op((a, b) => np.matmul(a!, b!.transpose())),
  "matmul.tn": op((a, b) => np.matmul(a!.transpose(), b!)),
  gradOfProduct: () => gradOf((x) => np.sin(x!.ref).mul(x!).sum()),
  chain,
  additions: repeat((y, x) => y.add(x.ref)),
  reshapes: repeat((y, _, i) => y.reshape(i % 2 > 0 ? [4, 4] : [2, 8])),
  cholesky: op((a) => np.linalg.cholesky(regular(a!), { symmetrizeInput: false })),
  solve: op((a, b) => np.linalg.solve(regular(a!), b!)),
  inv: op((a) => np.linalg.inv(regular(a!))),
  det: op((a) => np.linalg.det(regular(a!))),
  sort: op((x) => np.sort(x!)),
  normal,
  conv2d: op((x, kernel) => lax.convGeneralDilated(x!, kernel!, [1, 1], "SAME")),
  "fresh.add": fresh((m, n) => np.ones([m, n]).add(np.ones([m, n]))),
  "fresh.matmul": fresh((m, n) => np.matmul(np.ones([m, INNER]), np.ones([INNER, n]))),
};

/** Compiled, these would know their shapes from the first call on. */
export const eagerOnly: ReadonlySet<string> = new Set(["fresh.add", "fresh.matmul"]);

function logits(parameters: Arrays, x: JaxArray): JaxArray {
  let y = x;
  for (let i = 0; i < parameters.length; i += 2) {
    if (i > 0) y = nn.relu(y);
    y = np.matmul(y, parameters[i]!).add(parameters[i + 1]!);
  }
  return y;
}

const LAYERS = 6;
const argnums = [0, 1, 2, 3, 4, 5];
const RATE = 0.1;

const loss: JaxFunction = (...inputs) => {
  const [x, y] = inputs.slice(LAYERS);
  const z = nn.logSoftmax(logits(inputs.slice(0, LAYERS), x!), -1);
  return z.mul(y!).sum(-1).mean().neg();
};

/** Rows give x, y and then the parameters. */
const parametersFirst =
  (f: JaxFunction): Make =>
  () =>
  (x, y, ...parameters) =>
    f(...parameters, x!, y!);

const step: JaxFunction = (...inputs) => {
  const parameters = inputs.slice(0, LAYERS);
  const g = gradOf(loss, { argnums })(...parameters.map((p) => p.ref), ...inputs.slice(LAYERS));
  return parameters.map((p, i) => p.sub((g as Arrays)[i]!.mul(RATE)));
};

/** x, y, parameters and a direction. */
const along =
  (derive: (x: JaxArray, y: JaxArray, parameters: Arrays, v: Arrays) => Tree): Make =>
  () =>
  (x, y, ...rest) =>
    derive(x!, y!, rest.slice(0, LAYERS), rest.slice(LAYERS));

const mlp: Readonly<Record<string, Make>> = {
  "mlp.forward":
    () =>
    (x, y, ...parameters) => {
      y!.dispose();
      return logits(parameters, x!);
    },
  "mlp.valueAndGrad": parametersFirst(bothOf(loss, { argnums })),
  "mlp.step": parametersFirst(step),
  "mlp.perSample": parametersFirst(
    vmapOf(gradOf(loss, { argnums }), [null, null, null, null, null, null, 0, 0]),
  ),
  "mlp.jvp": along((x, y, parameters, v) => {
    y.dispose();
    return jvpOf((...p) => logits(p, x.ref), parameters, v)[1]!;
  }),
  "mlp.hvp": along((x, y, parameters, v) => {
    const g = gradOf((...p) => loss(...p, x.ref, y.ref), { argnums });
    return jvpOf(g, parameters, v)[1]!;
  }),
};

type Map = (x: JaxArray) => JaxArray;

const network =
  (w: JaxArray, u: JaxArray): Map =>
  (x) =>
    np.matmul(np.tanh(np.matmul(x, w.ref)), u.ref);

const objective =
  (w: JaxArray, u: JaxArray): Map =>
  (x) =>
    scipySpecial.logsumexp(network(w, u)(x));

const layer =
  (w: JaxArray, b: JaxArray): Map =>
  (x) =>
    np.tanh(np.matmul(w.ref, x).add(b.ref));

/** A transform of a map of the first input; the others are its constants. */
const of =
  (map: (a: JaxArray, b: JaxArray) => Map, transform: Transform): Make =>
  () =>
  (x, a, b) =>
    transform(map(a!, b!) as JaxFunction)(x!);

const jacobian: Readonly<Record<string, Make>> = {
  "network.jacrev": of(network, transforms.jacrev),
  "network.jacfwd": of(network, transforms.jacfwd),
  "network.grad": of(objective, gradOf),
  "network.hessian": of(objective, transforms.hessian),
  "network.hvp": () => (x, w, u, v) =>
    jvpOf(gradOf(objective(w!, u!) as JaxFunction), [x!], [v!])[1]!,
  "network.vhp": () => (x, w, u, v) => {
    const [g, pull] = vjpOf(gradOf(objective(w!, u!) as JaxFunction), [x!]);
    (g as JaxArray).dispose();
    const result = pull(v!);
    pull.dispose();
    return result;
  },
  "layer.jacrev": of(layer, transforms.jacrev),
  "layer.jacfwd": of(layer, transforms.jacfwd),
  "layer.batchJacobian": of(layer, (f) => vmapOf(transforms.jacrev(f))),
  "layer.batchHessian": of(layer, (f) => vmapOf(transforms.jacfwd(transforms.jacrev(f)))),
};

const LOG_NORMAL = 0.5 * Math.log(2 * Math.PI);

/** ppl_simple_reg: Bernoulli with logits Xβ, at fractional y, and a standard normal prior. */
const simple =
  (x: JaxArray, y: JaxArray): Map =>
  (beta) => {
    const z = np.matmul(x.ref, beta.ref);
    const fit = y.ref.mul(z.ref).sub(nn.softplus(z)).sum();
    return fit.add(beta.ref.mul(beta).mul(-0.5).sub(LOG_NORMAL).sum());
  };

type Derive = (f: JaxFunction, beta: JaxArray, v: JaxArray) => Tree;
const program =
  (derive: Derive): Make =>
  () =>
  (x, y, beta, v) =>
    derive(simple(x!, y!) as JaxFunction, beta!, v!);

const programs: Readonly<Record<string, Make>> = {
  "simple.vjp": program((f, beta) => gradOf(f)(beta)),
  "simple.jvp": program((f, beta, v) => jvpOf(f, [beta], [v])[1]!),
  "simple.vhp": program((f, beta, v) => {
    const [g, pull] = vjpOf(gradOf(f), [beta]);
    (g as JaxArray).dispose();
    const result = pull(v);
    pull.dispose();
    return result;
  }),
  "simple.hvp": program((f, beta, v) => jvpOf(gradOf(f), [beta], [v])[1]!),
  "simple.jacobian": program((f, beta) => gradOf(f)(beta)),
  "simple.hessian": program((f, beta) => transforms.hessian(f)(beta)),
};

/** tanh between layers. */
function model(parameters: Arrays, x: JaxArray): JaxArray {
  let y = x;
  for (let i = 0; i < parameters.length; i += 2) {
    if (i > 0) y = np.tanh(y);
    y = np.matmul(y, parameters[i]!).add(parameters[i + 1]!);
  }
  return y;
}

const modelProduct: Make =
  () =>
  (x, ...rest) => {
    const half = rest.length / 2;
    return jvpOf((...p) => model(p, x!.ref), rest.slice(0, half), rest.slice(half))[1]!;
  };

export const tasks: Readonly<Record<string, Make>> = {
  ...ops,
  ...mlp,
  ...jacobian,
  ...programs,
  ...mixture,
  "model.jvp": modelProduct,
};
