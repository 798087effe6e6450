import { createHash } from 'node:crypto'
import type { RowRange } from './file-name.ts'

/** Stands in a partition for text that each of its files has of its own. */
export const randomPlace = '!{firehose:random-string}'

const length = 11

/** A partition as its name begins for one file. The text follows from writer and rows, so it is the same in a replay. */
export function withRandom(partition: string, writer: string, range: RowRange): string {
  let use = 0
  return partition.replaceAll(randomPlace, () => randomString(writer, range, use++))
}

/** The partition of a file that is named so: the other way round. */
export function withoutRandom(folder: string, writer: string, range: RowRange): string {
  let partition = folder
  for (let use = 0; ; use++) {
    const text = randomString(writer, range, use)
    if (!partition.includes(text)) return partition
    partition = partition.replace(text, randomPlace)
  }
}

function randomString(writer: string, { first, last }: RowRange, use: number): string {
  const digest = createHash('sha256').update(`${writer} ${first} ${last} ${use}`).digest('hex')
  return BigInt(`0x${digest}`).toString(36).slice(-length)
}
