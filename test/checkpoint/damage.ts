import { manifestPrefix } from '../../src/checkpoint/manifest.ts'
import type { CheckpointStore } from '../../src/contract/checkpoint-store.ts'

export type Damage = 'gone' | 'empty' | 'torn' | 'edited' | 'longer'

export const damages: readonly Damage[] = ['gone', 'empty', 'torn', 'edited', 'longer']

/** Does to a blob what disks and people do. */
export async function damage(store: CheckpointStore, name: string, how: Damage): Promise<void> {
  const content = (await store.read(name))!
  await store.delete(name)
  if (how !== 'gone') await store.writeOnce(name, damaged(content, how))
}

function damaged(content: Uint8Array, how: Damage): Uint8Array {
  if (how === 'empty') return new Uint8Array()
  if (how === 'torn') return content.subarray(0, Math.floor(content.length / 2))
  if (how === 'longer') return Buffer.concat([content, Buffer.from('x')])
  const edited = Uint8Array.from(content)
  edited[Math.floor(edited.length / 2)]! ^= 1
  return edited
}

/** The names of the manifests, newest first. */
export async function manifestsIn(store: CheckpointStore): Promise<string[]> {
  return (await store.list(manifestPrefix)).reverse()
}
