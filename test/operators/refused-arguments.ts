import * as operators from 'millrace/operators'
import { describe, expect, it } from 'vitest'

/** A verb, its arguments, and what the error says. */
export type Refused = readonly [verb: string, args: readonly unknown[], said: string]

/** The verbs as someone calls them who does not ask the compiler. */
const verbs = operators as unknown as Record<string, (...args: unknown[]) => unknown>

/** Holds verbs to refuse what they cannot mean when the job is described. */
export function refuses(refused: readonly Refused[]): void {
  describe('what a verb cannot mean is refused when the job is described', () => {
    it.each(refused)('%s(…) of %j: %s', (verb, args, said) => {
      expect(() => verbs[verb]!(...args)).toThrow(
        expect.objectContaining({ code: 'JOB_INVALID', happened: expect.stringContaining(said) }),
      )
    })
  })
}
