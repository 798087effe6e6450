import type { SinkGuarantee } from './guarantee.ts'
import type { Plan } from './plan.ts'
import { type PlanLine, planLines } from './plan-lines.ts'

/** The plan as text: a head line, the steps from sources to sinks, and what checkpoints keep of each. */
export function planText(plan: Plan): string {
  const { everyMs, store } = plan.checkpoint
  return [
    `Job ${plan.job}`,
    `A checkpoint every ${everyMs / 1000} s to ${store}`,
    `Restarts: ${plan.restart}`,
    '',
    ...aligned(planLines(plan.steps)),
    '',
    '● kept in checkpoints under this name   ○ keeps nothing',
  ].join('\n')
}

/** The guarantee of the whole job and, per sink, why. */
export function guaranteeText({ guarantee }: Plan): string {
  return [`End to end: ${phrase(guarantee.guarantee)}`, ...guarantee.sinks.flatMap(sinkText)].join('\n')
}

function sinkText({ sink, guarantee, because }: SinkGuarantee): string[] {
  return [`  ${sink}: ${phrase(guarantee)}`, ...because.map((reason) => `    - ${reason}`)]
}

function phrase(guarantee: SinkGuarantee['guarantee']): string {
  return guarantee === 'none' ? 'no guarantee (a record may be lost, and may show up twice)' : guarantee
}

function aligned(lines: readonly PlanLine[]): string[] {
  const left = (line: PlanLine) => `${line.rails}${line.label}`
  const steps = lines.flatMap((line) => (line.step === undefined ? [] : [{ ...line, step: line.step }]))
  const labels = widest(steps.map(left))
  const verbs = widest(steps.map(({ step }) => step.verb))
  return lines.map((line) => {
    if (line.step === undefined) return left(line)
    const { verb, detail, keeps } = line.step
    const facts = [detail, keeps === undefined ? '' : `[${keeps}]`].filter((fact) => fact !== '')
    return `${left(line).padEnd(labels)}  ${verb.padEnd(verbs)}  ${facts.join('  ')}`.trimEnd()
  })
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length))
}
