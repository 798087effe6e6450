import { givenChoice } from '../../src/graph/given-choice.ts'

/**
 * Which rows of a join give a result: those with a partner (`inner`), or also those without one: of the left, of the
 * right, or of both sides (`full`). In the place of what is missing stands `undefined`.
 */
export type JoinKind = 'inner' | 'left' | 'right' | 'full'

/** The same where the other side is a table: what nobody looks up gives no result. */
export type LookupKind = 'inner' | 'left'

/** What stands on the left of a result. */
export type LeftPart<J extends JoinKind, L> = J extends 'right' | 'full' ? L | undefined : L

/** What stands on the right of a result. */
export type Partner<J extends JoinKind, R> = J extends 'left' | 'full' ? R | undefined : R

/** Makes a result of two rows, one of which may be missing. The types are the promise of the verb. */
export type Combine = (left: unknown, right: unknown) => unknown

/** Whether rows of the left, and rows of the right, give a result without a partner. */
export function givesAlone(kind: JoinKind): readonly [left: boolean, right: boolean] {
  return [kind === 'left' || kind === 'full', kind === 'right' || kind === 'full']
}

const joinKinds: readonly JoinKind[] = ['inner', 'left', 'right', 'full']
const lookupKinds: readonly LookupKind[] = ['inner', 'left']

/** @throws MillraceError `JOB_INVALID` for a `kind` that there is not. */
export function givenJoinKind(kind: JoinKind = 'inner', what: string): JoinKind {
  return givenChoice(kind, joinKinds, what)
}

/** @throws MillraceError `JOB_INVALID` for a `kind` that there is not. */
export function givenLookupKind(kind: LookupKind = 'inner', what: string): LookupKind {
  return givenChoice(kind, lookupKinds, what)
}
