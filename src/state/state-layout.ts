import { MillraceError } from '../errors.ts'

/** The version of what the snapshots of operators with keyed state consist of: one part, and layers. */
export const stateLayout = 2

/** @throws MillraceError `CHECKPOINT_INCOMPATIBLE` for a snapshot of another layout. */
export function checkStateLayout(found: number): void {
  if (found === stateLayout) return
  throw new MillraceError(
    'CHECKPOINT_INCOMPATIBLE',
    `keyed state of layout ${found} cannot be read: this version of Millrace reads layout ${stateLayout}`,
  )
}
