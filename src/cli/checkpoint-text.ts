import type { Difference } from '../checkpoint/difference.ts'
import type { StateChange } from '../checkpoint/evolution.ts'
import type { OperatorFigures } from '../checkpoint/inspection.ts'
import type { Manifest } from '../checkpoint/manifest.ts'

/** A checkpoint for people. */
export function checkpointText(
  manifest: Manifest,
  operators: readonly OperatorFigures[],
  sizeBytes: number,
): string {
  const { epoch, job, generation, lineage, createdAt, finished, kinds = {} } = manifest
  const kindOf = (name: string) => (kinds[name] === undefined ? '' : `  ${kinds[name]}`)
  const sources = Object.entries(manifest.sources).flatMap(([name, { positions, awaiting }]) => [
    `source ${name}${kindOf(name)}`,
    ...Object.entries(positions).map(([split, position]) => `  ${split}  after ${position}`),
    ...Object.entries(awaiting).map(
      ([split, children]) => `  ${split}  finished, before ${children.join(', ')}`,
    ),
  ])
  const sinks = Object.entries(manifest.sinks).map(([name, { state, committables }]) => {
    const bytes = state.parts.reduce((sum, part) => sum + part.sizeBytes, 0)
    return `sink ${name}${kindOf(name)}  ${counted(committables.length, 'delivery', 'deliveries')}, ${bytes} bytes`
  })
  return [
    `epoch ${epoch} of job ${job}${finished ? ', finished' : ''}`,
    `published ${new Date(createdAt).toISOString()}, generation ${generation}, lineage ${lineage}, ${sizeBytes} bytes`,
    ...(manifest.origin === undefined ? [] : [`restored from the savepoint ${manifest.origin}`]),
    ...sources,
    ...operators.flatMap(operatorText),
    ...sinks,
  ].join('\n')
}

function operatorText(figures: OperatorFigures): string[] {
  const { name, version, keys, namespaces, sizeBytes, watermark, shape, names } = figures
  const spread = namespaces > 1 ? ` in ${namespaces} namespaces` : ''
  return [
    `operator ${name}  version ${version}, ${counted(keys, 'key', 'keys')}${spread}, ${sizeBytes} bytes`,
    ...(shape === undefined ? [] : [`  shape ${shape}`]),
    ...(names === undefined ? [] : [`  names ${names.join(', ')}`]),
    ...(watermark === undefined ? [] : [`  watermark ${instant(watermark)}`]),
  ]
}

/** What is different between two checkpoints, for people. */
export function differenceText({ splits, operators, onlyBefore, onlyAfter }: Difference): string {
  const lines = [
    ...splits.map(
      ({ source, split, from, to }) =>
        `source ${source}  ${split}  ${from ?? 'not begun'} → ${to ?? 'finished'}`,
    ),
    ...operators.map(
      ({ name, added, removed, changed, same }) =>
        `operator ${name}  ${added} keys added, ${removed} removed, ${changed} changed, ${same} the same`,
    ),
    ...onlyBefore.map((holder) => `${holder}  only before`),
    ...onlyAfter.map((holder) => `${holder}  only after`),
  ]
  return lines.length === 0 ? 'nothing is different' : lines.join('\n')
}

/** What becomes of the state of a checkpoint in a job, for people: a line for each piece. */
export function changesText(changes: readonly StateChange[]): string {
  const widest = Math.max(0, ...changes.map(({ change }) => change.length))
  return changes
    .map(({ kind, name, change, renamedFrom, versions, why }) => {
      const facts = [
        ...(renamedFrom === undefined ? [] : [`was ${renamedFrom}`]),
        ...(versions === undefined ? [] : [`version ${versions.from} to ${versions.to}`]),
        ...(why === undefined ? [] : [why]),
      ]
      return `${change.padEnd(widest)}  ${kind} ${name}${facts.length === 0 ? '' : `  ${facts.join(', ')}`}`
    })
    .join('\n')
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}

/** The ends of time have no date. */
function instant(time: number): string {
  return Math.abs(time) > 8.64e15 ? String(time) : new Date(time).toISOString()
}
