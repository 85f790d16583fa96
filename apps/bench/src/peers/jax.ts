import type { Library } from "../library.ts";

export const jax = (_jit: boolean): Promise<Library> => Promise.reject(new Error("to be written"));
