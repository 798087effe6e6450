import { expect, test } from 'vitest'
import { DecodedRecords } from '../../../connectors/kinesis/decoded-records.ts'
import { SeenRecords } from '../../../connectors/kinesis/seen-records.ts'
import { withoutRepeats } from '../../../connectors/kinesis/without-repeats.ts'

/** `5` is a record with ordinal 5, `5!` one that cannot be decoded, `x` one without an id. */
function decoded(...texts: string[]): DecodedRecords<string> {
  const records = new DecodedRecords({
    source: 'orders',
    split: 'shard',
    decode: ({ data }) => {
      const text = Buffer.from(data).toString()
      if (text.endsWith('!')) throw new Error('no')
      return text
    },
  })
  for (const [index, text] of texts.entries()) {
    const ordinal = Number.parseInt(text, 10)
    const id = Number.isNaN(ordinal) ? undefined : { producer: 'p', lane: 0, ordinal }
    const record = { sequenceNumber: '1', subSequence: index, arrivalTime: index, partitionKey: 'k' }
    records.addPart({ ...record, data: Buffer.from(text) }, false, id)
  }
  return records
}

test('records are handed over once, those without an id always', () => {
  const seen = new SeenRecords()
  let dropped = 0
  const admit = (...texts: string[]) =>
    withoutRepeats(decoded(...texts), seen, (repeats) => (dropped += repeats))
  expect(admit('0', 'x', '1').values).toEqual(['0', 'x', '1'])
  expect(dropped).toBe(0)
  const { values, arrivalTimes, positionOf, undecodable } = admit('1', 'x', '2', '2', '5!', '3', '4')
  expect(values).toEqual(['x', '2', '3', '4'])
  expect(arrivalTimes.map((_, index) => positionOf(index))).toEqual(arrivalTimes.map((time) => `1:${time}`))
  expect(undecodable.map(({ position, before }) => [position, before])).toEqual([['1:4', 2]])
  expect(dropped).toBe(2)
})

test('a record that cannot be decoded is refused once', () => {
  const seen = new SeenRecords()
  const admit = (...texts: string[]) => withoutRepeats(decoded(...texts), seen, () => {})
  expect(admit('0', '1!').undecodable).toHaveLength(1)
  const again = admit('0', '1!', '2')
  expect(again.undecodable).toEqual([])
  expect(again.values).toEqual(['2'])
})

test('where nothing is repeated, nothing is copied', () => {
  const records = decoded('0', '1')
  expect(withoutRepeats(records, new SeenRecords(), () => expect.unreachable())).toBe(records)
})
