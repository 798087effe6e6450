import { createReadStream, existsSync } from 'node:fs'
import { Command } from 'commander'
import type { Random } from '../contract/clock.ts'
import { MillraceError } from '../errors.ts'
import { countText } from '../observe/figures.ts'
import { lineLog } from '../observe/line-log.ts'
import { logText } from '../observe/log-line.ts'
import { type ConnectionFlags, withConnection } from './connection-options.ts'
import type { Environment } from './environment.ts'
import { jsonRecord, type NewRecord } from './json-record.ts'
import { shardCount } from './option-values.ts'
import type { Services } from './services.ts'
import { onStopRequest } from './stop-request.ts'
import { type TextLine, textLines } from './text-lines.ts'
import { untilAborted } from './until-aborted.ts'

interface PutFlags extends ConnectionFlags {
  readonly stream: string
  readonly key?: string
  readonly create?: number
}

/** `millrace put --stream S`: puts the lines of a JSON file, or of stdin, to a stream. */
export function putCommand(environment: Environment, services: Services): Command {
  const command = new Command('put')
    .summary('put JSON lines to a stream')
    .description(
      'Puts each line of JSON as one record, in the order of the lines. Stops at a line that is not JSON.',
    )
    .argument('[file]', 'the file to read; - or none: stdin')
    .requiredOption('--stream <name>', 'the stream to put to')
    .option(
      '--key <field>',
      'the field that holds the partition key, such as customer.id (default: random keys)',
    )
    .option('--create <shards>', 'create the stream with so many shards unless it is there', shardCount)
  return withConnection(command)
    .addHelpText('after', examples)
    .action((file: string | undefined, flags: PutFlags) => put(file, flags, environment, services))
}

async function put(
  file: string | undefined,
  flags: PutFlags,
  environment: Environment,
  services: Services,
): Promise<void> {
  const input = inputOf(file, environment)
  const { createStream, putRecords } = await services.kinesis()
  const { clock, random, stdout, stderr } = environment
  const log = lineLog((line) => stderr.write(`${logText(line, clock.now())}\n`))
  const target = { ...connectionOf(flags), stream: flags.stream, clock, random }
  if (flags.create !== undefined) await createStream({ ...target, shards: flags.create })
  const stopped = new AbortController()
  const endListening = onStopRequest(environment, () => stopped.abort())
  const lines = textLines(untilAborted(input, stopped.signal))
  const refusals: unknown[] = []
  const records = recordsOf(lines, flags.key?.split('.'), random, (error) => refusals.push(error))
  try {
    // One call at a time keeps the order of the lines.
    stdout.write(putText(await putRecords(records, { ...target, log, inFlight: 1 }), flags.stream))
  } finally {
    endListening()
  }
  for (const refusal of refusals) throw refusal
}

function putText(
  { records, bytes }: { readonly records: number; readonly bytes: number },
  stream: string,
): string {
  return `${countText(records)} record${records === 1 ? '' : 's'}, ${countText(bytes)} bytes put to ${stream}\n`
}

/** The records of lines, up to the first line that is refused: those before it are still put. */
async function* recordsOf(
  lines: AsyncIterable<TextLine>,
  key: readonly string[] | undefined,
  random: Random,
  refuse: (error: unknown) => void,
): AsyncGenerator<NewRecord> {
  try {
    for await (const line of lines) yield jsonRecord(line, key, random)
  } catch (error) {
    refuse(error)
  }
}

function inputOf(file: string | undefined, { stdin, stderr }: Environment): AsyncIterable<string> {
  if (file !== undefined && file !== '-') {
    if (!existsSync(file))
      throw new MillraceError('OPTION_INVALID', 'there is no such file', { where: { file } })
    return createReadStream(file, 'utf8')
  }
  if (stdin.isTTY === true) stderr.write('Type lines of JSON; Ctrl-D ends.\n')
  return stdin
}

function connectionOf({ endpoint, region }: ConnectionFlags): ConnectionFlags {
  return { ...(endpoint && { endpoint }), ...(region && { region }) }
}

const examples = `
Examples:
  millrace put --stream orders --key customer.id orders.jsonl
  jq -c '.[]' orders.json | millrace put --stream orders --create 4 --endpoint http://127.0.0.1:4567`
