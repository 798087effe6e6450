import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import type { ObjectsOptions } from '../../../connectors/delivery/index.ts'
import { csvLines, deliverySink, jsonLines, parquet } from '../../../connectors/delivery/index.ts'
import { folder } from '../../../connectors/files/index.ts'
import { type RedshiftTableOptions, redshiftTable } from '../../../connectors/redshift/index.ts'
import { bucket } from '../../../connectors/s3/index.ts'
import type { CommitPermit, SinkWriter, Staged } from '../../../src/contract/sink.ts'
import { sinkContract } from '../../contract/sink.ts'
import { sinkContext } from '../../contract/sink-context.ts'
import { failureOf } from '../../runtime/failed.ts'
import { noFaults } from '../../s3-server/faults.ts'
import { type S3Server, startS3 } from '../../s3-server/start-s3.ts'
import { type Delay, delays } from '../delivery/objects/lake.ts'
import { quickClock } from '../s3/quick-clock.ts'
import { type Fault, type Operation, Warehouse } from './warehouse.ts'

let s3: S3Server
let warehouse: Warehouse
beforeEach(async () => {
  s3 = await startS3()
  warehouse = await Warehouse.start(s3)
  await warehouse.sql('CREATE SCHEMA public')
  await fresh()
})
afterEach(async () => {
  await warehouse.close()
  await s3.close()
})

const permit = { epoch: 1, generation: 1 } as CommitPermit
let lakes = 0

/** An empty table, and an empty folder of the bucket. */
async function fresh(): Promise<void> {
  lakes += 1
  await warehouse.settled()
  await warehouse.sql('CREATE OR REPLACE TABLE public.delays (id INT, month VARCHAR, minutes DOUBLE)')
  await warehouse.sql('DROP TABLE IF EXISTS public.millrace_loads')
}

function destination(options: Partial<RedshiftTableOptions> = {}) {
  return redshiftTable({
    through: bucket(`s3://lake/redshift/${lakes}`, { endpoint: s3.endpoint, giveUpAfter: '2s' }),
    endpoint: warehouse.endpoint,
    ...{ workgroup: 'analytics', database: 'dev', table: 'delays', giveUpAfter: '10s' as const },
    ...options,
  })
}

function sink(
  options: Partial<RedshiftTableOptions> = {},
  more: Partial<Pick<ObjectsOptions<Delay>, 'partitionBy' | 'roll' | 'format' | 'completeAt'>> = {},
) {
  return deliverySink<Delay>({
    to: destination(options),
    format: parquet({ id: 'int32', month: 'string', minutes: 'double' }),
    partitionBy: (row) => ({ month: row.month }),
    roll: { size: '2KiB' },
    ...more,
  })
}

const context = () => sinkContext({ name: 'lake', clock: quickClock() })
const open = (made = sink(), restored?: Staged) => made.open(context(), restored?.state)

async function ids(): Promise<unknown[]> {
  await warehouse.settled()
  const rows = await warehouse.sql('SELECT id FROM public.delays ORDER BY id')
  return rows.map(({ id }) => id)
}

const upTo = (count: number) => delays(count).map(({ id }) => id)

/** As a checkpoint gives it back. */
function stored({ committables, state }: Staged): Staged {
  const parts = state.parts.map((part) => Uint8Array.from(part))
  return { committables: JSON.parse(JSON.stringify(committables)), state: { ...state, parts } }
}

async function staged(writer: SinkWriter<Delay>, rows: readonly Delay[], last = true): Promise<Staged> {
  writer.write(rows, [])
  return stored(await writer.stage(last))
}

describe('rows in a table', () => {
  sinkContract<Delay>(
    'deliverySink to Redshift',
    () => ({
      sink: sink(),
      context: context(),
      visible: async () => {
        await warehouse.settled()
        return (await warehouse.sql('SELECT * FROM public.delays')) as unknown as Delay[]
      },
    }),
    (n) => delays(1, n)[0] as Delay,
    ({ id }) => id,
  )
})

