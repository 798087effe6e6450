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
  readonly progress: (progress: AgentProgress) => void
  /** Says what was done in all. */
  close(): void
}

const clearLine = '\r\x1b[2K'
const linesEveryMs = 10_000
const jsonEveryMs = 1000
const liveEveryMs = 200

/** What suits where it is written: a line that is rewritten on a terminal, lines now and then elsewhere, JSON if asked for. */
export function agentReport(environment: Environment, json: boolean): AgentReport {
  const { stderr, variables } = environment
  if (json) return new Report(environment, 'json', jsonEveryMs)
  const isLive = stderr.isTTY && variables['TERM'] !== 'dumb'
  return isLive
    ? new Report(environment, 'live', liveEveryMs)
    : new Report(environment, 'lines', linesEveryMs)
}

class Report implements AgentReport {
  readonly log: Log
  readonly #environment: Environment
  readonly #kind: 'json' | 'live' | 'lines'
  readonly #everyMs: number
  readonly #startedAt: number
  #last: AgentProgress | undefined
  #shownAt: number
  #shown = ''

  constructor(environment: Environment, kind: 'json' | 'live' | 'lines', everyMs: number) {
    const { clock, stderr } = environment
    this.#environment = environment
    this.#kind = kind
    this.#everyMs = everyMs
    this.#startedAt = clock.now()
    this.#shownAt = clock.now()
    const before = kind === 'live' ? clearLine : ''
    this.log = lineLog((line) => stderr.write(`${before}${logText(line, clock.now())}\n`))
  }

  readonly progress = (progress: AgentProgress): void => {
    this.#last = progress
    const now = this.#environment.clock.now()
    if (now - this.#shownAt < this.#everyMs || JSON.stringify(progress) === this.#shown) return
    this.#shownAt = now
    this.#shown = JSON.stringify(progress)
    this.#show(progress, now)
  }

  close(): void {
    if (this.#last === undefined) return
    const now = this.#environment.clock.now()
    if (this.#kind === 'json') this.#show(this.#last, now)
    else this.log.info(progressText(this.#last, now - this.#startedAt))
  }

  #show(progress: AgentProgress, now: number): void {
    const { stdout, stderr } = this.#environment
    const text = progressText(progress, now - this.#startedAt)
    if (this.#kind === 'json') stdout.write(`${jsonLine(progress, now)}\n`)
    else if (this.#kind === 'live') stderr.write(`${clearLine}${text.slice(0, stderr.columns() - 1)}`)
    else this.log.info(text)
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
