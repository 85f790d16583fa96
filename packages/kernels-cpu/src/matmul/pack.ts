import { call, doWhile, i32const, set, when } from "../wasm/code.ts";
import { advance, both, equal, less, mul } from "../wasm/integer.ts";
import type { ModuleBuilder } from "../wasm/module.ts";
import { addCopied, addGathered, addWoven, type Panel } from "./panels.ts";

/** Panels that are copied side by side: whole cache lines, as all of a column may fall into one set. */
const MANY = 4;

/**
 * Adds `name(from, step, inner, width, k, to)`: copies a matrix of `width` × `k` elements, with strides
 * `step` and `inner` in bytes, into panels of some rows, column by column.
 */
export function addPack(builder: ModuleBuilder, panel: Panel): number {
  const { rows, element } = panel;
  const woven = addWoven(builder, panel);
  const gathered = addGathered(builder, panel);
  const copied = addCopied(builder, panel, 1);
  const manyCopied = addCopied(builder, panel, MANY);
  const params = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;
  return builder.add(panel.name, params, [], ({ params, local }) => {
    const [from, step, inner, width, k, to] = params;
    const taken = local("i32");
    const adjacent = equal(step, element.one.bytes);
    const one = [
      set(taken, i32const(rows)),
      when(
        equal(inner, element.one.bytes),
        call(woven, params),
        when(
          both(adjacent, less(MANY * rows - 1, width)),
          [call(manyCopied, [from, inner, k, to]), set(taken, i32const(MANY * rows))],
          when(
            both(adjacent, less(rows - 1, width)),
            call(copied, [from, inner, k, to]),
            call(gathered, params),
          ),
        ),
      ),
      advance(from, mul(step, taken)),
      advance(to, mul(mul(k, taken), element.one.bytes)),
      advance(width, mul(taken, -1)),
    ];
    return doWhile(one, less(0, width));
  });
}
