/**
 * Registers the gradients of TensorFlow.js. Its core keeps them in files that only bundlers read: modules without file
 * extensions in their imports, in a package that says it is CommonJS. The whole of @tensorflow/tfjs has them too, with
 * 200 MB more.
 */
import { registerHooks } from "node:module";

const CORE = "/@tensorflow/tfjs-core/dist/";

registerHooks({
  resolve: (specifier, context, next) =>
    specifier.startsWith(".") && context.parentURL?.includes(CORE)
      ? next(`${specifier}.js`, context)
      : next(specifier, context),
  load: (url, context, next) =>
    next(url, url.includes(CORE) ? { ...context, format: "module" } : context),
});

/** Call it when the core itself is loaded. */
export async function registerGradients(): Promise<void> {
  const file: string = "@tensorflow/tfjs-core/dist/register_all_gradients.js";
  await import(file);
}
