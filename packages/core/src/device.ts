import type { Backend } from "./backend.ts";
import { dtypes } from "./dtype.ts";
import { BackendError, DeviceError } from "./errors.ts";
import { checkSync, type Sync } from "./level.ts";
import { referenceBackend } from "./reference/backend.ts";
import type { Buffer, Device, View } from "./view.ts";

/** Who serves each device; `"cpu"` always has somebody. */
const backends: { cpu: Backend } & { [D in Device]?: Backend } = { cpu: referenceBackend() };

const HOW: { readonly [D in Device]: string } = {
  cpu: "it is always there",
  webgpu: 'call `await webgpu()` from "@cotangent/kernels-webgpu" first',
};

/** Puts a backend in charge of a device. */
export function registerBackend(device: Device, backend: Backend): void {
  backends[device] = backend;
}

/** Who serves a device; a DeviceError when nobody does. */
export function backendOf(device: Device): Backend {
  const backend = backends[device];
  if (backend !== undefined) return backend;
  throw new DeviceError(`${device}: the device is not available; ${HOW[device]}`);
}

export const deviceNames: readonly string[] = Object.keys(HOW);

/** A device by name that is there. */
export function checkDevice(who: string, device: unknown): Device {
  if (typeof device !== "string" || !Object.hasOwn(HOW, device))
    throw new DeviceError(
      `${who}: unknown device ${String(device)}; use one of ${deviceNames.join(", ")}`,
    );
  backendOf(device as Device);
  return device as Device;
}

let current: Device = "cpu";

/** The device of tensors that are made without one; `"cpu"` at first. */
export const getDefaultDevice = (): Device => current;

/**
 * Sets the device of tensors that are made without one.
 *
 * @throws DeviceError when the device is unknown or not available.
 */
export function setDefaultDevice(device: Device): void {
  current = checkDevice("setDefaultDevice", device);
}

/**
 * Runs `f` with another default device.
 *
 * @example const x = withDevice("webgpu", () => rand([64, 64]));
 */
export function withDevice<T>(device: Device, f: () => T & Sync<T>): T {
  const outer = current;
  current = checkDevice("withDevice", device);
  try {
    return checkSync<T>("withDevice", f());
  } finally {
    current = outer;
  }
}

export function checkFreed(buffer: Buffer, who: string): void {
  const { freedBy } = buffer;
  if (freedBy === null) return;
  const advice =
    freedBy === "dispose"
      ? "dispose of it later, or take a clone() before"
      : "return the tensor from it, or hold it with keep(x)";
  throw new BackendError(`${who}: the memory of this tensor was freed by ${freedBy}; ${advice}`);
}

/** The view with a buffer behind it: a number gets one when a kernel first needs it. */
export function dense(view: View): View {
  if (view.buffer !== null) return view;
  const one = new dtypes[view.dtype].array(1);
  one[0] = view.fill;
  view.buffer = backendOf(view.device).upload(one, view.dtype);
  // Handles that came before do not count on it, so it is never freed early.
  view.buffer.refs = Infinity;
  return view;
}
