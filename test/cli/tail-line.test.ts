import { describe, expect, it } from 'vitest'
import { rawLine, tailLine } from '../../src/cli/tail-line.ts'

const recordOf = (data: string | Uint8Array) => ({
  shard: 'shardId-000000000000',
  sequenceNumber: '4951',
  partitionKey: 'k',
  arrivalTime: 0,
  data: Buffer.from(data),
})

describe('a tailed record', () => {
  it('is one line of JSON, with JSON data as it is', () => {
    expect(tailLine(recordOf('{"a":1}'))).toBe(
      '{"shard":"shardId-000000000000","sequenceNumber":"4951","partitionKey":"k",' +
        '"arrivedAt":"1970-01-01T00:00:00.000Z","data":{"a":1}}\n',
    )
  })

  it('tells its place if it came in an aggregated record', () => {
    expect(tailLine({ ...recordOf('1'), subSequence: 2 })).toContain(
      '"sequenceNumber":"4951","subSequence":2,',
    )
  })

  it('has other text as a string and other bytes as base64', () => {
    expect(JSON.parse(tailLine(recordOf('hello')))).toMatchObject({ data: 'hello' })
    expect(JSON.parse(tailLine(recordOf(new Uint8Array([255, 0]))))).toMatchObject({ base64: '/wA=' })
  })

  it('is only its data when it is raw', () => {
    expect(rawLine(recordOf('a,b'))).toBe('a,b\n')
    expect(rawLine(recordOf('a,b\n'))).toBe('a,b\n')
  })
})
