/** Headers of a page whose threads may share memory. */
export const ISOLATED: Record<string, string> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
