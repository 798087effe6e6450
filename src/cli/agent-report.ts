import type { Log } from '../contract/log.ts'
import { countText, durationText } from '../observe/figures.ts'
import { lineLog } from '../observe/line-log.ts'
import { logText } from '../observe/log-line.ts'
import type { Environment } from './environment.ts'
import type { Services } from './services.ts'

type AgentProgress = Awaited<ReturnType<Awaited<ReturnType<Services['agent']>>['runAgent']>>

/** Tells what an agent does. */
export interface AgentReport {
  readonly log: Log
  progress(progress: AgentProgress): void
  /** Says what was done in all. */
  close(): void
}

const clearLine = '\r\x1b[2K'
const plainEveryMs = 10_000
const jsonEveryMs = 1000

/** What suits where it is written: a line that is rewritten on a terminal, lines now and then elsewhere, JSON if asked for. */
export function agentReport(environment: Environment, json: boolean): AgentReport {
  const { stdout, stderr, clock, variables } = environment
  const live = !json && stderr.isTTY && variables['TERM'] !== 'dumb'
  const line = (text: string) => stderr.write(`${live ? clearLine : ''}${text}\n`)
  const log = lineLog((each) => line(logText(each, clock.now())))
  const print = (text: string) => log.info(text)
  const startedAt = clock.now()
  let last: AgentProgress | undefined
  let shownAt = startedAt
  let shown = ''
  const show = (progress: AgentProgress) => {
    const now = clock.now()
    shown = JSON.stringify(progress)
    if (json) stdout.write(`${jsonLine(progress, now)}\n`)
    else if (live)
      stderr.write(`${clearLine}${progressText(progress, now - startedAt).slice(0, stderr.columns() - 1)}`)
    else print(progressText(progress, now - startedAt))
    shownAt = now
  }
  return {
    log,
    progress(progress) {
      last = progress
      const everyMs = json ? jsonEveryMs : live ? 200 : plainEveryMs
      if (clock.now() - shownAt >= everyMs && JSON.stringify(progress) !== shown) show(progress)
    },
    close() {
      if (last === undefined) return
      if (json) show(last)
      else print(progressText(last, clock.now() - startedAt))
    },
  }
}

function jsonLine(progress: AgentProgress, now: number): string {
  return JSON.stringify({ type: 'progress', time: new Date(now).toISOString(), ...progress })
}

/** What there is of each is said; what is not is left out. */
function progressText(progress: AgentProgress, elapsedMs: number): string {
  const { files, records, bytes, unreadBytes } = progress
  const rare = [
    [progress.piecesOfLong, 'pieces of long ones'],
    [progress.shortened, 'shortened'],
    [progress.bad, 'bad ones set aside'],
    [progress.rewritten, 'truncations'],
    [progress.lostBytes, 'bytes lost to truncation or deletion'],
    [progress.refused, 'files or folders that cannot be read'],
  ] as const
  return [
    `${countText(records)} record${records === 1 ? '' : 's'}, ${countText(bytes)} bytes sent in ${durationText(elapsedMs)}`,
    `${countText(files)} file${files === 1 ? '' : 's'}`,
    unreadBytes === 0 ? 'all read' : `${countText(unreadBytes)} bytes to read`,
    ...rare.filter(([count]) => count > 0).map(([count, what]) => `${countText(count)} ${what}`),
  ].join(' | ')
}
