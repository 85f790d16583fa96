import { afterEach, expect } from "vitest";
import { tracing } from "../src/anomaly.ts";
import { getDefaultDevice } from "../src/device.ts";
import { getDefaultDtype } from "../src/dtype.ts";
import { scopes } from "../src/handles.ts";
import { levels, root } from "../src/level.ts";
import { packing } from "../src/savedTensors.ts";

/** What is global must be as before, whatever was thrown. */
export function checkState(): void {
  expect(levels).toEqual([root]);
  expect([root.open, root.recording]).toEqual([true, true]);
  expect(scopes).toEqual([]);
  expect(packing.hooks).toBe(null);
  expect(tracing.on).toBe(false);
  expect([getDefaultDtype(), getDefaultDevice()]).toEqual(["float32", "cpu"]);
}

export const checkStateAfterEach = (): void => afterEach(checkState);
