import type { Admitted, Fetched, Source, SplitEnumerator, SplitReader } from '../../src/contract/source.ts'

/** What one fetch brings. Left out: nothing, not the end, caught up. */
export interface Page<T> {
  readonly values?: readonly T[]
  readonly arrivalTimes?: readonly number[]
  /** Why records of this page do not decode. */
  readonly undecodable?: readonly string[]
  readonly behindMs?: number
  readonly serverTime?: number
  readonly finished?: boolean
}

export interface PagedSplit<T> {
  readonly parents?: readonly string[]
  readonly pages: readonly Page<T>[]
}

export interface PagedOptions {
  /** Called before each fetch, which waits for it; what it throws fails the fetch. */
  readonly onFetch?: (split: string, page: number) => void | Promise<void>
  /** Every split that is over, and nothing will come: the source ends. Default true. */
  readonly ends?: boolean
  /** Splits that are not handed out as long as it is false. */
  readonly listed?: (split: string) => boolean
  readonly gone?: (split: string) => boolean
  readonly arrivalTime?: number
  readonly fetchWithinMs?: number
  /** What of the values of a fetch is handed over; asked when it is. */
  readonly admits?: (value: unknown) => boolean
}

/** A source that brings what each fetch is told to bring. A position is the number of a page. */
export function pagedSource<T>(
  splits: Readonly<Record<string, PagedSplit<T>>>,
  options: PagedOptions = {},
): Source<T> {
  return {
    description: { kind: 'paged', detail: 'pages', replayable: true },
    open: async (_context, restored) => enumerate(splits, options, (restored ?? []) as string[]),
  }
}

export function enumerate<T>(
  splits: Readonly<Record<string, PagedSplit<T>>>,
  {
    onFetch,
    ends = true,
    listed = () => true,
    gone,
    arrivalTime = 0,
    fetchWithinMs,
    admits,
  }: PagedOptions = {},
  finished: readonly string[] = [],
): SplitEnumerator<T> {
  const done = new Set(finished)
  const given = new Set<string>()
  const isReadable = (id: string) =>
    listed(id) &&
    !done.has(id) &&
    !given.has(id) &&
    (splits[id]!.parents ?? []).every((parent) => done.has(parent))
  return {
    discoverEveryMs: 60_000,
    ...(fetchWithinMs !== undefined && { fetchWithinMs }),
    ...(gone !== undefined && { gone }),
    discover: async () => {},
    takeReadable: () => {
      const readable = Object.keys(splits).filter(isReadable)
      for (const id of readable) given.add(id)
      return readable.map((id) => ({ id, parents: splits[id]!.parents ?? [] }))
    },
    read: ({ id }, position) =>
      reader(id, splits[id]!.pages, position === undefined ? 0 : Number(position.after) + 1, {
        onFetch,
        arrivalTime,
        admits,
      }),
    finished: (id) => {
      done.add(id)
      return Object.keys(splits).filter((child) => splits[child]!.parents?.includes(id))
    },
    get exhausted() {
      return ends && Object.keys(splits).every((id) => done.has(id))
    },
    snapshot: () => [...done],
    close: async () => {},
  }
}

interface Reading {
  readonly onFetch: PagedOptions['onFetch']
  readonly arrivalTime: number
  readonly admits: PagedOptions['admits']
}

function reader<T>(
  split: string,
  pages: readonly Page<T>[],
  from: number,
  { onFetch, arrivalTime, admits }: Reading,
): SplitReader<T> {
  let next = from
  let end = () => {}
  const closed = new Promise<void>((resolve) => {
    end = resolve
  })
  return {
    fetch: async () => {
      const number = next
      await onFetch?.(split, number)
      const page = pages[number]
      if (page === undefined) await closed
      else next += 1
      const whole = fetched(split, number, page ?? { behindMs: 1 }, arrivalTime)
      return admits === undefined ? whole : { ...whole, admit: () => admitted(whole, admits) }
    },
    close: end,
  }
}

function fetched<T>(split: string, number: number, page: Page<T>, arrivalTime: number): Fetched<T> {
  const { values = [], undecodable = [], behindMs = 0, serverTime = 0, finished = false } = page
  return {
    values,
    arrivalTimes: page.arrivalTimes ?? values.map(() => arrivalTime),
    positionOf: (index) => `${number}.${index}`,
    undecodable: undecodable.map((reason, index) => ({
      data: Uint8Array.of(index),
      reason,
      arrivalTime,
      source: 'paged',
      split,
      position: `${number}.x${index}`,
      before: values.length,
    })),
    position: { after: String(number) },
    sizeBytes: values.length,
    behindMs,
    serverTime,
    finished,
  }
}

function admitted<T>(whole: Fetched<T>, admits: (value: unknown) => boolean): Admitted<T> {
  const kept = whole.values.flatMap((value, index) => (admits(value) ? index : []))
  return {
    values: kept.map((index) => whole.values[index]!),
    arrivalTimes: kept.map((index) => whole.arrivalTimes[index]!),
    positionOf: (index) => whole.positionOf(kept[index]!),
    undecodable: whole.undecodable,
  }
}
