import type { Case } from "./case.ts";
import { activations } from "./cases/activations.ts";
import { arithmetic } from "./cases/arithmetic.ts";
import { comparison } from "./cases/comparison.ts";
import { functions } from "./cases/functions.ts";
import { indexing } from "./cases/indexing.ts";
import { linalg } from "./cases/linalg.ts";
import { matrices } from "./cases/matrices.ts";
import { reductions } from "./cases/reductions.ts";
import { scalars } from "./cases/scalars.ts";
import { views } from "./cases/views.ts";

/** The case list: one for each primitive, and for what is composed of them where that is worth it. */
export const cases: readonly Case[] = [
  ...arithmetic,
  ...functions,
  ...activations,
  ...comparison,
  ...views,
  ...reductions,
  ...indexing,
  ...matrices,
  ...scalars,
  ...linalg,
];
