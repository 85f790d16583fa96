import * as tf from "@tensorflow/tfjs-core";
import { INNER, newShapes } from "../newShapes.ts";

type Tensors = readonly tf.Tensor[];
type Make = (
  inputs: Tensors,
  settings: Readonly<Record<string, number>>,
) => () => tf.Tensor | tf.Tensor[];

const op =
  (f: (...inputs: tf.Tensor[]) => tf.Tensor): Make =>
  (inputs) =>
  () =>
    f(...inputs);

function transcendental(x: tf.Tensor): tf.Tensor {
  const inner = tf.sin(tf.add(tf.exp(tf.mul(x, 0.5)), 1));
  return tf.mul(tf.tanh(tf.add(tf.mul(inner, tf.log(x)), x)), 2);
}

function arithmetic(x: tf.Tensor): tf.Tensor {
  const inner = tf.mul(tf.sub(tf.mul(tf.add(tf.mul(x, x), x), 0.5), x), x);
  return tf.add(tf.mul(tf.add(inner, 1), 0.25), x);
}

const chain: Make = ([x], { n }) => {
  const g = tf.grad((z: tf.Tensor) => {
    let y = z;
    for (let i = 0; i < n!; i++) y = tf.sin(y);
    return tf.sum(y);
  });
  return () => g(x!);
};

const rows: Make = ([x]) => {
  const g = tf.grad((z: tf.Tensor) => tf.sum(tf.square(tf.stack(tf.unstack(z)))));
  return () => g(x!);
};

const gradOfProduct: Make = ([x]) => {
  const g = tf.grad((z: tf.Tensor) => tf.sum(tf.mul(tf.sin(z), z)));
  return () => g(x!);
};

const repeat =
  (step: (y: tf.Tensor, x: tf.Tensor, i: number) => tf.Tensor): Make =>
  ([x], { n }) =>
  () => {
    let y = x!;
    for (let i = 0; i < n!; i++) y = step(y, x!, i);
    return y;
  };

const product = (transposeA: boolean, transposeB: boolean): Make =>
  op((a, b) => tf.matMul(a!, b!, transposeA, transposeB));

const fresh =
  (compute: (m: number, n: number) => tf.Tensor): Make =>
  () => {
    const next = newShapes();
    return () => compute(...next());
  };

const ops: Readonly<Record<string, Make>> = {
  add: op((x, y) => tf.add(x!, y!)),
  mul: op((x, y) => tf.mul(x!, y!)),
  div: op((x, y) => tf.div(x!, y!)),
  mulNumber: op((x) => tf.mul(x!, 2)),
  relu: op((x) => tf.relu(x!)),
  exp: op((x) => tf.exp(x!)),
  log: op((x) => tf.log(x!)),
  tanh: op((x) => tf.tanh(x!)),
  sin: op((x) => tf.sin(x!)),
  sigmoid: op((x) => tf.sigmoid(x!)),
  sum: op((x) => tf.sum(x!)),
  "sum.rows": op((x) => tf.sum(x!, 1)),
  "sum.columns": op((x) => tf.sum(x!, 0)),
  softmax: op((x) => tf.softmax(x!, 1)),
  "add.transpose": op((x) => tf.add(x!, tf.transpose(x!))),
  "chain.transcendental": op((x) => transcendental(x!)),
  "chain.arithmetic": op((x) => arithmetic(x!)),
  matmul: product(false, false),
  "matmul.nt": product(false, true),
  "matmul.tn": product(true, false),
  gradOfProduct,
  chain,
  unbind: rows,
  additions: repeat((y, x) => tf.add(y, x)),
  reshapes: repeat((y, _, i) => tf.reshape(y, i % 2 > 0 ? [4, 4] : [2, 8])),
  normal:
    (_, { n }) =>
    () => {
      const z = tf.randomNormal([n!]);
      return [tf.mean(z), tf.mean(tf.square(z))];
    },
  conv2d: op((x, kernel) => {
    const [image, filter] = [tf.transpose(x!, [0, 2, 3, 1]), tf.transpose(kernel!, [2, 3, 1, 0])];
    const y = tf.conv2d(image as tf.Tensor4D, filter as tf.Tensor4D, 1, "same");
    return tf.transpose(y, [0, 3, 1, 2]);
  }),
  "fresh.add": fresh((m, n) => tf.add(tf.ones([m, n]), tf.ones([m, n]))),
  "fresh.matmul": fresh((m, n) => tf.matMul(tf.ones([m, INNER]), tf.ones([INNER, n]))),
  sort: op((x) => tf.neg(tf.topk(tf.neg(x!), x!.size).values)),
};

