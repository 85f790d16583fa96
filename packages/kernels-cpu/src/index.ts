/** The name of the backend that this package will put in charge of the cpu. */
export const name = "cpu-simd";
