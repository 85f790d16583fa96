import { dataSync } from "./read.ts";
import type { Tensor } from "./tensor.ts";

export const show = (x: Tensor): string => `tensor(${String(dataSync(x, "toString"))})`;
export const showLater = async (x: Tensor): Promise<string> => show(x);
