import { createHash } from 'node:crypto'

/** A visit of one page. */
export interface Visit {
  readonly visitor: string
  readonly time: number
  readonly page: number
}

/** A visit with what was on the page, 8 to 24 KB: enough for sessions to be large. */
export interface Page {
  readonly visitor: string
  readonly time: number
  readonly content: string
}

/** How long a visitor stays away for the next visit to be of another session. */
export const gap = '20m'
const gapMs = 20 * 60_000
const visitors = 1_300
const everyMs = 1_400
const start = Date.UTC(2001, 0, 1)

/**
 * Visits of visitors at random, in half an hour one each, and a few of them out of order. At any time half of the visitors
 * have a session open.
 */
export function visits(count: number): Visit[] {
  return Array.from({ length: count }, (_, page) => {
    const visitor = createHash('md5').update(`${page}`).digest().readUInt32LE() % visitors
    const late = page % 11 === 0 ? 90_000 : 0
    return { visitor: `visitor-${visitor}`, time: start + page * everyMs - late, page }
  })
}

export function loaded({ visitor, time, page }: Visit): Page {
  return { visitor, time, content: `${page} lorem ipsum dolor sit amet `.repeat(250 + (page % 500)) }
}

/** A session as the job writes it: `print` is a digest of all its pages in the order of time. */
export interface Session {
  readonly visitor: string
  readonly start: number
  readonly end: number
  readonly pages: number
  readonly print: string
}

export function sessionOf(visitor: string, all: readonly Page[]): Session {
  const ordered = [...all].sort((a, b) => a.time - b.time || (a.content < b.content ? -1 : 1))
  const print = createHash('sha256')
  for (const { content } of ordered) print.update(content)
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
  for (const visit of input) {
    const all = byVisitor.get(visit.visitor)
    if (all === undefined) byVisitor.set(visit.visitor, [visit])
    else all.push(visit)
  }
  return [...byVisitor].flatMap(([visitor, all]) =>
    dividedByGaps(all.sort((a, b) => a.time - b.time)).map((session) =>
      sessionOf(visitor, session.map(loaded)),
    ),
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
