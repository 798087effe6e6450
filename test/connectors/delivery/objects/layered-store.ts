import type { Staged } from '../../../../src/contract/sink.ts'
import type { Snapshot, StoredFile } from '../../../../src/contract/snapshot.ts'

/** What a checkpoint keeps of a staging, and how much of its layers was new. */
export interface Kept {
  readonly staged: Staged
  readonly writtenBytes: number
}

/** A checkpoint that takes layers, too. What it gives back are copies, but for the files of layers. */
export async function kept({ committables, state }: Staged): Promise<Kept> {
  let writtenBytes = 0
  const write = async (content: Uint8Array): Promise<StoredFile> => {
    const copy = Uint8Array.from(content)
    writtenBytes += copy.length
    return { sizeBytes: copy.length, read: async () => Uint8Array.from(copy) }
  }
  const layers = await state.changes?.written(write)
  const parts = state.parts.map((part) => Uint8Array.from(part))
  const snapshot: Snapshot = { schema: state.schema, parts, ...(layers && { layers }) }
  return { staged: { committables: JSON.parse(JSON.stringify(committables)), state: snapshot }, writtenBytes }
}
