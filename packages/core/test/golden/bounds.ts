/** Where agreement to 1e-12 of the largest magnitude cannot be asked, with the reason. */
export const bounds: Readonly<Record<string, { readonly bound: number; readonly reason: string }>> =
  {};
