import { DTypeError } from "./errors.ts";

/** Element types. More will come: no code enumerates them but the table below. */
export type DType = "float32" | "float64" | "int32" | "bool";

/** What a tensor of each dtype is read into; a bool is a byte, 0 or 1. */
export interface HostArrays {
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
  bool: Uint8Array;
}
/** What a tensor of any dtype is read into. */
export type HostArray = HostArrays[DType];

type Kind = "bool" | "int" | "float";

interface DTypeInfo {
  readonly kind: Kind;
  readonly bytes: number;
  /** Promotion takes the higher rank. */
  readonly rank: number;
  readonly array: new (length: number) => HostArray;
}

export const dtypes: { readonly [D in DType]: DTypeInfo } = {
  bool: { kind: "bool", bytes: 1, rank: 0, array: Uint8Array },
  int32: { kind: "int", bytes: 4, rank: 1, array: Int32Array },
  float32: { kind: "float", bytes: 4, rank: 2, array: Float32Array },
  float64: { kind: "float", bytes: 8, rank: 3, array: Float64Array },
};

const KIND_ORDER: { readonly [K in Kind]: number } = { bool: 0, int: 1, float: 2 };

export const isFloat = (dtype: DType): boolean => dtypes[dtype].kind === "float";

/** 0 for bool, 1 for integers, 2 for floating point. */
export const category = (dtype: DType): number => KIND_ORDER[dtypes[dtype].kind];

export function isDType(value: unknown): value is DType {
  return typeof value === "string" && Object.hasOwn(dtypes, value);
}

export function checkDType(who: string, value: unknown): DType {
  if (isDType(value)) return value;
  const names = Object.keys(dtypes).join(", ");
  throw new DTypeError(`${who}: unknown dtype ${String(value)}; use one of ${names}`);
}

/**
 * The dtype that holds the values of both: the one of higher rank in
 * bool < int32 < float32 < float64, as in PyTorch.
 *
 * @example promoteTypes("int32", "float32"); // "float32"
 */
export function promoteTypes(a: DType, b: DType): DType {
  checkDType("promoteTypes", a);
  checkDType("promoteTypes", b);
  return dtypes[a].rank >= dtypes[b].rank ? a : b;
}

let defaultDType: DType = "float32";

/** The dtype of floating point tensors that are made without one; `"float32"` at first. */
export const getDefaultDtype = (): DType => defaultDType;

/**
 * Sets the dtype of tensors made from JavaScript numbers.
 *
 * @throws DTypeError when it is not a floating point dtype.
 */
export function setDefaultDtype(dtype: DType): void {
  if (!isFloat(checkDType("setDefaultDtype", dtype)))
    throw new DTypeError(
      `setDefaultDtype: ${dtype} is not a floating point dtype; use "float32" or "float64"`,
    );
  defaultDType = dtype;
}
