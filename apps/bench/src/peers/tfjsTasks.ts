import * as tf from "@tensorflow/tfjs-core";

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

const gradient: Make = ([x, w, u]) => {
  const row = (z: tf.Tensor): tf.Tensor => tf.reshape(z, [1, z.size]);
  const g = tf.grad((z: tf.Tensor) => tf.logSumExp(tf.matMul(tf.tanh(tf.matMul(row(z), w!)), u!)));
  return () => g(x!);
};

export const tasks: Readonly<Record<string, Make>> = { ...ops, ...mlp, "network.grad": gradient };
