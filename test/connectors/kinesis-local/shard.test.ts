import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ShardLog } from '../../../connectors/kinesis-local/log/shard-log.ts'
import { initialRanges } from '../../../connectors/kinesis-local/streams/hash-key.ts'
import { Shard } from '../../../connectors/kinesis-local/streams/shard.ts'
import { Subscribers } from '../../../connectors/kinesis-local/streams/subscribers.ts'
import { unlimited } from '../../../connectors/kinesis-local/streams/throughput.ts'

const startSeconds = 1_767_225_600
const noBlob = { writeBlob: () => true }

/** An open shard whose records arrived so many seconds after each other. */
function shardWith(gaps: readonly number[]): Shard {
  const log = new ShardLog(startSeconds * 1000)
  let seconds = startSeconds
  for (const gap of gaps) {
    seconds += gap
    log.stage({ partitionKey: 'k', blob: '', blobSize: 0, encrypted: false }, seconds * 1000, noBlob)
  }
  log.commit()
  const description = {
    index: 3,
    createdMs: startSeconds * 1000,
    numberedFromSeconds: startSeconds,
    range: initialRanges(1)[0]!,
    parents: [],
    closedMs: null,
  }
  const subscribers = new Subscribers(() => unlimited.fanOut())
  return new Shard(description, { log, throughput: unlimited, subscribers })
}

test('reading goes on at or after any number that lies before the next one, whether a record has it or not', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(gaps, fc.nat(11), fc.integer({ min: 0, max: 40 }), (gaps, place, passed) => {
      const shard = shardWith(gaps)
      const numbers = gaps.map((_, index) => shard.numberOf(index + 1, shard.arrivalSecondsOf(index + 1)))
      const given = shard.numberOf(Math.min(place, gaps.length), startSeconds + passed)
      // Numbers of 56 digits sort as texts.
      const at = numbers.findIndex((number) => number >= given)
      const after = numbers.findIndex((number) => number > given)
      const clamped = (counter: number | undefined) => Math.max(counter!, shard.log.oldest)
      expect(clamped(shard.counterFrom(given, true))).toBe(at < 0 ? shard.log.next : at + 1)
      expect(clamped(shard.counterFrom(given, false))).toBe(after < 0 ? shard.log.next : after + 1)
    }),
  )
})

test('a number of the future, or of another shard, is none to go on from', () => {
  const shard = shardWith([0, 0])
  expect(shard.counterFrom(shard.numberOf(3, startSeconds), true)).toBeUndefined()
  expect(shard.counterFrom('49590338271490256608559692538361571095921575989136588898', true)).toBeUndefined()
})
