import { Command, Option } from 'commander'
import { planOf } from '../graph/plan.ts'
import { planMermaid } from '../graph/plan-mermaid.ts'
import { guaranteeText, planText } from '../graph/plan-text.ts'
import type { Environment } from './environment.ts'
import { loadJob } from './load-job.ts'

interface PlanFlags {
  readonly mermaid?: true
  readonly json?: true
}

/** `millrace plan job.ts`: what a job would do. Opens nothing. */
export function planCommand({ stdout }: Environment): Command {
  return new Command('plan')
    .summary('show what a job would do, and what it guarantees')
    .description(
      'Prints the steps of a job from sources to sinks, what checkpoints keep of each and under which name, the same as ' +
        'a Mermaid diagram, and what the job guarantees end to end and why. Connects to nothing.',
    )
    .argument('<job>', 'the job file, such as job.ts')
    .addOption(new Option('--mermaid', 'only the diagram, in Mermaid').conflicts('json'))
    .option('--json', 'the plan as one JSON object')
    .action(async (file: string, flags: PlanFlags) => {
      const plan = planOf(await loadJob(file))
      if (flags.json) stdout.write(`${JSON.stringify(plan, undefined, 2)}\n`)
      else if (flags.mermaid) stdout.write(`${planMermaid(plan)}\n`)
      else stdout.write(`${planText(plan)}\n\n${planMermaid(plan)}\n\n${guaranteeText(plan)}\n`)
    })
}
