import { describe, expect, it, test } from 'vitest'
import { InvalidRow } from '../../../../connectors/delivery/objects/format.ts'
import { type PartitionOptions, partitioning } from '../../../../connectors/delivery/objects/partition-of.ts'
import { withoutRandom, withRandom } from '../../../../connectors/delivery/objects/random-string.ts'

interface Order {
  readonly region: string
}
const time = Date.UTC(2001, 1, 3, 4, 5)
const of = (options: PartitionOptions<Order>, region = 'eu') =>
  partitioning<Order>(options).of({ region }, time)
const partitionKeys = ({ region }: Order) => ({ region })

describe('a prefix as Firehose has them', () => {
  it('has the event time of each record and its partition keys', () => {
    const prefix = 'orders/!{timestamp:yyyy/MM/dd/HH}/region=!{partitionKeyFromQuery:region}/'
    expect(of({ prefix, partitionKeys })).toBe('orders/2001/02/03/04/region=eu')
    expect(of({ prefix: '!{timestamp:dd}/!{partitionKeyFromLambda:region}/', partitionKeys })).toBe('03/eu')
  })

  it('is in UTC unless a zone is given', () => {
    expect(of({ prefix: '!{timestamp:HH}/' })).toBe('04')
    expect(of({ prefix: '!{timestamp:HH}/', timeZone: 'America/New_York' })).toBe('23')
  })

  it('gets the hour at its end if it has no time', () => {
    expect(of({ prefix: 'orders/' })).toBe('orders/2001/02/03/04')
    expect(of({ prefix: '!{timestamp:yyyy/MM/}' })).toBe('2001/02')
    expect(of({ prefix: '' })).toBe('2001/02/03/04')
  })

  it('takes literal text of a time in quotes', () => {
    expect(of({ prefix: "!{timestamp:'year='yyyy'/month='MM/}" })).toBe('year=2001/month=02')
  })

  it('of errors has their type, and no time that it does not name', () => {
    const errorOutputType = () => 'processing-failed'
    expect(of({ prefix: 'errors/!{firehose:error-output-type}/', errorOutputType })).toBe(
      'errors/processing-failed',
    )
    expect(of({ prefix: 'errors/', errorOutputType })).toBe('errors')
  })

  test.each<[string, string, Partial<PartitionOptions<Order>>]>([
    ['orders', 'must end with "/"', {}],
    ['!{timestamp:yyyy', 'has !{ without }', {}],
    ['!{clock:yyyy}/', 'has !{clock:yyyy}, which is none of', {}],
    ['!{timestamp:}/', 'which is none of', {}],
    ['!{firehose:uuid}/', 'which is none of', {}],
    ['!{}/', 'which is none of', {}],
    ['!{firehose:error-output-type}/', 'only for errors', {}],
    ['!{partitionKeyFromQuery:region}/', 'set `partitionKeys`', {}],
    ['orders/', 'uses none of `partitionKeys`', { partitionKeys }],
    ['!{timestamp:yyyy}/', 'must be among them', { errorOutputType: () => 'x' }],
    [
      '!{partitionKeyFromQuery:region}!{firehose:error-output-type}/',
      'no partition keys',
      { errorOutputType: () => 'x', partitionKeys },
    ],
    ['/orders/', 'a slash at its beginning', {}],
    ['a//b/', 'is empty', {}],
    ['a/../b/', '".."', {}],
    ['a\n/', 'control character', {}],
    [`${'x'.repeat(512)}/`, 'longer than 512', {}],
    ['!{timestamp:YYYY}/', 'write yyyy', {}],
  ])('%j is refused when the job is described: %s', (prefix, words, options) => {
    expect(() => partitioning<Order>({ prefix, ...options })).toThrow(words)
    expect(() => partitioning<Order>({ prefix, ...options })).toThrow(/^OPTION_INVALID/)
  })

  test.each<[PartitionOptions<Order>]>([
    [{ prefix: 'a/', partitionBy: () => ({}) }],
    [{ timeZone: 'UTC' }],
    [{ partitionKeys }],
    [{ errorOutputType: () => 'x' }],
    [{ prefix: 'a/', timeZone: 'Mars' }],
  ])('options that do not go together are refused: %j', (options) => {
    expect(() => partitioning(options)).toThrow(/^OPTION_INVALID/)
  })

  const byRegion = { prefix: '!{timestamp:yyyy}/!{partitionKeyFromQuery:region}/', partitionKeys }
  test.each([
    ['a/b', '2001/a%2Fb'],
    ['..', '2001/%2E%2E'],
    ['.', '2001/%2E'],
    ['', '2001/__HIVE_DEFAULT_PARTITION__'],
    ['!{timestamp:yyyy}', '2001/!%7Btimestamp%3Ayyyy%7D'],
    ['Zürich', '2001/Zürich'],
  ])('a value %j stays in its place', (region, folder) => expect(of(byRegion, region)).toBe(folder))

  test.each([
    ['\ud800'],
    ['x'.repeat(256)],
    ['é'.repeat(128)],
    [5 as unknown as string],
    [undefined as unknown as string],
  ])('a value that no folder can be named after is refused', (region) => {
    const partition = partitioning<Order>(byRegion).of
    // Without a default, so that `undefined` arrives.
    expect(() => partition({ region }, time)).toThrow(InvalidRow)
  })

  it('that becomes too long by a value is refused', () => {
    const prefix = '!{partitionKeyFromQuery:a}/!{partitionKeyFromQuery:b}/!{partitionKeyFromQuery:c}/'
    const long = partitioning<Order>({
      prefix,
      partitionKeys: () => ({ a: 'a'.repeat(200), b: 'b'.repeat(200), c: 'c'.repeat(200) }),
    })
    expect(() => long.of({ region: '' }, time)).toThrow('longer than 512')
  })
})

describe('a random string', () => {
  const range = { first: 0, last: 99 }

  it('is the same for the same rows, another for each use, and can be taken out again', () => {
    const partition = of({
      prefix: 'a/!{firehose:random-string}/b-!{firehose:random-string}/!{timestamp:dd}/',
    })
    const named = withRandom(partition, 'lake-l1', range)
    expect(named).toMatch(/^a\/[0-9a-z]{11}\/b-[0-9a-z]{11}\/03$/)
    expect(new Set(named.match(/[0-9a-z]{11}/g)).size).toBe(2)
    expect(withRandom(partition, 'lake-l1', range)).toBe(named)
    expect(withRandom(partition, 'lake-l1', { first: 100, last: 199 })).not.toBe(named)
    expect(withoutRandom(named, 'lake-l1', range)).toBe(partition)
    expect(withoutRandom('a/b', 'lake-l1', range)).toBe('a/b')
  })
})
