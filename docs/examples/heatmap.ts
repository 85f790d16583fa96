/** What a listener learns about a string: how its sound depends on the wave speed in every cell. */
import { arange, full, stack, type Tensor } from "@cotangent/core";
import { jacobian } from "@cotangent/functional";
import { drawHeatmap } from "./drawing.ts";
import expected from "./expected.golden.json" with { type: "json" };
import type { Comparisons } from "./tour.ts";

export const title = "a drawing: the sound of a string by its wave speed, 48 × 64";
export const reference = "PyTorch";

const cells = 64;
const plucked = 14;
const heard = 45;

/** The wave equation with fixed ends; every second step is recorded at one place. */
function listen(speed: Tensor): Tensor {
  const pulse = arange(cells).sub(plucked).div(3).square().neg().exp();
  const record: Tensor[] = [];
  let [before, now] = [pulse, pulse];
  for (let step = 0; step < 110; step++) {
    const padded = now.pad([1, 1]);
    const neighbours = padded.narrow(0, 0, cells).add(padded.narrow(0, 2, cells));
    const curvature = neighbours.sub(now.mul(2));
    [before, now] = [now, now.mul(2).sub(before).add(speed.square().mul(curvature))];
    if (step >= 14 && step % 2 === 0) record.push(now.select(0, heard));
  }
  return stack(record);
}

const sensitivity = (): Tensor => jacobian(listen, full(cells, 0.95), { strategy: "forward-mode" });

export function run(): Comparisons {
  return { sensitivity: [sensitivity(), expected.seismogram] };
}

export const drawing = "jacobian.svg";

export function draw(): string {
  return drawHeatmap(sensitivity().arraySync() as number[][], {
    title: "How the sound of a string depends on its wave speed",
    rows: "output: displacement heard, by time",
    columns: "input: wave speed, by place",
    values: "derivative of output by input",
    marks: { plucked, heard },
  });
}