describe('a sink that loads into Redshift', () => {
  it('loads each row once when it is killed at any request, whether or not it was acted on', async () => {
    for (const fault of ['cut-before', 'cut-after'] as const) {
      for (let request = 1; ; request += 1) {
        await fresh()
        const died = await killedAtRequest(request, fault)
        expect(await ids(), `${fault} at ${request}`).toEqual(upTo(120))
        if (!died) {
          expect(request).toBeGreaterThan(40)
          break
        }
      }
    }
  }, 120_000)

  async function killedAtRequest(request: number, fault: 'cut-before' | 'cut-after'): Promise<boolean> {
    let kept: { step: number; staged: Staged | undefined } = { step: 0, staged: undefined }
    const life = async () => {
      const writer = await open(sink({}, { roll: { size: '512B' } }), kept.staged)
      await writer.commit(kept.staged?.committables ?? [], permit)
      for (let step = kept.step; step < 2; step += 1) {
        const next = await staged(writer, delays(60, step * 60), step === 1)
        kept = { step: step + 1, staged: next }
        await writer.commit(next.committables, permit)
      }
      await writer.close()
    }
    let requests = 0
    const verdict = (): 'alive' | 'dying' | 'dead' => {
      requests += 1
      return requests < request ? 'alive' : requests === request ? 'dying' : 'dead'
    }
    s3.faults = () => {
      const now = verdict()
      // After its death nothing that the process sends arrives: it is refused at once, so that the test need not wait.
      return now === 'alive' ? undefined : now === 'dying' ? fault : { status: 403, code: 'AccessDenied' }
    }
    warehouse.fault = () => {
      const now = verdict()
      return now === 'alive' ? undefined : now === 'dying' ? fault : 'denied'
    }
    const died = await life().then(
      () => false,
      () => true,
    )
    s3.faults = noFaults
    warehouse.fault = () => undefined
    // What was handed over goes on while the next life begins.
    if (died || kept.step < 2) await life()
    return requests >= request
  }

  it('loads each row once when two runs load the same at the same time', async () => {
    const [one, other] = [await open(), await open()]
    const rows = await staged(one, delays(120))
    await warehouse.sql(
      'CREATE TABLE public.millrace_loads (sink VARCHAR, file VARCHAR, row_count BIGINT, manifest VARCHAR, loaded_at TIMESTAMP, refused VARCHAR)',
    )
    let letGo = () => {}
    // Both have seen that nothing was loaded before either begins to.
    let waiting = 0
    warehouse.fault = (operation) => {
      if (operation === 'BatchExecuteStatement' && ++waiting === 1)
        warehouse.gate = new Promise((resolve) => {
          letGo = resolve
        })
      if (waiting === 2) letGo()
      return undefined
    }
    await Promise.all([one, other].map((writer) => writer.commit(rows.committables, permit)))
    expect(await ids()).toEqual(upTo(120))
    expect(warehouse.ran.filter((sql) => sql.startsWith('COPY'))).toHaveLength(1)
    await Promise.all([one.close(), other.close()])
  })

  it('does not load again what a run loaded that went further, in whatever parts it comes', async () => {
    const first = await open()
    const together = await staged(first, delays(120))
    await first.commit(together.committables, permit)
    await first.close()
    const next = await open()
    const [one, ...others] = together.committables
    await next.commit([one!], permit)
    await next.commit(others, permit)
    expect(await ids()).toEqual(upTo(120))
    await next.close()
  })

  it('loads what is missing of files of which some are there', async () => {
    const first = await open()
    const together = await staged(first, delays(120))
    await first.commit(together.committables.slice(0, 2), permit)
    await first.commit(together.committables, permit)
    expect(await ids()).toEqual(upTo(120))
    await first.close()
  })

  it('names in a manifest exactly the files of a checkpoint', async () => {
    const writer = await open()
    const { committables } = await staged(writer, delays(120))
    await writer.commit(committables, permit)
    await writer.close()
    // The entry of the sink's own ledger has no rows.
    const files = committables.filter(({ rows }) => rows !== undefined)
    expect(files).toHaveLength(committables.length - 1)
    const { objects } = s3.bucket('lake')
    const prefix = `redshift/${lakes}/`
    const manifests = [...objects.keys()].filter((key) => key.startsWith(`${prefix}_manifests/`))
    expect(manifests).toEqual([expect.stringMatching(/_manifests\/lake-l1-load-[0-9a-f]{32}\.json$/)])
    const { entries } = JSON.parse(Buffer.from(objects.get(manifests[0]!)!.content).toString())
    expect(entries).toEqual(
      files.map(({ file, sizeBytes }) => ({
        url: `s3://lake/${prefix}${file}`,
        mandatory: true,
        meta: { content_length: sizeBytes },
      })),
    )
    const ledger = await warehouse.sql(
      'SELECT sink, file, row_count::INT AS n, manifest FROM public.millrace_loads',
    )
    expect(ledger).toEqual(
      files.map(({ file, rows }) => ({
        sink: 'lake-l1',
        file,
        n: rows,
        manifest: `s3://lake/${manifests[0]}`,
      })),
    )
  })

  it('says that a partition is complete when its rows are in the table', async () => {
    const made = sink({}, { completeAt: ({ month }) => Date.parse(`${month}-28`) })
    const writer = await open(made)
    writer.write(
      delays(120),
      delays(120).map(() => 0),
    )
    writer.watermark!(Number.MAX_SAFE_INTEGER)
    const { committables } = stored(await writer.stage(true))
    const complete: number[] = []
    s3.faults = ({ operation, key }) => {
      if (operation === 'CompleteMultipartUpload' && key.endsWith('_SUCCESS'))
        complete.push(warehouse.ran.filter((sql) => sql.startsWith('INSERT')).length)
      return undefined
    }
    await writer.commit(committables, permit)
    await writer.close()
    expect(complete).toEqual([1, 1])
    expect(await ids()).toEqual(upTo(120))
    expect(await warehouse.sql("FROM public.millrace_loads WHERE file LIKE '%SUCCESS%'")).toEqual([])
  })

  it('loads more files than a statement can name', async () => {
    const made = sink({}, { partitionBy: ({ id }) => ({ id: `a-long-name-for-a-folder-${id}` }) })
    const writer = await open(made)
    const { committables } = await staged(writer, delays(330))
    await writer.commit(committables, permit)
    await writer.close()
    expect(await ids()).toEqual(upTo(330))
    expect(warehouse.ran.filter((sql) => sql.startsWith('COPY')).length).toBeGreaterThan(1)
  }, 60_000)

  it.each([
    ['none', "JSON 'auto ignorecase' MANIFEST"],
    ['gzip', "JSON 'auto ignorecase' GZIP MANIFEST"],
    ['zstd', "JSON 'auto ignorecase' ZSTD MANIFEST"],
  ] as const)('loads JSON lines (%s)', async (compression, words) => {
    const writer = await open(sink({}, { format: jsonLines<Delay>({ compression }) }))
    await writer.commit((await staged(writer, delays(120))).committables, permit)
    await writer.close()
    expect(await ids()).toEqual(upTo(120))
    expect(warehouse.ran.find((sql) => sql.startsWith('COPY'))).toContain(words)
  })

  it('quotes names, and passes on role, columns and parameters', async () => {
    await warehouse.sql(
      'CREATE SCHEMA "my ""s"; CREATE TABLE "my ""s"."t 1" (x INT, "a ""b" INT, month VARCHAR, minutes DOUBLE)',
    )
    const role = 'arn:aws:iam::123456789012:role/copy'
    const names = { schema: 'my "s', table: 't 1', columns: ['a "b', 'month', 'minutes'], ledger: 'l' }
    const writer = await open(sink({ ...names, role, copy: 'TRUNCATECOLUMNS' }))
    await writer.commit((await staged(writer, delays(10))).committables, permit)
    await writer.close()
    expect(warehouse.ran.find((sql) => sql.startsWith('COPY'))).toMatch(
      /^COPY "my ""s"\."t 1" \("a ""b", "month", "minutes"\) FROM 's3:\/\/lake\/redshift\/\d+\/_manifests\/[\w-]+\.json' IAM_ROLE 'arn:aws:iam::123456789012:role\/copy' FORMAT AS PARQUET MANIFEST TRUNCATECOLUMNS$/,
    )
    expect((await warehouse.sql('SELECT count("a ""b")::INT AS n FROM "my ""s"."t 1"'))[0]).toEqual({ n: 10 })
  })
})

