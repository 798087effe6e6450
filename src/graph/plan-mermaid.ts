import type { Plan, PlanInput, PlanStep } from './plan.ts'

/** The plan as a Mermaid flowchart. Steps that keep something in checkpoints are drawn with a thick border. */
export function planMermaid(plan: Plan): string {
  const nameOf = new Map(plan.steps.map((step, index) => [step.id, `s${index}`]))
  const keepers = plan.steps.filter((step) => step.keeps !== undefined).map((step) => nameOf.get(step.id)!)
  return [
    'flowchart TD',
    ...plan.steps.map((step) => `  ${nameOf.get(step.id)}${shape(step)}`),
    ...plan.steps.flatMap((step) =>
      step.inputs.map((input) => `  ${nameOf.get(input.from)} ${arrow(input)} ${nameOf.get(step.id)}`),
    ),
    '  classDef keeps stroke-width:3px',
    `  class ${keepers.join(',')} keeps`,
  ].join('\n')
}

const brackets: Readonly<Record<PlanStep['kind'], readonly [string, string]>> = {
  source: ['([', '])'],
  operator: ['[', ']'],
  partition: ['{{', '}}'],
  union: ['((', '))'],
  sink: ['[(', ')]'],
}

function shape(step: PlanStep): string {
  const [open, close] = brackets[step.kind]
  const lines = [`<b>${escaped(step.id)}</b>`, escaped(step.verb), escaped(step.detail)]
  return `${open}"${lines.filter((line) => line !== '').join('<br/>')}"${close}`
}

function arrow({ output }: PlanInput): string {
  return output === undefined ? '-->' : `-. ${escaped(output)} .->`
}

/** Mermaid reads a label as HTML with `#…;` for characters that it would take for its own. */
function escaped(text: string): string {
  return text.replace(/[#"<>&;`]/g, (character) => `#${character.codePointAt(0)};`)
}
