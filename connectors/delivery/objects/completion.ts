import { Encoder } from 'cbor-x'
import type { ObjectStage } from '../../../src/contract/object-destination.ts'
import type { Committable, SinkContext } from '../../../src/contract/sink.ts'
import type { StoredFile, WriteFile } from '../../../src/contract/snapshot.ts'
import { PartitionAccounts, type PartitionEntry } from './partition-accounts.ts'
import { marker, markerName } from './success-marker.ts'

const cbor = new Encoder({ useRecords: false, tagUint8Array: false })

/** Says of partitions that they are complete: stages their manifests, and keeps account in the checkpoint. */
export class Completion {
  readonly accounts: PartitionAccounts
  readonly #context: SinkContext
  readonly #objects: ObjectStage
  #stored: { readonly content: Buffer; readonly file: StoredFile } | undefined

  constructor(accounts: PartitionAccounts, context: SinkContext, objects: ObjectStage) {
    this.accounts = accounts
    this.#context = context
    this.#objects = objects
  }

  /** Stages a manifest for each of the partitions that has files in none. */
  async stageMarkers(partitions: readonly string[]): Promise<readonly Committable[]> {
    const { job, name: sink, lineage } = this.#context
    const staged: Committable[] = []
    for (const partition of partitions) {
      if (this.accounts.entries.get(partition)?.files.length === 0) continue
      const entry = this.accounts.list(partition)
      const content = marker(job, { sink, lineage }, partition, entry)
      const name = markerName(entry.version)
      const path = partition === '' ? name : `${partition}/${name}`
      staged.push({ ...(await this.#objects.stage(path, once(content))), marker: entry.version })
    }
    return staged
  }

  /** The account as a file of the checkpoint; the one before if nothing has changed. */
  async written(write: WriteFile): Promise<StoredFile> {
    const content = Buffer.from(cbor.encode([...this.accounts.entries]))
    if (this.#stored?.content.equals(content)) return this.#stored.file
    this.#stored = { content, file: await write(Uint8Array.from(content)) }
    return this.#stored.file
  }
}

/** An account as a checkpoint holds it; without a file a new one. */
export async function restoredAccounts(file: StoredFile | undefined): Promise<PartitionAccounts> {
  if (file === undefined) return new PartitionAccounts()
  const entries: [string, PartitionEntry][] = cbor.decode(await file.read())
  return new PartitionAccounts(entries)
}

async function* once(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content)
}