/** The first calls of an operation go wrong. */
function first(operation: Operation, fault: Fault, times = 1): (called: Operation) => Fault | undefined {
  let left = times
  return (called) => (called === operation && left-- > 0 ? fault : undefined)
}

describe('when something goes wrong, a sink that loads into Redshift', () => {
  const operations = [
    'ExecuteStatement',
    'BatchExecuteStatement',
    'DescribeStatement',
    'GetStatementResult',
  ] as const

  test.each(
    operations.flatMap((operation) =>
      (['cut-before', 'cut-after', 'internal-error'] as const).map((fault) => [operation, fault] as const),
    ),
  )('calls again (%s, %s)', async (operation, fault) => {
    const writer = await open()
    const { committables } = await staged(writer, delays(120))
    // So that there is a result to get.
    await writer.commit(committables.slice(0, 1), permit)
    await writer.close()
    const next = await open()
    warehouse.fault = first(operation, fault, 2)
    await next.commit(committables, permit)
    await next.close()
    expect(await ids()).toEqual(upTo(120))
  })

  it('tries again what may pass', async () => {
    const writer = await open()
    const { committables } = await staged(writer, delays(120))
    warehouse.fault = first(
      'BatchExecuteStatement',
      { fails: '1023: Serializable isolation violation on table' },
      2,
    )
    await writer.commit(committables, permit)
    expect(await ids()).toEqual(upTo(120))
    await writer.close()
  })

  it('fails with what Redshift says when that does not pass, and the job may start again', async () => {
    const writer = await open()
    const { committables } = await staged(writer, delays(120))
    warehouse.fault = () => ({ fails: '1023: Serializable isolation violation on table' })
    const failure = await failureOf(writer.commit(committables, permit))
    expect([failure.code, failure.retryable]).toEqual(['SINK_FAILED', true])
    expect(failure.happened).toContain('Serializable isolation violation')
    warehouse.fault = () => undefined
    await writer.commit(committables, permit)
    expect(await ids()).toEqual(upTo(120))
    await writer.close()
  })

  it('says which row Redshift refuses, and loads it once the table is right', async () => {
    await warehouse.sql('CREATE OR REPLACE TABLE public.delays (id INT, month VARCHAR)')
    const writer = await open()
    const { committables } = await staged(writer, delays(120))
    warehouse.fault = first('BatchExecuteStatement', { fails: "Load into table 'delays' failed" })
    const failure = await failureOf(writer.commit(committables, permit))
    expect([failure.code, failure.retryable, failure.happened]).toEqual([
      'LOAD_REFUSED',
      false,
      `Redshift did not load into "public"."delays": ERROR: Load into table 'delays' failed; s3://lake/file line 7, column cents: Load into table 'delays' failed`,
    ])
    await writer.close()
    await warehouse.sql('ALTER TABLE public.delays ADD COLUMN minutes DOUBLE')
    const next = await open()
    await next.commit(committables, permit)
    expect(await ids()).toEqual(upTo(120))
    await next.close()
  })

  it('notes what Redshift refuses and goes on, if it is told to', async () => {
    const made = sink({ whenRefused: 'set-aside' }, { roll: { size: '512B' } })
    let refused = 0
    const counted = (_: string, by = 1) => {
      refused += by
    }
    const counting = { ...context(), count: counted }
    const writer = await made.open(counting, undefined)
    const one = await staged(writer, delays(60), false)
    const other = await staged(writer, delays(60, 60))
    const rowsOf = ({ committables }: Staged) =>
      committables.reduce((sum, { rows = 0 }) => sum + Number(rows), 0)
    warehouse.fault = first('BatchExecuteStatement', {
      fails: "Load into table 'delays' failed: \\ it's odd",
    })
    await writer.commit(one.committables, permit)
    await writer.commit(other.committables, permit)
    // It stays so, though Redshift would take them now.
    await writer.commit(one.committables, permit)
    await writer.close()
    expect(rowsOf(one)).toBeGreaterThan(0)
    expect(refused).toBe(rowsOf(one))
    expect((await ids()).length).toBe(rowsOf(other))
    const noted = await warehouse.sql(
      'SELECT sum(row_count)::INT AS n, min(refused) AS why FROM public.millrace_loads WHERE refused IS NOT NULL',
    )
    expect(noted).toEqual([{ n: refused, why: expect.stringContaining("failed: it's odd") }])
  })

  it('fails at once where no repetition helps', async () => {
    const writer = await open()
    const { committables } = await staged(writer, delays(10))
    for (const [fault, code] of [
      ['denied', 'ACCESS_DENIED'],
      [{ refused: 'Redshift endpoint does not exist', name: 'ValidationException' }, 'OPTION_INVALID'],
      [{ refused: 'no cluster', name: 'ResourceNotFoundException' }, 'OPTION_INVALID'],
    ] as const) {
      warehouse.fault = () => fault
      expect((await failureOf(writer.commit(committables, permit))).code).toBe(code)
    }
    await writer.close()
  })

  it('gives up when there is no answer', async () => {
    const writer = await open(sink({ giveUpAfter: '500ms' }))
    const { committables } = await staged(writer, delays(10))
    warehouse.fault = () => 'internal-error'
    const failure = await failureOf(writer.commit(committables, permit))
    expect([failure.code, failure.happened]).toEqual([
      'SINK_FAILED',
      expect.stringContaining('no success in'),
    ])
    await writer.close()
  })
})

