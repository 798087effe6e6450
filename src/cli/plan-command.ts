import { Command, Option } from 'commander'
import { MillraceError } from '../errors.ts'
import { planOf } from '../graph/plan.ts'
import { planMermaid } from '../graph/plan-mermaid.ts'
import { guaranteeText, planText } from '../graph/plan-text.ts'
import type { Job } from '../job.ts'
import { changesText } from './checkpoint-text.ts'
import type { Environment, Output } from './environment.ts'
import { loadJob } from './load-job.ts'
import { savepointAt, storeOf } from './open-store.ts'
import type { Services } from './services.ts'

interface PlanFlags {
  readonly against?: string | true
  readonly dropState?: readonly string[]

  readonly mermaid?: true
  readonly json?: true
}

/** `millrace plan job.ts`: what a job would do. Opens nothing. */
export function planCommand({ stdout }: Environment, services: Services): Command {
  return new Command('plan')
    .summary('show what a job would do, and what it guarantees')
    .description(
      'Prints the steps of a job from sources to sinks, what checkpoints keep of each and under which name, the same as ' +
        'a Mermaid diagram, and what the job guarantees end to end and why. Connects to nothing. With --against it says ' +
        'what becomes of the state of a checkpoint, and ends with 1 if the job would not start on it.',
    )
    .argument('<job>', 'the job file, such as job.ts')
    .addOption(new Option('--mermaid', 'only the diagram, in Mermaid').conflicts('json'))
    .option('--json', 'the plan as one JSON object')
    .option('--against [where]', 'a savepoint, or a folder with checkpoints (default: those of the job)')
    .option('--drop-state <name...>', 'with --against: state that the job may lose')
    .action(async (file: string, flags: PlanFlags) => {
      const job = await loadJob(file)
      if (flags.against !== undefined) return planAgainst(job, flags, stdout, services)
      const plan = planOf(job)
      if (flags.json) stdout.write(`${JSON.stringify(plan, undefined, 2)}\n`)
      else if (flags.mermaid) stdout.write(`${planMermaid(plan)}\n`)
      else stdout.write(`${planText(plan)}\n\n${planMermaid(plan)}\n\n${guaranteeText(plan)}\n`)
    })
}

/** Shows what becomes of the state of a checkpoint, as a run would decide it. */
async function planAgainst(
  job: Job,
  { against, dropState, json }: PlanFlags,
  stdout: Output,
  services: Services,
): Promise<void> {
  const { evolved, openCheckpoint, stateChanges } = await services.checkpointTools()
  const own = await storeOf(job, undefined, services)
  const store = typeof against === 'string' ? await savepointAt(against, own, services) : own
  const { manifest, content } = await openCheckpoint(store)
  if (manifest.job !== job.name) {
    throw new MillraceError(
      'CHECKPOINT_FOREIGN',
      `${store.description} holds a checkpoint of the job "${manifest.job}"`,
    )
  }
  const changes = stateChanges(job, content, dropState)
  const { epoch } = manifest
  const text = `Job ${job.name} against epoch ${epoch} in ${store.description}\n\n${changesText(changes)}`
  stdout.write(`${json ? JSON.stringify({ job: job.name, epoch, changes }, undefined, 2) : text}\n`)
  evolved(job, content, changes)
}
