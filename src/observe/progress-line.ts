import { countText, durationText, instantText, percentText } from './figures.ts'
import type { Progress } from './progress.ts'

/** A part of the line; what has the greatest `rank` is left out first. */
interface Part {
  readonly rank: number
  readonly text: string
}

/**
 * Progress in one line of at most `width` characters. What matters least is left out first: the checkpoint, the
 * watermark, the lag.
 *
 * @example
 * 'flights | 1,203,441 records, 85,210/s | 42% caught up, 1m 20s left | 3h 12m behind (flights/shard-2) | …'
 */
export function progressLine(progress: Progress, width = Infinity): string {
  let parts = partsOf(progress)
  while (parts.length > 1 && joined(parts).length > width) {
    const last = Math.max(...parts.map((part) => part.rank))
    parts = parts.filter((part) => part.rank !== last)
  }
  const line = joined(parts)
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`
}

function partsOf(progress: Progress): Part[] {
  const { job, records, recordsPerSecond, watermark, checkpoint } = progress
  return [
    { rank: 2, text: job },
    { rank: 0, text: `${countText(records)} records, ${countText(recordsPerSecond)}/s` },
    { rank: 1, text: replayText(progress) },
    { rank: 3, text: lagText(progress) },
    { rank: 4, text: watermark === undefined ? 'no watermark yet' : `watermark ${instantText(watermark)}` },
    {
      rank: 5,
      text: checkpoint
        ? `checkpoint ${checkpoint.epoch}, ${durationText(checkpoint.ageMs)} ago`
        : 'no checkpoint yet',
    },
  ].filter((part) => part.text !== '')
}

function replayText({ replay, hasCaughtUp }: Progress): string {
  if (hasCaughtUp) return 'caught up'
  if (replay === undefined) return ''
  const left = replay.leftMs === undefined ? '' : `, ${durationText(replay.leftMs)} left`
  return `${percentText(replay.fraction)} caught up${left}`
}

function lagText({ slowest }: Progress): string {
  return slowest === undefined || slowest.behindMs === 0
    ? ''
    : `${durationText(slowest.behindMs)} behind (${slowest.source}/${slowest.split})`
}

function joined(parts: readonly Part[]): string {
  return parts.map((part) => part.text).join(' | ')
}
