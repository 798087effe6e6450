import { deliverySink, type ErrorRecord } from 'millrace/connectors/delivery'
import { type DynamoTableOptions, dynamoTable } from 'millrace/connectors/dynamodb'
import { describe, expect, onTestFinished, test } from 'vitest'
import { attributesOf, storedItem } from '../../../connectors/dynamodb/attribute-value.ts'
import type { CommitPermit } from '../../../src/contract/sink.ts'
import { destinationContract } from '../../contract/destination.ts'
import { sinkContext } from '../../contract/sink-context.ts'
import { HastyClock } from '../delivery/hasty-clock.ts'
import { KeptSink } from '../delivery/kept-sink.ts'
import { TableServer } from './table-server.ts'

interface Row {
  readonly id: number | string
  readonly n: number
  readonly version: number
}

const permit = { epoch: 1, generation: 1 } as CommitPermit

for (const way of ['versions', 'ids of records', 'neither'] as const) {
  const bad = new Set<number>()
  destinationContract<Row>(
    `DynamoDB by ${way}`,
    async () => {
      bad.clear()
      const table = await TableServer.start(way === 'ids of records' ? 'S' : 'N')
      const options: Partial<DynamoTableOptions<Row>> =
        way === 'versions' ? { version: 'version' } : way === 'ids of records' ? { keyIsRecordId: true } : {}
      const wrongKey = (row: Row) => (bad.has(row.n) ? { ...row, id: 'no number' } : row)
      return {
        to: dynamoTable<Row>({
          table: 'rows',
          key: ['id'],
          endpoint: table.server.url,
          item: wrongKey,
          ...options,
        }),
        server: table.server,
        guarantee: way === 'neither' ? 'at-least-once' : 'exactly-once',
        once: true,
        shown: async () => (await table.items()).map(({ n }) => Number(n!.N)),
        refuse: way === 'ids of records' ? undefined : (n) => void bad.add(n),
        secrets: [],
      }
    },
    (n) => ({ id: n, n, version: 1 }),
  )
}

async function send(
  options: Partial<DynamoTableOptions<Row>>,
  rows: readonly Row[],
  before?: (table: TableServer) => void,
) {
  const table = await TableServer.start('N')
  onTestFinished(() => table.server.close())
  before?.(table)
  const errors = new KeptSink<ErrorRecord>()
  const to = dynamoTable<Row>({ table: 'rows', key: ['id'], endpoint: table.server.url, ...options })
  const sink = deliverySink({ to, buffer: { interval: '0s' }, errors: errors.sink, retry: { for: '10s' } })
  const writer = await sink.open(sinkContext({ clock: new HastyClock() }), undefined)
  try {
    writer.write(rows, [])
    await writer.commit((await writer.stage(true)).committables, permit)
  } finally {
    await writer.close()
  }
  return { items: await table.items(), requests: table.server.requests.length }
}

describe('items', () => {
  test('of one key are put in the order of the rows, whatever has to be put again', async () => {
    const rows = [1, 2, 3].map((n) => ({ id: 7, n, version: n }))
    const { items, requests } = await send({}, rows, ({ server }) => {
      server.troubles = [undefined, 'unavailable']
    })
    expect(items).toEqual([{ id: { N: '7' }, n: { N: '3' }, version: { N: '3' } }])
    expect(requests).toBe(4)
  })

  test('are not replaced by older versions, nor by the same', async () => {
    const rows = [2, 3, 1, 3].map((version, n) => ({ id: 7, n, version }))
    const { items } = await send({ version: 'version' }, rows)
    expect(items).toEqual([{ id: { N: '7' }, n: { N: '1' }, version: { N: '3' } }])
  })

  test('need a table that is there', async () => {
    const sending = send({ table: 'nowhere' }, [{ id: 1, n: 1, version: 1 }])
    await expect(sending).rejects.toThrow('OPTION_INVALID: cannot put items into the table nowhere')
  })
})

describe('values', () => {
  test('have the types of DynamoDB, also over a checkpoint', () => {
    const row = {
      text: 'a',
      number: -1.5,
      large: 12345678901234567890n,
      yes: true,
      nothing: null,
      missing: undefined,
      bytes: Buffer.from([1, 255]),
      time: new Date(0),
      list: [1, ['b']],
      map: { inner: 'c' },
    }
    expect(attributesOf(JSON.parse(JSON.stringify(storedItem(row))))).toEqual({
      text: { S: 'a' },
      number: { N: '-1.5' },
      large: { N: '12345678901234567890' },
      yes: { BOOL: true },
      nothing: { NULL: true },
      bytes: { B: Buffer.from([1, 255]) },
      time: { S: '1970-01-01T00:00:00.000Z' },
      list: { L: [{ N: '1' }, { L: [{ S: 'b' }] }] },
      map: { M: { inner: { S: 'c' } } },
    })
  })

  test.each([
    [{ a: Number.NaN }, '"a" is NaN'],
    [{ a: { b: [new Map()] } }, '"a.b[0]" is an object of Map class'],
    [{ a: () => {} }, '"a" is () =>'],
  ])('that have none are refused: %#', (row, words) => expect(() => storedItem(row)).toThrow(words))
})

describe('a table', () => {
  test.each([
    [{ table: '', key: ['id'] as const }, '`table` is no name'],
    [{ table: 'a', key: [] as never }, '`key` must name one or two attributes'],
    [
      { table: 'a', key: ['id'] as const, version: 'v', keyIsRecordId: true },
      'an item of its own has no versions',
    ],
  ])('is refused with options %#', (options, words) => expect(() => dynamoTable(options)).toThrow(words))

  test('takes no row without its key or its version', () => {
    const to = dynamoTable<object>({ table: 'a', key: ['id', 'at'], version: 'v' })
    expect(() => to.encode({ id: 1, v: 1 })).toThrow('the item has no "at", which is in its key')
    expect(() => to.encode({ id: 1, at: 2, v: '1' })).toThrow('the version "v" of an item is no number')
    expect(() => to.encode({ id: 1, at: 2 })).toThrow('the version "v" of an item is no number')
  })
})
