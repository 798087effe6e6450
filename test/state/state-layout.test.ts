import { expect, it } from 'vitest'
import { checkStateLayout, stateLayout } from '../../src/state/state-layout.ts'

it('of another version is refused, with both versions in the message', () => {
  expect(() => checkStateLayout(1)).toThrow(/CHECKPOINT_INCOMPATIBLE: keyed state of layout 1 .* layout 2/)
  expect(() => checkStateLayout(stateLayout)).not.toThrow()
})
