import { Command, Option } from 'commander'
import { MillraceError } from '../errors.ts'
import { lineLog } from '../observe/line-log.ts'
import { logText } from '../observe/log-line.ts'
import { type ConnectionFlags, withConnection } from './connection-options.ts'
import type { Environment } from './environment.ts'
import { startPosition } from './option-values.ts'
import type { Services } from './services.ts'
import { onStopRequest } from './stop-request.ts'
import { rawLine, tailLine } from './tail-line.ts'

interface TailFlags extends ConnectionFlags {
  readonly stream: string
  readonly from?: 'trim-horizon' | 'latest' | Date
  readonly until?: 'caught-up'
  readonly shard?: string
  readonly after?: string
  readonly through?: string
  readonly raw?: true
}

/** `millrace tail --stream S`: prints the records of a stream as they come. */
export function tailCommand(environment: Environment, services: Services): Command {
  const command = new Command('tail')
    .summary('print the records of a stream')
    .description(
      'Prints the records of all shards as lines of JSON: in order within a shard, as they come across shards. Keeps ' +
        'no position; to process a stream run a job.',
    )
    .requiredOption('--stream <name>', 'the stream to read')
    .option(
      '--from <where>',
      'trim-horizon, latest, or a time (default: latest; with --until trim-horizon)',
      startPosition,
    )
    .addOption(new Option('--until <when>', 'end once all there is has been printed').choices(['caught-up']))
    .option('--shard <id>', 'only this shard, to what is there now')
    .option('--after <position>', 'with --shard: what comes after this one (default: from its beginning)')
    .option('--through <position>', 'with --shard: up to this one')
    .option('--raw', 'only the data of each record, as it is')
  return withConnection(command)
    .addHelpText('after', examples)
    .action((flags: TailFlags) => printRecords(flags, environment, services))
}

async function printRecords(flags: TailFlags, environment: Environment, services: Services): Promise<void> {
  const { tail } = await services.kinesis()
  const { clock, random, stdout, stderr } = environment
  const { stream, until, from = until === undefined ? 'latest' : 'trim-horizon', endpoint, region } = flags
  const range = rangeOf(flags)
  const stopped = new AbortController()
  const stopping = new Promise<void>((resolve) => stopped.signal.addEventListener('abort', () => resolve()))
  const endListening = onStopRequest(environment, () => stopped.abort())
  const log = lineLog((line) => stderr.write(`${logText(line, clock.now())}\n`))
  const lineOf = flags.raw ? rawLine : tailLine
  const options = { stream, endpoint, region, clock, random, log, signal: stopped.signal }
  try {
    for await (const record of tail({
      ...options,
      ...(range && { range }),
      startAt: range === undefined ? from : 'trim-horizon',
      follow: until === undefined,
    })) {
      stdout.write(lineOf(record))
      const drained = stdout.drained()
      if (drained !== undefined) await Promise.race([drained, stopping])
      if (stopped.signal.aborted) return
    }
  } catch (error) {
    if (!stopped.signal.aborted) throw error
  } finally {
    endListening()
  }
}

/** @throws MillraceError `OPTION_INVALID` for positions without a shard, and for a shard from a place in time. */
function rangeOf({ shard, after, through, from, until }: TailFlags) {
  if (shard !== undefined && from === undefined && until === undefined) return { shard, after, through }
  if (shard !== undefined || after !== undefined || through !== undefined) {
    const wrong =
      shard === undefined ? '--after and --through need --shard' : '--shard goes without --from and --until'
    throw new MillraceError('OPTION_INVALID', wrong)
  }
  return undefined
}

const examples = `
Examples:
  millrace tail --stream orders                              what comes from now on
  millrace tail --stream orders --until caught-up | wc -l    how many records there are
  millrace tail --stream orders --from trim-horizon | head   the oldest ones
  millrace tail --stream orders --shard shardId-000000000000 --through 4959…:0`
