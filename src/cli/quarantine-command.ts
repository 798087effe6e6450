import { Command } from 'commander'
import type { CheckpointStore } from '../contract/checkpoint-store.ts'
import { type QuarantineRequest, quarantineRequestJson } from '../contract/quarantine.ts'
import { MillraceError } from '../errors.ts'
import { keyText } from '../state/key.ts'
import { type Duration, milliseconds } from '../units.ts'
import type { Environment } from './environment.ts'
import { storeAt, storeBy } from './open-store.ts'
import { duration } from './option-values.ts'
import { type ParkedKey, parkedRecords } from './parked-records.ts'
import type { Services } from './services.ts'

interface Flags {
  readonly operator?: string
  readonly checkpoints?: string
  readonly json?: true
}

interface AskFlags extends Flags {
  readonly all?: true
  readonly wait: Duration
}

const whereHelp = 'the job file, or a folder with its checkpoints'
/** How often to look whether what was asked for is done. */
const lookEveryMs = 200

/** `millrace quarantine ls|show|retry|drop`: what a job has parked, and what is to become of it. */
export function quarantineCommand(environment: Environment, services: Services): Command {
  const retry = asking(environment, services, 'retry')
    .summary('try parked records again')
    .description(
      'Lets what is parked of a key, or of all keys, go on in order, before later records of the key, up to a record that fails again.',
    )
    .argument('[key]', 'of this key only')
  const drop = asking(environment, services, 'drop')
    .summary('leave out a record, and try those after it')
    .description(
      'Leaves out the record that the key is parked on, and lets those after it go on. Records that were parked since the checkpoint that shows it are never left out.',
    )
    .argument('<key>', 'the key')
    .option('--all', 'leave out all that is parked of the key')
  return new Command('quarantine')
    .summary('show, retry or drop what a job has parked')
    .description(
      'Shows what the last checkpoint of a job has in its quarantines, without running it, and asks its run, or the next one, to retry or drop it.',
    )
    .addCommand(ls(environment, services))
    .addCommand(show(environment, services))
    .addCommand(retry)
    .addCommand(drop)
    .addHelpText('after', examples)
}

function ls({ stdout, stderr }: Environment, services: Services): Command {
  return looking('ls', services, (parked, { jsonText }, { json }) => {
    for (const key of parked) stdout.write(`${json ? jsonText(keyFacts(key)) : keyLine(key)}\n`)
    if (parked.length === 0) stderr.write('nothing is parked\n')
  })
    .summary('list the keys that are parked')
    .description('Prints each parked key, with how much waits for it and what its first record failed with.')
    .option('--json', 'one JSON object per line')
}

function show({ stdout, stderr }: Environment, services: Services): Command {
  return looking('show', services, (parked, { jsonText }) => {
    for (const { operator, key, records } of parked)
      for (const { sizeBytes: _size, ...record } of records)
        stdout.write(`${jsonText({ operator, key, ...record })}\n`)
    if (parked.length === 0) stderr.write('nothing is parked\n')
  })
    .summary('print parked records')
    .description(
      'Prints every parked record with its value and where it came from, one JSON object per line.',
    )
    .argument('[key]', 'of this key only')
}

type Tools = Awaited<ReturnType<Services['checkpointTools']>>

/** A command that reads the newest checkpoint. */
function looking(
  name: string,
  services: Services,
  print: (parked: readonly ParkedKey[], tools: Tools, flags: Flags) => void,
) {
  const command = at(new Command(name))
  return command.action(async (where: string, ...rest: readonly unknown[]) => {
    const key = typeof rest[0] === 'string' ? rest[0] : undefined
    const flags = command.opts<Flags>()
    const { operator, checkpoints } = flags
    const tools = await services.checkpointTools()
    const store = await storeOf(where, checkpoints, services)
    print(await parkedRecords(tools, await tools.openCheckpoint(store), { operator, key }), tools, flags)
  })
}

