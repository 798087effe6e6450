import { Command } from 'commander'
import type { CheckpointStore } from '../contract/checkpoint-store.ts'
import { type Duration, milliseconds } from '../units.ts'
import type { Environment } from './environment.ts'
import { loadJob } from './load-job.ts'
import { storeAt, storeOf } from './open-store.ts'
import { duration } from './option-values.ts'
import type { Services } from './services.ts'

interface SavepointFlags {
  readonly name?: string
  readonly to?: string
  readonly checkpoints?: string
  readonly stopped?: true
  readonly wait: Duration
}

const checkpointsHelp = 'where the job keeps its checkpoints (default: what it says, else .millrace/<job>)'
/** How often to look whether the job has made the checkpoint that it was asked for. */
const lookEveryMs = 200

/** `millrace savepoint job.ts`, and `ls` and `rm` below it: checkpoints that have names and stay. */
export function savepointCommand(environment: Environment, services: Services): Command {
  return new Command('savepoint')
    .summary('keep a checkpoint of a job under a name, for good')
    .description(
      'A savepoint is a whole checkpoint that only you delete. Its folder may be copied anywhere. `millrace run --restore` begins with it.',
    )
    .addCommand(make(environment, services), { isDefault: true })
    .addCommand(ls(environment, services))
    .addCommand(rm(environment, services))
    .addHelpText('after', examples)
}

function make(environment: Environment, services: Services): Command {
  return new Command('make')
    .summary('make one (`millrace savepoint job.ts` does the same)')
    .description(
      'Asks the run of the job, wherever it is, for a checkpoint, and copies that. If none comes in time, ' +
        'its last checkpoint is copied.',
    )
    .argument('<job>', 'the job file, such as job.ts')
    .option('--name <name>', 'lowercase letters, digits and "-" (default: epoch-<n>)')
    .option('--to <place>', 'a folder of its own, instead of one beside the checkpoints')
    .option('--checkpoints <place>', checkpointsHelp)
    .option('--wait <time>', 'how long a running job has to make a checkpoint', duration, '15s' as Duration)
    .option('--stopped', 'do not ask: the job does not run')
    .action(async (file: string, flags: SavepointFlags) => {
      const job = await loadJob(file)
      const store = await storeOf(job, flags.checkpoints, services)
      const { findManifest, makeSavepoint, savepointStore } = await services.checkpointTools()
      if (flags.stopped === undefined) await askForCheckpoint(store, flags.wait, environment, services)
      const name = flags.name ?? `epoch-${(await findManifest(store, job.name))?.epoch ?? 0}`
      const target = flags.to === undefined ? savepointStore(store, name) : await storeAt(flags.to, services)
      const { epoch, createdAt } = await makeSavepoint(store, job.name, target)
      environment.stderr.write(
        `savepoint of epoch ${epoch}, published ${new Date(createdAt).toISOString()}, in ${target.description}\n`,
      )
      environment.stdout.write(`${flags.to ?? name}\n`)
    })
}

/** Waits until the job has published another epoch than the ones that it was asked before. */
async function askForCheckpoint(
  store: CheckpointStore,
  wait: Duration,
  { clock, stderr }: Environment,
  services: Services,
): Promise<void> {
  const { listEpochs, requestCheckpoint, withdrawRequest } = await services.checkpointTools()
  const before = Math.max(0, ...(await listEpochs(store)))
  const until = clock.now() + milliseconds(wait)
  await requestCheckpoint(store)
  try {
    for (;;) {
      if ((await listEpochs(store)).some((epoch) => epoch > before)) return
      if (clock.now() >= until) break
      await clock.sleep(lookEveryMs)
    }
  } finally {
    await withdrawRequest(store)
  }
  stderr.write(
    `no checkpoint came within ${wait}: the last one is taken. If the job runs, give it more time with --wait\n`,
  )
}

function ls({ stdout, stderr }: Environment, services: Services): Command {
  return new Command('ls')
    .summary('list them')
    .description('Prints name, epoch, time and size of every savepoint beside the checkpoints of a job.')
    .argument('<job>', 'the job file')
    .option('--checkpoints <place>', checkpointsHelp)
    .option('--json', 'one JSON object per line')
    .action(async (file: string, flags: { readonly checkpoints?: string; readonly json?: true }) => {
      const store = await storeOf(await loadJob(file), flags.checkpoints, services)
      const { checkpointBytes, listSavepoints } = await services.checkpointTools()
      const savepoints = await listSavepoints(store)
      for (const { name, manifest } of savepoints) {
        if ('damage' in manifest) {
          const damaged = { name, damaged: true, damage: manifest.damage }
          stdout.write(`${flags.json ? JSON.stringify(damaged) : `${name}  DAMAGED: ${manifest.damage}`}\n`)
          continue
        }
        const { epoch, createdAt } = manifest
        const sizeBytes = checkpointBytes(manifest)
        const facts = { name, epoch, createdAt, sizeBytes }
        const line = `${name}  epoch ${epoch}  ${new Date(createdAt).toISOString()}  ${sizeBytes} bytes`
        stdout.write(`${flags.json ? JSON.stringify(facts) : line}\n`)
      }
      if (savepoints.length === 0) stderr.write(`${store.description} has no savepoints\n`)
    })
}

function rm({ stderr }: Environment, services: Services): Command {
  return new Command('rm')
    .summary('delete one')
    .description(
      'Deletes a savepoint beside the checkpoints of a job. The job and its checkpoints stay as they are.',
    )
    .argument('<job>', 'the job file')
    .argument('<name>', 'the savepoint, as `ls` names it')
    .option('--checkpoints <place>', checkpointsHelp)
    .action(async (file: string, name: string, flags: { readonly checkpoints?: string }) => {
      const store = await storeOf(await loadJob(file), flags.checkpoints, services)
      const { deleteSavepoint } = await services.checkpointTools()
      await deleteSavepoint(store, name)
      stderr.write(`deleted savepoint ${name}\n`)
    })
}

const examples = `
Examples:
  millrace savepoint job.ts --name before-upgrade     asks the running job
  millrace run job.ts --restore before-upgrade --rewind
  millrace savepoint ls job.ts`
