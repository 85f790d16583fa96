import type { Library } from "../library.ts";

export const tfjs = (_backend: string): Promise<Library> =>
  Promise.reject(new Error("to be written"));
