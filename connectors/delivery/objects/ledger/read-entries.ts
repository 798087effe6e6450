import type { ObjectStage } from '../../../../src/contract/object-destination.ts'
import { MillraceError } from '../../../../src/errors.ts'
import { type LedgerObject, parsedLedger } from './ledger-object.ts'

/** How many entries are read at the same time. */
const lanes = 8

/**
 * Reads entries of a ledger, and gives them by their names, in the order of those.
 *
 * @throws MillraceError `LEDGER_BROKEN` for one that does not read as one.
 */
export async function readEntries(
  objects: ObjectStage,
  names: readonly string[],
): Promise<Map<string, LedgerObject>> {
  const sorted = [...names].sort()
  const found = new Map<string, LedgerObject>()
  for (let place = 0; place < sorted.length; place += lanes) {
    const some = sorted.slice(place, place + lanes)
    const contents = await Promise.all(some.map((name) => objects.read(name)))
    for (const [index, name] of some.entries()) {
      const content = contents[index]
      if (content === undefined) continue
      const entry = parsedLedger(Buffer.from(content).toString())
      if ('damage' in entry) {
        const where = { file: objects.whereIs(name) }
        throw new MillraceError('LEDGER_BROKEN', `an entry is damaged: ${entry.damage}`, { where })
      }
      found.set(name, entry)
    }
  }
  return found
}
