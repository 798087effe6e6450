import type { CheckpointStore } from '../contract/checkpoint-store.ts'
import { type Manifest, partsOf, sha256 } from './manifest.ts'

/** Copies all that a manifest names, under other names if so. Gives what is wrong with a part that cannot be copied. */
export async function copyParts(
  from: CheckpointStore,
  to: CheckpointStore,
  manifest: Manifest,
  nameIn: (name: string) => string,
): Promise<string | undefined> {
  for (const entry of partsOf(manifest)) {
    const content = await from.read(entry.name)
    if (content === undefined) return `its part ${entry.name} is missing`
    if (sha256(content) !== entry.sha256) return `the checksum of its part ${entry.name} does not match`
    await to.writeOnce(nameIn(entry.name), content)
  }
  return undefined
}
