import type { Case } from "./case.ts";
import { arithmetic } from "./cases/arithmetic.ts";
import { comparison } from "./cases/comparison.ts";
import { functions } from "./cases/functions.ts";
import { matrices } from "./cases/matrices.ts";
import { views } from "./cases/views.ts";

/** The case list: one for each primitive, and for what is composed of them where that is worth it. */
export const cases: readonly Case[] = [
  ...arithmetic,
  ...functions,
  ...comparison,
  ...views,
  ...matrices,
];
