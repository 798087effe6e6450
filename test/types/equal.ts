/** True if two types are the same one, not merely assignable to each other. */
export type Equal<A, B> = (<G>() => G extends A ? 1 : 2) extends <G>() => G extends B ? 1 : 2 ? true : false

/** Fails to compile unless the assertions hold: `isTrue<Equal<A, B>>()`. */
export function isTrue<_A extends true>(): void {}
