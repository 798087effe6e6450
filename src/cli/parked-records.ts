import type { OpenCheckpoint } from '../checkpoint/inspection.ts'
import { type ParkedRecord, quarantineShape } from '../contract/quarantine.ts'
import { MillraceError } from '../errors.ts'
import { snapshotHeader } from '../state/snapshot-header.ts'
import type { Services } from './services.ts'

type Tools = Awaited<ReturnType<Services['checkpointTools']>>

/** What a quarantine has parked of a key: at least one record. */
export interface ParkedKey {
  readonly operator: string
  readonly key: string | number | bigint
  readonly records: readonly ParkedRecord[]
}

/** Which of what is parked is wanted. */
export interface ParkedWanted {
  readonly operator?: string | undefined
  /** The text of the key. */
  readonly key?: string | undefined
}

/**
 * What a checkpoint holds in its quarantines, in the order in which keys were parked.
 *
 * @throws MillraceError `OPTION_INVALID` if it has no quarantine, or not the wanted one or key.
 */
export async function parkedRecords(
  { operatorEntries }: Tools,
  opened: OpenCheckpoint,
  { operator, key }: ParkedWanted = {},
): Promise<readonly ParkedKey[]> {
  const { manifest, content } = opened
  const quarantines = Object.entries(content.operators)
    .filter(([, snapshot]) => snapshotHeader(snapshot).shape === quarantineShape)
    .map(([name]) => name)
  const wanted = quarantines.filter((name) => operator === undefined || name === operator)
  if (wanted.length === 0) {
    const which = operator === undefined ? '' : ` "${operator}"`
    const others = quarantines.length === 0 ? '' : `: it holds ${quarantines.join(', ')}`
    throw invalid(`epoch ${manifest.epoch} of the job ${manifest.job} holds no quarantine${which}${others}`)
  }
  const parked: ParkedKey[] = []
  for (const name of wanted) {
    const ofOperator: ParkedKey[] = []
    for await (const entry of operatorEntries(opened, name)) {
      if (key !== undefined && String(entry.key) !== key) continue
      ofOperator.push({ operator: name, key: entry.key, records: entry.value as ParkedRecord[] })
    }
    parked.push(...ofOperator.sort((a, b) => a.records[0]!.id - b.records[0]!.id))
  }
  if (key !== undefined && parked.length === 0)
    throw invalid(`epoch ${manifest.epoch} of the job ${manifest.job} has nothing parked of the key ${key}`)
  return parked
}

function invalid(happened: string): MillraceError {
  return new MillraceError('OPTION_INVALID', happened)
}
