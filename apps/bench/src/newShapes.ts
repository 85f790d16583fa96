/** Between the sizes of each product. */
export const INNER = 32;

const SIDE = 64;

/** Sizes that no call has met before: 4096 of them, then the first again. */
export function newShapes(): () => readonly [m: number, n: number] {
  let turn = 0;
  return () => {
    const at = turn++ % SIDE ** 2;
    return [8 + (at % SIDE), 8 + Math.floor(at / SIDE)];
  };
}