describe('redshiftTable', () => {
  it('says what it promises', () => {
    const { kind, detail, guarantee, because } = sink().description
    expect([kind, detail, guarantee]).toEqual([
      'redshift',
      'parquet in table public.delays of workgroup analytics',
      'exactly-once',
    ])
    expect(because).toContain('in one transaction')
  })

  it.each([
    [{ through: folder('lake') }, 'no place in S3'],
    [{ table: '' }, 'is no name'],
    [{ table: 'a\u0000' }, 'is no name'],
    [{ ledger: 'delays' }, 'another table'],
    [{ cluster: 'c' }, 'one of `workgroup` and `cluster`'],
    [{ user: 'u' }, '`user` is for a `cluster`'],
    [{ database: '' }, '`database`'],
    [{ role: 'copy' }, 'no ARN of a role'],
    [{ whenRefused: 'skip' as 'fail' }, "'fail' or 'set-aside'"],
    [{ copy: 'MAXERROR 5' }, 'must not have MAXERROR'],
    [{ copy: "REGION 'x'; DROP TABLE y" }, 'must not have ;'],
  ] as [Partial<RedshiftTableOptions>, string][])('refuses %j', (options, words) => {
    expect(() => destination(options)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', happened: expect.stringContaining(words) }),
    )
  })

  it.each([
    ['csv', csvLines({ columns: ['id'] })],
    ['jsonl.snappy', jsonLines({ compression: 'snappy' })],
  ])('refuses files that are %s, when the job is described', (extension, format) => {
    const make = () => deliverySink({ to: destination(), format: format as ReturnType<typeof jsonLines> })
    expect(make).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        happened: expect.stringContaining(`not ${extension}`),
      }),
    )
  })
})