function logits(parameters: Tensors, x: tf.Tensor): tf.Tensor {
  let y = x;
  for (let i = 0; i < parameters.length; i += 2) {
    if (i > 0) y = tf.relu(y);
    y = tf.add(tf.matMul(y, parameters[i]!), parameters[i + 1]!);
  }
  return y;
}

const RATE = 0.1;

function both([x, y, ...parameters]: Tensors) {
  const f = (...p: tf.Tensor[]): tf.Scalar =>
    tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits(p, x!)), y!), -1)));
  const valueAndGrads = tf.valueAndGrads(f);
  return () => valueAndGrads([...parameters]);
}

const valueAndGrad: Make = (inputs) => {
  const run = both(inputs);
  return () => {
    const { value, grads } = run();
    return [value, ...grads];
  };
};

const step: Make = (inputs) => {
  const run = both(inputs);
  const parameters = inputs.slice(2);
  return () => {
    const { grads } = run();
    return parameters.map((p, i) => tf.sub(p, tf.mul(grads[i]!, RATE)));
  };
};

const mlp: Readonly<Record<string, Make>> = {
  "mlp.forward":
    ([x, , ...parameters]) =>
    () =>
      logits(parameters, x!),
  "mlp.valueAndGrad": valueAndGrad,
  "mlp.step": step,
};

type Map = (x: tf.Tensor) => tf.Tensor;
type MakeMap = (a: tf.Tensor, b: tf.Tensor) => Map;

/** Of a row vector, as its products are of matrices only. */
const network: MakeMap = (w, u) => (x) =>
  tf.reshape(tf.matMul(tf.tanh(tf.matMul(tf.reshape(x, [1, -1]), w)), u), [-1]);

const layer: MakeMap = (w, b) => (x) =>
  tf.tanh(tf.add(tf.reshape(tf.matMul(w, tf.reshape(x, [-1, 1])), [-1]), b));

/** A row at a time, as it has no vectorized map. */
const jacobian =
  (make: MakeMap): Make =>
  ([x, a, b]) => {
    const f = make(a!, b!);
    const pull = tf.grad(f);
    const rows = tf.unstack(tf.eye(f(x!).size));
    return () => tf.stack(rows.map((row) => pull(x!, row)));
  };

const gradient: Make = ([x, w, u]) => {
  const f = network(w!, u!);
  const g = tf.grad((z: tf.Tensor) => tf.logSumExp(f(z)));
  return () => g(x!);
};

/** ppl_simple_reg. */
const regression: Make = ([x, y, beta]) => {
  const g = tf.grad((b: tf.Tensor) => {
    const z = tf.reshape(tf.matMul(x!, tf.reshape(b, [-1, 1])), [-1]);
    const fit = tf.sum(tf.sub(tf.mul(y!, z), tf.softplus(z)));
    return tf.sub(fit, tf.mul(0.5, tf.sum(tf.square(b))));
  });
  return () => g(beta!);
};

const derivatives: Readonly<Record<string, Make>> = {
  "network.grad": gradient,
  "network.jacrev": jacobian(network),
  "layer.jacrev": jacobian(layer),
  "simple.vjp": regression,
  "simple.jacobian": regression,
};

export const tasks: Readonly<Record<string, Make>> = { ...ops, ...mlp, ...derivatives };
