import { reasons } from '../errors.ts'
import type { JobEvent } from './events.ts'
import { countText, durationText, instantText } from './figures.ts'
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
    case 'gap':
      return { level: 'warn', text: gapText(event) }
    case 'stalled':
      return { level: 'warn', text: stalledText(event) }
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
export function summaryLine({ records, written, gaps, at, startedAt }: JobMetrics): LogLine {
  const rows = Object.entries(written).map(([sink, count]) => `${counted(count, 'row')} to ${sink}`)
  const done = `${[`${counted(records, 'record')} read`, ...rows].join(', ')} in ${durationText(at - startedAt)}`
  if (gaps.count === 0) return { level: 'info', text: done }
  const lost = `${counted(gaps.count, 'gap')}, ${durationText(gaps.lostMs)} in all, where records may be missing`
  return { level: 'warn', text: `${done}; WITH ${lost}` }
}

function counted(count: number, what: string): string {
  return `${countText(count)} ${what}${count === 1 ? '' : 's'}`
}

function gapText({ source, gap }: JobEvent & { kind: 'gap' }): string {
  const { split, range, from, until } = gap
  const since = from === null ? '' : ` from ${instantText(from)}`
  const keys = `keys ${range.start} to ${range.end}`
  return `RECORDS MAY BE LOST: ${source}/${split} (${keys}) goes on without what arrived${since} until ${instantText(until)}`
}

const standingStill = {
  fetched: 'no fetch has settled',
  emitted: 'what was fetched was not handed over',
  acknowledged: 'what was handed over is in no checkpoint',
} as const

function stalledText(event: JobEvent & { kind: 'stalled' }): string {
  const { source, split, clock, forMs, position, state, readerReplaced } = event
  const after = position === undefined ? 'at its beginning' : `after ${position}`
  const done = readerReplaced ? '; reading on with a new reader' : ''
  return `STALLED: ${source}/${split} (${state}, ${after}): ${standingStill[clock]} for ${durationText(forMs)}${done}`
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
