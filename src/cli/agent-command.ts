import { Command, Option } from 'commander'
import { type AgentFlags, agentOptions, isOrdered } from './agent-options.ts'
import { agentReport } from './agent-report.ts'
import { withConnection } from './connection-options.ts'
import type { Environment } from './environment.ts'
import { duration, expression, lineCount, shardCount, size } from './option-values.ts'
import type { Services } from './services.ts'
import { onStopRequest } from './stop-request.ts'

/** `millrace agent --file F --stream S`: sends what is appended to files. */
export function agentCommand(environment: Environment, services: Services): Command {
  const command = new Command('agent')
    .summary('tail files into a stream')
    .description(
      'Sends the lines of files to a stream, as they are written: through rotation and truncation, and without a loss ' +
        'over any kill. It continues where it was; Ctrl-C or SIGTERM sends what is read and ends.',
    )
    .requiredOption('--file <patterns...>', "files to tail, such as 'logs/**/*.log'")
    .requiredOption('--stream <name>', 'the stream to send to')
  return withConnection(withRecords(withReading(command)))
    .option('--create <shards>', 'create the stream with so many shards unless it is there', shardCount)
    .option('--json', 'print progress to stdout, one JSON object per line')
    .addHelpText('after', examples)
    .action((flags: AgentFlags) => run(flags, environment, services))
}

function withReading(command: Command): Command {
  return command
    .option('--state <folder>', 'where offsets are kept (default: .millrace/agent/<stream>)')
    .addOption(
      new Option('--from <where>', 'where to begin in files that are there at the very first start')
        .choices(['start', 'end'])
        .default('start'),
    )
    .addOption(new Option('--until <when>', 'end once all there is has been sent').choices(['caught-up']))
    .option('--skip-header <lines>', 'leave out so many lines at the beginning of each file', lineCount)
    .option('--poll <duration>', 'how often to look at the files (default: 500ms)', duration)
    .option('--batch-age <duration>', 'how long records wait for others to go with (default: 1s)', duration)
    .option(
      '--flush-partial-after <duration>',
      'send a last line without a line end once its file was quiet for so long (default: never)',
      duration,
    )
}

function withRecords(command: Command): Command {
  return command
    .addOption(
      new Option('--format <format>', 'what a record is').choices(['lines', 'json']).default('lines'),
    )
    .option('--bad-records <file>', 'append records that are not JSON, or have no key, to a file')
    .option('--multiline <regex>', 'a record begins at a line that this matches at its beginning', expression)
    .option(
      '--multiline-wait <duration>',
      'how long the last record waits for more lines (default: 5s)',
      duration,
    )
    .addOption(
      new Option('--partition-key <key>', 'random, deterministic (the MD5 of the record), or the file')
        .choices(['random', 'deterministic', 'file'])
        .default('random'),
    )
    .option('--partition-key-field <field>', 'the field of a JSON record with the key, such as customer.id')
    .option('--max-record <size>', 'the most that a record may have (default: 1023KiB)', size)
    .addOption(
      new Option('--long-lines <how>', 'cut longer lines in pieces, or leave out their rest')
        .choices(['split', 'shorten'])
        .default('split'),
    )
    .option('--keep-line-ends', 'send the line end of each record too')
}

async function run(flags: AgentFlags, environment: Environment, services: Services): Promise<void> {
  const options = agentOptions(flags)
  const [{ runAgent }, { createStream, openPut }] = [await services.agent(), await services.kinesis()]
  const { clock, random } = environment
  const { stream, endpoint, region, create } = flags
  const target = { stream, endpoint, region, clock, random }
  if (create !== undefined) await createStream({ ...target, shards: create })
  const report = agentReport(environment, flags.json === true)
  const stopped = new AbortController()
  const endListening = onStopRequest(environment, () => stopped.abort())
  const { put, close } = openPut({ ...target, log: report.log, inFlight: isOrdered(flags) ? 1 : 4 })
  const { log, progress: onProgress } = report
  try {
    await runAgent({ ...options, put, clock, random, log, onProgress, signal: stopped.signal })
  } finally {
    report.close()
    close()
    endListening()
  }
}

const examples = `
Examples:
  millrace agent --file 'logs/*.log*' --stream logs                    for ever, from where it was
  millrace agent --file app.log --stream logs --multiline '\\d{4}-'     records that begin with a year
  millrace agent --file 'in/*.jsonl' --stream orders --format json --partition-key-field customer.id --until caught-up`
