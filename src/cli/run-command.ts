import { Command, Option } from 'commander'
import { MillraceError } from '../errors.ts'
import type { Job } from '../job.ts'
import { storeMaker } from './checkpoint-place.ts'
import type { Environment } from './environment.ts'
import { follow } from './follow.ts'
import { loadJob } from './load-job.ts'
import { savepointAt, storeOf } from './open-store.ts'
import { endpoint, startPosition } from './option-values.ts'
import { reportFor } from './report-for.ts'
import { type RunFlags, runOptions } from './run-options.ts'
import type { Services } from './services.ts'
import { onStopRequest } from './stop-request.ts'

/** `millrace run job.ts`: runs a job until it ends, fails, or is asked to stop. */
export function runCommand(environment: Environment, services: Services): Command {
  return new Command('run')
    .summary('run a job')
    .description(
      'Runs the job that a TypeScript or JavaScript file exports as its default. It continues at its last checkpoint; ' +
        'Ctrl-C or SIGTERM takes one more and ends.',
    )
    .argument('<job>', 'the job file, such as job.ts')
    .option(
      '--from <where>',
      'where to start without a checkpoint: trim-horizon, latest, or a time',
      startPosition,
    )
    .addOption(
      new Option('--until <when>', 'end once all there is has been read, with every window closed').choices([
        'caught-up',
      ]),
    )
    .option(
      '--checkpoints <place>',
      'where checkpoints live: a folder, or s3://<bucket>/<folder> (default: what the job says, else .millrace/<job>)',
    )
    .option('--restore <savepoint>', 'begin with a savepoint: its name, or a folder that it was copied to')
    .option('--rewind', 'with --restore: also if the job has gone on since; sinks keep what they show')
    .option('--drop-state <name...>', 'state that the job does not have any more and may lose')
    .option(
      '--endpoint <url>',
      'the Kinesis to read from and write to, such as http://127.0.0.1:4567',
      endpoint,
    )
    .option('--region <region>', 'the AWS region (default: AWS_REGION)')
    .option('--json', 'print events and metrics to stdout, one JSON object per line')
    .addHelpText('after', examples)
    .action((file: string, flags: RunFlags) => runFile(file, flags, environment, services))
}

async function runFile(
  file: string,
  flags: RunFlags,
  environment: Environment,
  services: Services,
): Promise<void> {
  const job = await loadJob(file)
  const { run } = await services.engine()
  const storeAt = await storeMaker(flags.checkpoints, services)
  const report = reportFor(environment, flags.json === true)
  const { clock, random } = environment
  const restore = await savepointOf(job, flags, services)
  const options = { ...runOptions(flags, storeAt), ...(restore && { restore }) }
  const running = run(job, { ...options, log: report.log, clock, random })
  if (flags.from !== undefined) {
    running.events$.subscribe((event) => {
      if (event.kind !== 'started' || event.restoredFrom === undefined) return
      report.log.warn('--from is for a job without a checkpoint: it continues where it was')
    })
  }
  const endListening = onStopRequest(environment, () => running.stop())
  try {
    await follow(running, report)
  } finally {
    endListening()
  }
}

async function savepointOf(job: Job, { restore, rewind, checkpoints }: RunFlags, services: Services) {
  if (restore !== undefined) return savepointAt(restore, await storeOf(job, checkpoints, services), services)
  if (rewind)
    throw new MillraceError('OPTION_INVALID', '--rewind needs --restore: it says what to go back to')
  return undefined
}

const examples = `
Examples:
  millrace run job.ts                                       for ever, from the last checkpoint on
  millrace run job.ts --from trim-horizon --until caught-up  all that the stream still has, then end
  millrace run job.ts --endpoint http://127.0.0.1:4567       against \`millrace local\`
  millrace run job.ts --json | jq 'select(.kind)'            for programs

Exit codes: 0 ended or stopped, 1 failed, 2 wrong use, 3 failed but may succeed later.`
