import { Command } from 'commander'
import type { OpenCheckpoint, Verified } from '../checkpoint/inspection.ts'
import type { Manifest, Unusable } from '../checkpoint/manifest.ts'
import type { CheckpointStore } from '../contract/checkpoint-store.ts'
import { MillraceError } from '../errors.ts'
import { checkpointText, differenceText } from './checkpoint-text.ts'
import type { Environment } from './environment.ts'
import { savepointAt, storeBy } from './open-store.ts'
import { epochNumber, lineCount } from './option-values.ts'
import type { Services } from './services.ts'

type Tools = Awaited<ReturnType<Services['checkpointTools']>>

interface JsonFlag {
  readonly json?: true
}

interface ShowFlags extends JsonFlag {
  readonly epoch?: number
  readonly savepoint?: string
  readonly operator?: string
  readonly key?: string
  readonly limit: number
}

const whereHelp = 'a folder with checkpoints, a savepoint, or the job file'

/** `millrace checkpoints ls|show|verify|diff`: what checkpoints hold, without running the job. */
export function checkpointsCommand(environment: Environment, services: Services): Command {
  return new Command('checkpoints')
    .summary('look into checkpoints and savepoints')
    .description(
      'Reads checkpoints without running the job, and changes nothing. A running job may go on meanwhile.',
    )
    .addCommand(ls(environment, services))
    .addCommand(show(environment, services))
    .addCommand(verify(environment, services))
    .addCommand(diff(environment, services))
    .addHelpText('after', examples)
}

function ls({ stdout }: Environment, services: Services): Command {
  return new Command('ls')
    .summary('list them')
    .description('Prints every checkpoint and every savepoint with its epoch, time and size.')
    .argument('<where>', whereHelp)
    .option('--json', 'one JSON object per line')
    .action(async (where: string, { json }: JsonFlag) => {
      const store = await storeBy(where, services)
      const { checkpointBytes, listEpochs, listSavepoints, readManifest } = await services.checkpointTools()
      const epochs = await listEpochs(store)
      const read = epochs.map(
        async (epoch): Promise<Listed> => ({ epoch, manifest: await readManifest(store, epoch) }),
      )
      const all: Listed[] = [...(await Promise.all(read)), ...(await listSavepoints(store))]
      if (all.length === 0) throw nothing(store)
      for (const one of all)
        stdout.write(
          `${json ? JSON.stringify(factsOf(one, checkpointBytes)) : lineOf(one, checkpointBytes)}\n`,
        )
    })
}

/** A checkpoint by its epoch, or a savepoint by its name. */
interface Listed {
  readonly epoch?: number
  readonly name?: string
  readonly manifest: Manifest | Unusable
}

function factsOf({ epoch: at, name: savepoint, manifest }: Listed, sizeOf: (manifest: Manifest) => number) {
  if ('damage' in manifest) return { epoch: at, savepoint, damaged: true, damage: manifest.damage }
  const { epoch, job, generation, createdAt } = manifest
  return { epoch, savepoint, job, generation, createdAt, sizeBytes: sizeOf(manifest), damaged: false }
}

function lineOf({ epoch: at, name, manifest }: Listed, sizeOf: (manifest: Manifest) => number): string {
  if ('damage' in manifest)
    return `${name === undefined ? `epoch ${at}` : `savepoint ${name}`}  DAMAGED: ${manifest.damage}`
  const { epoch, createdAt, generation } = manifest
  const what = name === undefined ? '' : `  savepoint ${name}`
  return `epoch ${epoch}  ${new Date(createdAt).toISOString()}  generation ${generation}  ${sizeOf(manifest)} bytes${what}`
}

function show({ stdout, stderr }: Environment, services: Services): Command {
  return new Command('show')
    .summary('show what one holds')
    .description(
      'Prints positions, watermarks, names, sizes and counts of keys; with --operator the keys and values, one JSON object per line.',
    )
    .argument('<where>', whereHelp)
    .option('--epoch <number>', 'which checkpoint (default: the newest)', epochNumber)
    .option('--savepoint <name>', 'a savepoint beside the checkpoints')
    .option('--operator <name>', 'what this operator keeps, key by key')
    .option('--key <key>', 'of this key only')
    .option('--limit <count>', 'at most so many keys', lineCount, 100)
    .option('--json', 'all of it as one JSON object')
    .action(async (where: string, flags: ShowFlags) => {
      const tools = await services.checkpointTools()
      const store = await storeBy(where, services)
      const from = flags.savepoint === undefined ? store : await savepointAt(flags.savepoint, store, services)
      const opened = await tools.openCheckpoint(from, flags.epoch)
      if (flags.operator !== undefined) {
        const left = await writeEntries(tools, opened, flags.operator, flags, (text) => stdout.write(text))
        if (left) stderr.write(`more keys than ${flags.limit}: see --limit and --key\n`)
        return
      }
      const figures = await tools.operatorFigures(opened)
      const sizeBytes = tools.checkpointBytes(opened.manifest)
      if (flags.json) {
        const { operators: _parts, ...manifest } = opened.manifest
        stdout.write(`${tools.jsonText({ ...manifest, sizeBytes, operators: figures }, 2)}\n`)
      } else stdout.write(`${checkpointText(opened.manifest, figures, sizeBytes)}\n`)
    })
}

