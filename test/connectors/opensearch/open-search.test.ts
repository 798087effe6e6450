import { deliverySink, type ErrorRecord } from 'millrace/connectors/delivery'
import { type OpenSearchOptions, openSearch } from 'millrace/connectors/opensearch'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type IndexRotation, rotatedName } from '../../../connectors/opensearch/index-name.ts'
import type { CommitPermit } from '../../../src/contract/sink.ts'
import { destinationContract } from '../../contract/destination.ts'
import { sinkContext } from '../../contract/sink-context.ts'
import { HastyClock } from '../delivery/hasty-clock.ts'
import { KeptSink } from '../delivery/kept-sink.ts'
import { SearchCluster } from './search-cluster.ts'

interface Article {
  readonly id: number | string
  readonly text: string
  readonly version?: number
}

const permit = { epoch: 1, generation: 1 } as CommitPermit
const auth = { username: 'millrace', password: 'a-word-that-nobody-may-see' }
const basic = Buffer.from(`${auth.username}:${auth.password}`).toString('base64')

const ways: Readonly<Record<string, Partial<OpenSearchOptions<Article>>>> = {
  'with ids of records': {},
  'with ids and versions of the job': { id: ({ id }) => `article ${id}`, version: () => 1 },
}

for (const [way, options] of Object.entries(ways)) {
  const bad = new Set<number>()
  destinationContract<Article>(
    `OpenSearch ${way}`,
    async () => {
      bad.clear()
      const cluster = await SearchCluster.start()
      cluster.auth = `Basic ${basic}`
      const document = (article: Article) => (bad.has(Number(article.id)) ? { ...article, id: 'x' } : article)
      return {
        to: openSearch<Article>({ url: cluster.server.url, index: 'articles', auth, document, ...options }),
        server: cluster.server,
        guarantee: 'exactly-once',
        once: true,
        shown: async () => cluster.documents().map(({ id }) => Number(id)),
        refuse: (n) => void bad.add(n),
        secrets: [auth.password, basic],
      }
    },
    (n) => ({ id: n, text: `text\n«${n}»` }),
  )
}

let cluster: SearchCluster
beforeEach(async () => {
  cluster = await SearchCluster.start()
})
afterEach(() => cluster.server.close())

async function send(options: Partial<OpenSearchOptions<Article>>, articles: readonly Article[]) {
  const errors = new KeptSink<ErrorRecord>()
  const to = openSearch<Article>({ url: cluster.server.url, index: 'articles', ...options })
  const sink = deliverySink({ to, buffer: { interval: '0s' }, errors: errors.sink })
  const writer = await sink.open(sinkContext({ clock: new HastyClock() }), undefined)
  const times = articles.map((_, index) => Date.UTC(2026, 10, 20, index))
  writer.write(articles, times)
  await writer.commit((await writer.stage(false)).committables, permit)
  await writer.commit((await writer.stage(true)).committables, permit)
  await writer.close()
  return errors.rows
}

describe('documents', () => {
  test('go to the index of the row, and of their time', async () => {
    const articles = [0, 1, 2].map((id) => ({ id, text: 'x' }))
    await send({ index: ({ id }) => `articles-${Number(id) % 2}`, rotate: 'hour' }, articles)
    expect([...cluster.indexes.keys()].sort()).toEqual([
      'articles-0-2026-11-20-00',
      'articles-0-2026-11-20-02',
      'articles-1-2026-11-20-01',
    ])
  })

  test('that find no room are sent again, alone', async () => {
    cluster.busy.add(1).add(3)
    const articles = Array.from({ length: 5 }, (_, id) => ({ id, text: 'x' }))
    expect(await send({}, articles)).toEqual([])
    expect(cluster.server.requests.map(({ body }) => body.toString().split('\n').length - 1)).toEqual([10, 4])
    expect(
      cluster
        .documents()
        .map(({ id }) => id)
        .sort(),
    ).toEqual([0, 1, 2, 3, 4])
  })

  test('that are refused say why, where and which', async () => {
    const errors = await send({ id: ({ text }) => text }, [{ id: 'no number', text: 'seven' }])
    expect(errors).toMatchObject([
      {
        attemptsMade: 1,
        errorCode: 'mapper_parsing_exception',
        errorMessage: 'failed to parse field [id]: For input string',
        esDocumentId: 'seven',
        esIndexName: 'articles',
        esTypeName: '_doc',
      },
    ])
  })

  test('with ids of the job replace each other in the order of the rows, whatever finds no room', async () => {
    const versions = [1, 2, 3].map((version) => ({ id: 7, text: `text ${version}`, version }))
    for (const busy of [0, 1, 2]) {
      for (const version of [undefined, ({ version }: Article) => version!]) {
        await cluster.server.close()
        cluster = await SearchCluster.start()
        cluster.busy.add(busy)
        const options = { id: ({ id }: Article) => String(id), ...(version && { version }) }
        await send(options, versions)
        expect(cluster.documents()).toEqual([versions[2]])
      }
    }
  })

  test('carry the headers of the moment', async () => {
    cluster.auth = 'ApiKey 2'
    let asked = 0
    await send({ headers: () => ({ Authorization: `ApiKey ${++asked}` }) }, [{ id: 1, text: 'x' }])
    expect(cluster.documents()).toHaveLength(1)
  })
})

describe('the name of an index', () => {
  const at = (text: string) => Date.parse(`${text}Z`)
  test.each<[IndexRotation, string, string]>([
    ['none', '2026-11-20T23:59', 'i'],
    ['hour', '2026-11-20T23:59', 'i-2026-11-20-23'],
    ['day', '2026-11-20T23:59', 'i-2026-11-20'],
    ['month', '2026-11-20T23:59', 'i-2026-11'],
    ['week', '2026-01-01T00:00', 'i-2026-w01'],
    ['week', '2026-01-03T23:59', 'i-2026-w01'],
    ['week', '2026-01-04T00:00', 'i-2026-w02'],
    ['week', '2025-12-28T00:00', 'i-2026-w01'],
    ['week', '2025-12-27T23:59', 'i-2025-w52'],
    ['week', '1969-12-27T23:59', 'i-1969-w52'],
  ])('rotated by %s at %s is %s', (rotation, time, name) =>
    expect(rotatedName('i', rotation, at(time))).toBe(name),
  )
})

describe('a cluster', () => {
  const url = 'https://search.example'
  test.each([
    [{ url, index: 'Orders' }, 'no index can be called "Orders"'],
    [{ url, index: '_orders' }, 'no index can be called'],
    [{ url, index: 'a b' }, 'no index can be called'],
    [{ url, index: 'a', rotate: 'year' as never }, 'rotate is "year"'],
    [{ url, index: 'a', version: () => 1 }, '`version` needs `id`'],
    [{ url: 'http://search.example', index: 'a', auth }, 'a secret goes over https:// alone'],
  ])('is refused with options %#', (options, words) => expect(() => openSearch(options)).toThrow(words))

  test('refuses rows that are no documents, and ids that are none', async () => {
    const row = (options: Partial<OpenSearchOptions<unknown>>, value: unknown) => () =>
      openSearch({ url, index: 'a', ...options }).encode(value)
    expect(row({}, 'text')).toThrow('a document must be an object')
    expect(row({ id: () => '' }, {})).toThrow('not a text of 1 to 512 bytes')
    expect(row({ id: () => 'a', version: () => 1.5 }, {})).toThrow('not a whole number')
    expect(row({ index: () => 'A' }, {})).toThrow('no index can be called "A"')
  })
})
