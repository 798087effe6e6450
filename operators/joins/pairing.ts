/**
 * Which rows of a join give a result: those with a partner (`inner`), or also those on the left without one (`left`,
 * with `undefined` in the place of the other).
 */
export type JoinKind = 'inner' | 'left'

/** What stands on the right of a result: a `left` join may have nothing there. */
export type Partner<J extends JoinKind, R> = J extends 'inner' ? R : R | undefined

/** Makes a result of two rows, one of which may be missing. The types are the promise of the verb. */
export type Combine = (left: unknown, right: unknown) => unknown