/** Writes keys and values; whether there are more. */
async function writeEntries(
  tools: Tools,
  opened: OpenCheckpoint,
  operator: string,
  { key, limit }: ShowFlags,
  write: (text: string) => void,
): Promise<boolean> {
  let written = 0
  for await (const entry of tools.operatorEntries(opened, operator)) {
    if (key !== undefined && String(entry.key) !== key) continue
    if (written === limit) return true
    written += 1
    write(`${tools.jsonText(entry)}\n`)
  }
  return false
}

function verify({ stdout }: Environment, services: Services): Command {
  return new Command('verify')
    .summary('compute every checksum')
    .description(
      'Reads every checkpoint and every savepoint to the last byte. Ends with 1 if one is damaged.',
    )
    .argument('<where>', whereHelp)
    .option('--json', 'one JSON object per line')
    .action(async (where: string, { json }: JsonFlag) => {
      const store = await storeBy(where, services)
      const tools = await services.checkpointTools()
      const found: (Partial<Verified> & { savepoint?: string; damages: readonly string[] })[] = [
        ...(await tools.verify(store)),
      ]
      for (const { name, manifest } of await tools.listSavepoints(store)) {
        const [one] = await tools.verify(tools.savepointStore(store, name))
        if (one !== undefined) found.push({ savepoint: name, ...one })
        else if ('damage' in manifest) found.push({ savepoint: name, damages: [manifest.damage] })
      }
      if (found.length === 0) throw nothing(store)
      for (const one of found) {
        const what = [
          ...(one.epoch === undefined ? [] : [`epoch ${one.epoch}`]),
          ...(one.savepoint === undefined ? [] : [`savepoint ${one.savepoint}`]),
        ].join(', ')
        const state =
          one.damages.length === 0 ? `whole: ${one.parts} parts, ${one.sizeBytes} bytes` : 'DAMAGED'
        const lines = [`${what}  ${state}`, ...one.damages.map((damage) => `  ${damage}`)]
        stdout.write(`${json ? JSON.stringify(one) : lines.join('\n')}\n`)
      }
      const damaged = found.filter(({ damages }) => damages.length > 0)
      if (damaged.length > 0) {
        throw new MillraceError(
          'CHECKPOINT_CORRUPT',
          `${damaged.length} of ${found.length} checkpoints in ${store.description} are damaged`,
        )
      }
    })
}

function diff({ stdout }: Environment, services: Services): Command {
  return new Command('diff')
    .summary('compare two')
    .description(
      'Prints which positions have moved, and of each operator how many keys were added, removed and changed.',
    )
    .argument('<where>', whereHelp)
    .argument('<before>', 'an epoch, or the name of a savepoint')
    .argument('<after>', 'another')
    .option('--json', 'as one JSON object')
    .action(async (where: string, before: string, after: string, { json }: JsonFlag) => {
      const store = await storeBy(where, services)
      const tools = await services.checkpointTools()
      const opened = async (which: string) =>
        /^\d+$/.test(which)
          ? tools.openCheckpoint(store, Number(which))
          : tools.openCheckpoint(await savepointAt(which, store, services))
      const found = await tools.difference(await opened(before), await opened(after))
      stdout.write(`${json ? JSON.stringify(found, undefined, 2) : differenceText(found)}\n`)
    })
}

function nothing(store: CheckpointStore): MillraceError {
  return new MillraceError('OPTION_INVALID', `${store.description} holds no checkpoints`)
}

const examples = `
Examples:
  millrace checkpoints ls .millrace/orders
  millrace checkpoints show job.ts --operator totals --key alice
  millrace checkpoints verify .millrace/orders
  millrace checkpoints diff job.ts before-upgrade 120`
