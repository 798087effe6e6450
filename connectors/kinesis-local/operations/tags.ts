import { KinesisError } from '../protocol/kinesis-error.ts'
import type { Member } from '../protocol/shape.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import type { Call } from './operation.ts'

export type Tags = { readonly [key: string]: string }

const mostTags = 50

export const tagKey = { kind: 'string', min: 1, max: 128 } as const satisfies Member

export const tagMap = {
  kind: 'map',
  max: 200,
  keys: tagKey,
  values: { kind: 'string', max: 256 },
} as const satisfies Member

export const tagKeys = {
  kind: 'list',
  required: true,
  min: 1,
  max: 50,
  of: { ...tagKey, required: true },
} as const satisfies Member

/** @throws KinesisError InvalidArgumentException */
export function checkTagCount(tags: Tags, resource: string): void {
  const count = Object.keys(tags).length
  if (count <= mostTags) return
  throw new KinesisError(
    'InvalidArgumentException',
    `Failed to add tags to ${resource} under account 000000000000 because a given resource cannot have more than ` +
      `${mostTags} tags associated with it.`,
  )
}

/** A stream or a consumer, with a way to give it other tags. */
export interface Tagged {
  readonly name: string
  readonly tags: Tags
  retag(tags: Tags): void
}

export function taggedStream(stream: LocalStream, { streams, now }: Call): Tagged {
  const { name, description } = stream
  return { name, tags: description.tags, retag: (tags) => streams.change(stream, { tags }, now) }
}

/** A key that is there already gets the new value. */
export function addTags({ name, tags, retag }: Tagged, added: Tags): void {
  const all = { ...tags, ...added }
  checkTagCount(all, name)
  retag(all)
}

/** Keys that are not there count for nothing. */
export function removeTags({ tags, retag }: Tagged, keys: readonly string[]): void {
  const kept = Object.entries(tags).filter(([key]) => !keys.includes(key))
  retag(Object.fromEntries(kept))
}

/** In the order of their keys. */
export function tagList({ tags }: Tagged): { readonly Key: string; readonly Value: string }[] {
  const entries = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  return entries.sort((a, b) => (a.Key < b.Key ? -1 : 1))
}
