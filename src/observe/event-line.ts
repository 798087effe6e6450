import { reasons } from '../errors.ts'
import type { JobEvent } from './events.ts'
import { countText, durationText } from './figures.ts'
import type { LogLine } from './log-line.ts'
import type { JobMetrics } from './metrics.ts'

/** What a log says of an event; `undefined` for a checkpoint, which progress shows all the time. */
export function eventLine(event: JobEvent): LogLine | undefined {
  switch (event.kind) {
    case 'started':
      return { level: 'info', text: startedText(event) }
    case 'already-finished': {
      const text = `the input had ended with checkpoint ${event.epoch}, so nothing is read; to read on, give the job a new checkpoint folder`
      return { level: 'warn', text }
    }
    case 'checkpoint':
      return undefined
    case 'checkpoint-skipped':
      return {
        level: 'warn',
        text: `CHECKPOINT ${event.epoch} SKIPPED: ${event.reason}. The job continues at an earlier one.`,
      }
    case 'caught-up':
      return { level: 'info', text: 'caught up with every source' }
    case 'restarting': {
      const delay = durationText(event.delayMs)
      const why = reasons(event.error).join('; because: ')
      return { level: 'warn', text: `RESTARTING in ${delay} (attempt ${event.attempt}) after ${why}` }
    }
    case 'stopping':
      return { level: 'info', text: 'stopping: one last checkpoint (a second signal stops at once)' }
    case 'ended':
      return { level: 'info', text: endedText(event) }
    case 'failed':
      return { level: 'error', text: `failed with ${event.error.code}` }
  }
}

/** What a run has done in all. */
export function summaryLine({ records, written, at, startedAt }: JobMetrics): LogLine {
  const rows = Object.entries(written).map(([sink, count]) => `${counted(count, 'row')} to ${sink}`)
  return {
    level: 'info',
    text: `${[`${counted(records, 'record')} read`, ...rows].join(', ')} in ${durationText(at - startedAt)}`,
  }
}

function counted(count: number, what: string): string {
  return `${countText(count)} ${what}${count === 1 ? '' : 's'}`
}

function startedText({ job, generation, restoredFrom }: JobEvent & { kind: 'started' }): string {
  return restoredFrom === undefined
    ? `job ${job} started for the first time`
    : `job ${job} restored from checkpoint ${restoredFrom} (generation ${generation})`
}

function endedText({ outcome, epoch }: JobEvent & { kind: 'ended' }): string {
  if (epoch === 0) return 'stopped before the first checkpoint'
  return outcome === 'finished'
    ? `finished: every result is out, checkpoint ${epoch} is the last`
    : `stopped with checkpoint ${epoch}; the next run continues there`
}
