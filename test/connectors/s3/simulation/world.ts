import type { Chance } from '../../../../src/testing/simulation/chance.ts'
import type { Page, PagedSplit } from '../../../runtime/paged-source.ts'

export interface Visit {
  readonly id: string
  readonly key: string
  readonly time: number
  readonly amount: number
}

/** What a simulated job reads. */
export interface World {
  readonly splits: Readonly<Record<string, PagedSplit<Visit>>>
  readonly visits: readonly Visit[]
  readonly undecodable: readonly string[]
  /** No visit is recorded later than this after a later one. */
  readonly outOfOrderMs: number
}

interface Shard {
  readonly id: string
  readonly parents: readonly string[]
  readonly pages: Page<Visit>[]
  waiting: { visit: Visit; arrival: number }[]
}

const outOfOrderMs = 500
/** The clock when the job runs: long after all that it reads. */
const today = 1e12

/** A stream that is written, split, merged and left alone at random. */
export function world(chance: Chance): World {
  const shards: Shard[] = []
  const visits: Visit[] = []
  const undecodable: string[] = []
  const open = (...parents: Shard[]) => {
    const shard = { id: `s${shards.length}`, parents: parents.map(({ id }) => id), pages: [], waiting: [] }
    shards.push(shard)
    return shard
  }
  let living: Shard[] = Array.from({ length: chance.between(1, 3) }, () => open())
  let now = 10_000
  const steps = chance.between(10, 60)
  for (let step = 0; step < steps; step += 1) {
    now += chance.between(0, 400)
    const shard = chance.oneOf(living)
    if (chance.in(0.08)) living = reshard(chance, living, now, open)
    else if (chance.in(0.1)) turnPage(shard, { behindMs: 0, serverTime: now }, { alone: true })
    else if (chance.in(0.05)) {
      undecodable.push(`bad ${step}`)
      turnPage(shard, { undecodable: [`bad ${step}`], behindMs: 1, serverTime: now })
    } else {
      const time = now - chance.between(0, outOfOrderMs)
      const visit = { id: `v${step}`, key: `k${chance.between(0, 3)}`, time, amount: chance.between(1, 9) }
      visits.push(visit)
      shard.waiting.push({ visit, arrival: now })
      if (chance.in(0.5)) turnPage(shard, { behindMs: chance.between(0, 1), serverTime: now })
    }
  }
  for (const shard of living) close(chance, shard)
  return {
    splits: Object.fromEntries(shards.map((shard) => [shard.id, shard])),
    visits,
    undecodable,
    outOfOrderMs,
  }
}

function reshard(
  chance: Chance,
  living: Shard[],
  now: number,
  open: (...parents: Shard[]) => Shard,
): Shard[] {
  const [a, b, ...others] = [...living].sort(() => chance.next() - 0.5)
  if (b !== undefined && chance.in(0.5)) {
    // The one may be read to its end long before the other.
    turnPage(b, { behindMs: 0, serverTime: now })
    close(chance, a!)
    close(chance, b)
    return [...others, open(a!, b)]
  }
  close(chance, a!)
  return [...living.filter((shard) => shard !== a), open(a!), open(a!)]
}

function close(chance: Chance, shard: Shard): void {
  if (chance.in(0.5)) turnPage(shard, { behindMs: 1, serverTime: today })
  turnPage(shard, { behindMs: 0, serverTime: today, finished: true }, { alone: shard.waiting.length === 0 })
}

/** What waits becomes a page. A page of its own (`alone`) holds nothing: what waits comes before it. */
function turnPage(shard: Shard, page: Page<Visit>, { alone = false } = {}): void {
  const { waiting } = shard
  if (alone && waiting.length > 0) turnPage(shard, { behindMs: 1, serverTime: page.serverTime ?? 0 })
  const values = alone ? [] : waiting.map(({ visit }) => visit)
  const arrivalTimes = alone ? [] : waiting.map(({ arrival }) => arrival)
  // A page without records that is not alone says nothing about the end of the shard.
  const behindMs = values.length === 0 && !alone && page.finished !== true ? 1 : (page.behindMs ?? 1)
  shard.pages.push({ ...page, values, arrivalTimes, behindMs })
  shard.waiting = []
}