/** A command that asks the run for something. */
function asking(environment: Environment, services: Services, action: 'retry' | 'drop'): Command {
  const command = at(new Command(action)).option(
    '--wait <time>',
    'how long to wait for the run to do it',
    duration,
    '15s' as Duration,
  )
  return command.action(async (where: string, key: string | undefined) => {
    const { operator, checkpoints, all, wait } = command.opts<AskFlags>()
    const tools = await services.checkpointTools()
    const store = await storeOf(where, checkpoints, services)
    const opened = await tools.openCheckpoint(store)
    const parked = await parkedRecords(tools, opened, { operator, key })
    if (parked.length === 0) return environment.stderr.write('nothing is parked\n')
    if (opened.manifest.finished)
      throw new MillraceError(
        'OPTION_INVALID',
        `the job ${opened.manifest.job} has finished: no run does it any more`,
      )
    const ids: string[] = []
    for (const [asked, request] of requestsFor(action, parked, key, all === true))
      ids.push(await tools.askOperator(store, asked, quarantineRequestJson(request), environment.clock))
    await waitFor(store, ids, wait, environment, tools)
    return undefined
  })
}

function requestsFor(
  action: 'retry' | 'drop',
  parked: readonly ParkedKey[],
  key: string | undefined,
  all: boolean,
): readonly (readonly [operator: string, QuarantineRequest])[] {
  if (action === 'retry' && key === undefined)
    return [...new Set(parked.map(({ operator }) => operator))].map((operator) => [operator, { action }])
  return parked.map(({ operator, key: parkedKey, records }) => {
    if (action === 'retry') return [operator, { action, key: parkedKey }]
    const { id } = records[all ? records.length - 1 : 0]!
    return [operator, { action, key: parkedKey, upTo: id }]
  })
}

/** Waits until a checkpoint has what was asked for, and says what is left. */
async function waitFor(
  store: CheckpointStore,
  ids: readonly string[],
  wait: Duration,
  { clock, stderr }: Environment,
  tools: Tools,
): Promise<void> {
  const until = clock.now() + milliseconds(wait)
  const pending = async () => {
    for (const id of ids) if (await tools.isPending(store, id)) return true
    return false
  }
  while (await pending()) {
    if (clock.now() >= until) {
      stderr.write(`no run has done it within ${wait}: the next one will\n`)
      return
    }
    await clock.sleep(lookEveryMs)
  }
  const left = await parkedRecords(tools, await tools.openCheckpoint(store))
  const records = left.reduce((sum, one) => sum + one.records.length, 0)
  stderr.write(`done: ${left.length === 0 ? 'nothing' : `${counted(records)} of ${left.length} keys`} left\n`)
}

function at(command: Command): Command {
  return command
    .argument('<where>', whereHelp)
    .option('--operator <name>', 'this quarantine only')
    .option('--checkpoints <place>', 'where the job keeps its checkpoints, if it does not say so itself')
}

function storeOf(
  where: string,
  checkpoints: string | undefined,
  services: Services,
): Promise<CheckpointStore> {
  return checkpoints === undefined ? storeBy(where, services) : storeAt(checkpoints, services)
}

function keyFacts({ operator, key, records }: ParkedKey) {
  const sizeBytes = records.reduce((sum, record) => sum + record.sizeBytes, 0)
  const { failure, where, timestamp } = records[0]!
  return { operator, key, records: records.length, sizeBytes, timestamp, where, failure }
}

function keyLine(parked: ParkedKey): string {
  const { operator, key, records, sizeBytes, failure, where, timestamp } = keyFacts(parked)
  const from = [where.source, where.shard, where.sequenceNumber]
    .filter((part) => part !== undefined)
    .join(' ')
  const failed =
    failure === undefined
      ? ''
      : `  ${failure.code} in ${failure.operator ?? operator}, tried ${failure.tries === 1 ? 'once' : `${failure.tries} times`}: ${failure.reason}`
  return `${operator}  ${keyText(key)}  ${counted(records)}, ${sizeBytes} bytes, from ${new Date(timestamp).toISOString()}${from === '' ? '' : ` (${from})`}${failed}`
}

function counted(records: number): string {
  return `${records} ${records === 1 ? 'record' : 'records'}`
}

const examples = `
Examples:
  millrace quarantine ls job.ts
  millrace quarantine show job.ts alice
  millrace quarantine retry job.ts              once the function is corrected, or what it calls is well
  millrace quarantine drop job.ts alice         without the record that fails`
