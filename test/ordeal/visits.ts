import { createHash } from 'node:crypto'

/** A visit of one page, with what was on it: enough for sessions to be large. */
export interface Visit {
  readonly visitor: string
  readonly time: number
  readonly page: string
}

const gapMs = 5 * 60_000
const visitors = 300
const start = Date.UTC(2001, 0, 1)

/**
 * One visitor after the other takes a turn each minute, and each stays away for some turns, longer than the gap. At any
 * time most of them have a session open, and a few visits are out of order.
 */
export function visits(count: number): Visit[] {
  return Array.from({ length: count }, (_, index) => {
    const visitor = index % visitors
    const turn = Math.floor(index / visitors)
    const late = index % 11 === 0 ? 90_000 : 0
    return {
      away: (turn + visitor) % 50 < 8,
      visitor: `visitor-${visitor}`,
      time: start + turn * 60_000 + visitor * 100 - late,
      page: `${index} ${'lorem ipsum dolor sit amet '.repeat(18)}`,
    }
  })
    .filter(({ away }) => !away)
    .map(({ visitor, time, page }) => ({ visitor, time, page }))
}

/** A session as the job writes it: `print` is a digest of all its pages in the order of time. */
export interface Session {
  readonly visitor: string
  readonly start: number
  readonly end: number
  readonly pages: number
  readonly print: string
}

export function sessionOf(visitor: string, all: readonly Visit[]): Session {
  const ordered = [...all].sort((a, b) => a.time - b.time || (a.page < b.page ? -1 : 1))
  const print = createHash('sha256')
  for (const { page } of ordered) print.update(page)
  return {
    visitor,
    start: ordered[0]!.time,
    end: ordered.at(-1)!.time + gapMs,
    pages: ordered.length,
    print: print.digest('hex'),
  }
}

/** What the job must write, by a plain loop. */
export function expectedSessions(input: readonly Visit[]): Session[] {
  const byVisitor = new Map<string, Visit[]>()
  for (const visit of input) byVisitor.set(visit.visitor, [...(byVisitor.get(visit.visitor) ?? []), visit])
  return [...byVisitor].flatMap(([visitor, all]) =>
    dividedByGaps(all.sort((a, b) => a.time - b.time)).map((session) => sessionOf(visitor, session)),
  )
}

function dividedByGaps(ordered: readonly Visit[]): Visit[][] {
  const sessions: Visit[][] = []
  for (const visit of ordered) {
    const open = sessions.at(-1)
    if (open !== undefined && visit.time - open.at(-1)!.time <= gapMs) open.push(visit)
    else sessions.push([visit])
  }
  return sessions
}
