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
export function checkTagCount(tags: Tags, stream: string): void {
  const count = Object.keys(tags).length
  if (count <= mostTags) return
  throw new KinesisError(
    'InvalidArgumentException',
    `Failed to add tags to stream ${stream} under account 000000000000 because a given stream cannot have more than ` +
      `${mostTags} tags associated with it.`,
  )
}

/** A key that is there already gets the new value. */
export function addTags(stream: LocalStream, added: Tags, { streams, now }: Call): void {
  const tags = { ...stream.description.tags, ...added }
  checkTagCount(tags, stream.name)
  streams.change(stream, { tags }, now)
}

/** Keys that are not there count for nothing. */
export function removeTags(stream: LocalStream, keys: readonly string[], { streams, now }: Call): void {
  const kept = Object.entries(stream.description.tags).filter(([key]) => !keys.includes(key))
  streams.change(stream, { tags: Object.fromEntries(kept) }, now)
}

/** In the order of their keys. */
export function tagList(stream: LocalStream): { readonly Key: string; readonly Value: string }[] {
  const entries = Object.entries(stream.description.tags).map(([Key, Value]) => ({ Key, Value }))
  return entries.sort((a, b) => (a.Key < b.Key ? -1 : 1))
}
