import { Command } from 'commander'
import type { OpenCheckpoint } from '../checkpoint/inspection.ts'
import type { CheckpointStore } from '../contract/checkpoint-store.ts'
import type { InputPositions, InputRanges, Sink, SinkToAudit } from '../contract/sink.ts'
import { MillraceError } from '../errors.ts'
import type { Job } from '../job.ts'
import { type AuditedSink, auditText, fileText } from './audit-text.ts'
import type { Environment } from './environment.ts'
import { loadJob } from './load-job.ts'
import { storeOf } from './open-store.ts'
import type { Services } from './services.ts'

interface VerifyFlags {
  readonly sink?: string
  readonly row?: string
  readonly content?: true
  readonly checkpoints?: string
  readonly json?: true
}

/** `millrace verify job.ts`: proves from the ledger that what was published is whole, and finds the records of a row. */
export function verifyCommand(environment: Environment, services: Services): Command {
  return new Command('verify')
    .summary('prove from the ledger that the files of a job are whole')
    .description(
      'Compares the files of each sink with its ledger and with the last checkpoint: the rows of a partition and the records ' +
        'of each split follow each other without a gap and without an overlap, every file is there, and no other. Changes ' +
        'nothing; the job may run meanwhile. Ends with 1 if anything is wrong.',
    )
    .argument('<job>', 'the job file, such as job.ts')
    .option('--sink <name>', 'only this sink')
    .option('--row <file[:number]>', 'say which records made a row of a file, the first one being 0')
    .option('--content', 'read every file, and compare its checksum')
    .option('--checkpoints <place>', 'where the job keeps its checkpoints (default: what it says)')
    .option('--json', 'one JSON object per line')
    .addHelpText('after', examples)
    .action((file: string, flags: VerifyFlags) => verify(file, flags, environment, services))
}

async function verify(
  file: string,
  flags: VerifyFlags,
  environment: Environment,
  services: Services,
): Promise<void> {
  const job = await loadJob(file)
  const store = await storeOf(job, flags.checkpoints, services)
  const opened = await newestCheckpoint(store, services)
  if (opened.manifest.job !== job.name) {
    throw new MillraceError(
      'CHECKPOINT_FOREIGN',
      `${store.description} is of the job "${opened.manifest.job}"`,
    )
  }
  const sinks = sinksOf(job).filter(([name]) => flags.sink === undefined || name === flags.sink)
  if (sinks.length === 0) throw new MillraceError('OPTION_INVALID', `the job has no sink ${flags.sink}`)
  const found: AuditedSink[] = []
  const { lineage, epoch } = opened.manifest
  for (const [name, sink] of sinks)
    for (const audited of await auditsOf(name, sink, opened, flags.content === true, environment))
      found.push({ job: job.name, lineage, epoch, ...audited })
  if (flags.row !== undefined) writeRow(flags.row, found, job, flags, environment)
  else writeProof(found, flags, environment)
}

/** While it is read, a running job may publish another and delete it: then that one is read. */
async function newestCheckpoint(store: CheckpointStore, services: Services): Promise<OpenCheckpoint> {
  const { listEpochs, openCheckpoint } = await services.checkpointTools()
  for (;;) {
    const epoch = Math.max(0, ...(await listEpochs(store)))
    try {
      return await openCheckpoint(store)
    } catch (error) {
      if (Math.max(0, ...(await listEpochs(store))) === epoch) throw error
    }
  }
}

type FoundSink = Pick<AuditedSink, 'sink' | 'place' | 'audit'>

/** What is found of a sink, and of those beside it. */
async function auditsOf(
  name: string,
  sink: Sink<never>,
  { manifest, content: checkpoint }: OpenCheckpoint,
  content: boolean,
  { clock, random }: Environment,
): Promise<readonly FoundSink[]> {
  const own = checkpoint.sinks[name]
  if (own === undefined) return [{ sink: name, place: sink.description.detail, audit: undefined }]
  const { job, lineage } = manifest
  const positions = positionsOf(manifest.sources)
  return auditsIn({ sink, context: { job, name, lineage, clock, random, ...own, positions, content } })
}

async function auditsIn({ sink, context }: SinkToAudit): Promise<readonly FoundSink[]> {
  const found: FoundSink[] = [
    { sink: context.name, place: sink.description.detail, audit: await sink.audit?.(context) },
  ]
  for (const beside of (await sink.besides?.(context)) ?? []) found.push(...(await auditsIn(beside)))
  return found
}

function positionsOf(sources: OpenCheckpoint['manifest']['sources']): InputPositions {
  return Object.fromEntries(Object.entries(sources).map(([name, { positions }]) => [name, positions]))
}

function sinksOf(job: Job): readonly [string, Sink<never>][] {
  return job.graph.nodes.flatMap(({ transformation }) =>
    transformation.kind === 'sink'
      ? [[transformation.name, transformation.sink] as [string, Sink<never>]]
      : [],
  )
}

/** @throws MillraceError `LEDGER_BROKEN` that names what is wrong first. */
function writeProof(found: readonly AuditedSink[], { json }: VerifyFlags, { stdout }: Environment): void {
  for (const one of found) stdout.write(`${json ? JSON.stringify(one) : auditText(one)}\n`)
  const faults = found.flatMap(({ sink, audit }) => (audit?.faults ?? []).map((fault) => ({ sink, fault })))
  const [first, ...others] = faults
  if (first === undefined) return
  const more = others.length === 0 ? '' : `, and ${others.length} more`
  throw new MillraceError('LEDGER_BROKEN', `${first.fault}${more}`, { where: { sink: first.sink } })
}

/** @throws MillraceError `OPTION_INVALID` if there is no such file or row. */
function writeRow(
  row: string,
  found: readonly AuditedSink[],
  described: Job,
  { json }: VerifyFlags,
  { stdout }: Environment,
): void {
  const [, path = row, number] = /^(.*?)(?::(\d+))?$/.exec(row) ?? []
  const isMeant = ({ file }: { file: string }) => file === path || path.endsWith(`/${file}`)
  const at = found.find(({ audit }) => audit?.files.some(isMeant))
  const file = at?.audit?.files.find(isMeant)
  if (at === undefined || file === undefined) {
    throw new MillraceError('OPTION_INVALID', `no ledger of the job lists the file ${path}`)
  }
  const ordinal = number === undefined ? undefined : file.firstRow + Number(number)
  if (ordinal !== undefined && ordinal > file.lastRow) {
    throw new MillraceError(
      'OPTION_INVALID',
      `${path} has ${file.lastRow + 1 - file.firstRow} rows, from 0 on`,
    )
  }
  const { job, lineage, sink } = at
  const commands = printingCommands(described, file.ranges ?? {})
  const facts = { job, lineage, sink, row: ordinal, ...file, commands }
  stdout.write(`${json ? JSON.stringify(facts) : fileText(at, file, ordinal, commands)}\n`)
}

/** Command lines that print the records, where sources know any. */
function printingCommands({ graph }: Job, ranges: InputRanges): readonly string[] {
  return graph.nodes.flatMap(({ transformation }) => {
    if (transformation.kind !== 'source') return []
    const { name, source } = transformation
    return Object.entries(ranges[name] ?? {}).flatMap(([split, [after, through]]) => {
      return source.printing?.(split, after, through) ?? []
    })
  })
}

const examples = `
Examples:
  millrace verify job.ts
  millrace verify job.ts --content                                          reads every file
  millrace verify job.ts --row day=2001-01-31/lake-5d1f0c-000000000000-000000004211.parquet:17`
