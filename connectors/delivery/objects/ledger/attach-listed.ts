import type { ObjectStage } from '../../../../src/contract/object-destination.ts'
import type { Writer } from '../file-name.ts'
import type { OpenFiles } from '../tail-state.ts'
import { ledgerNumber } from './ledger-object.ts'
import { readEntries } from './read-entries.ts'

/**
 * Gives published files that a replay will make again what the ledger says of them. Their entries are later than the
 * checkpoint that the run starts from: usually there is none.
 */
export async function attachListed(
  objects: ObjectStage,
  writer: Writer,
  ahead: { readonly to: OpenFiles; readonly entries: readonly string[]; readonly after: number },
): Promise<void> {
  const published = [...ahead.to.values()].flatMap((file) => file.published)
  if (published.length === 0) return
  const byFile = new Map(published.map((file) => [file.file, file]))
  const later = ahead.entries.filter((name) => ledgerNumber(name, writer)! > ahead.after)
  for (const { head, files } of (await readEntries(objects, later)).values()) {
    const { code } = head
    for (const line of files) {
      const file = byFile.get(line.file)
      if (file !== undefined) file.listed = { ...line, ...(code !== undefined && { code }) }
    }
  }
}
