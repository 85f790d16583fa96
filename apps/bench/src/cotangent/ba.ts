import { arange, concat, cos, indexSelect, norm, roll, sin, type Tensor } from "@cotangent/core";
import * as fn from "@cotangent/functional";
import type { Task, Tasks } from "./task.ts";

const cross = (a: Tensor, b: Tensor): Tensor =>
  roll(a.mul(roll(b, -1)).sub(roll(a, -1).mul(b)), -1);

/** x turned about the axis r by the angle |r|, which is not 0. */
function rodrigues(r: Tensor, x: Tensor): Tensor {
  const angle = norm(r);
  const axis = r.div(angle);
  const [c, s] = [cos(angle), sin(angle)];
  const along = axis.mul(axis.mul(x).sum()).mul(c.neg().add(1));
  return x.mul(c).add(cross(axis, x).mul(s)).add(along);
}

/** Of one observation: the weighted distance between the projected point and the feature. */
function error(camera: Tensor, point: Tensor, weight: Tensor, feature: Tensor): Tensor {
  const part = (from: number, n: number): Tensor => camera.narrow(0, from, n);
  const seen = rodrigues(part(0, 3), point.sub(part(3, 3)));
  const flat = seen.narrow(0, 0, 2).div(seen.narrow(0, 2, 1));
  const square = flat.square().sum();
  const distortion = part(9, 1).mul(square).add(part(10, 1).mul(square.square())).add(1);
  const projected = flat.mul(distortion).mul(part(6, 1)).add(part(7, 2));
  return weight.mul(projected.sub(feature));
}

/** One camera, point, weight and feature for each observation: number i modulo how many there are. */
function observations(
  [camera, point, weight, feature]: readonly Tensor[],
  { n, m, p }: Readonly<Record<string, number>>,
): Tensor[] {
  const pick = (x: Tensor, count: number): Tensor => {
    const copies = x.unsqueeze(0).expand([count, x.shape[0]!]).clone();
    return indexSelect(copies, 0, arange(p!, { dtype: "int32" }).remainder(count));
  };
  const weights = weight!.expand([p!]).clone();
  return [pick(camera!, n!), pick(point!, m!), weights, pick(feature!, 1)];
}

const errors = fn.vmap(error);
const blocks = fn.vmap(fn.jacrev(error, { argnums: [0, 1, 2] }));

const objective: Task = (inputs, settings) => {
  const [camera, point, weight, feature] = observations(inputs, settings);
  return () => [errors(camera!, point!, weight!, feature!), weight!.square().neg().add(1)];
};

/** The nonzeros: 15 for each coordinate of an observation, then one for each weight. */
const jacobian: Task = (inputs, settings) => {
  const [camera, point, weight, feature] = observations(inputs, settings);
  return () => {
    const [ofCamera, ofPoint, ofWeight] = blocks(camera!, point!, weight!, feature!);
    return [concat([ofCamera, ofPoint, ofWeight.unsqueeze(2)], 2), weight!.mul(-2)];
  };
};

export const ba: Tasks = { "ba.objective": objective, "ba.Jacobian": jacobian };
