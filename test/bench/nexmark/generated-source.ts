import { type Format, json } from 'millrace'
import type { NexmarkEvent } from '../../../examples/nexmark/events.ts'
import type { CommittedPosition } from '../../../src/contract/position.ts'
import type { Fetched, Source, SplitEnumerator, SplitReader } from '../../../src/contract/source.ts'
import { cpuMicros } from '../figure.ts'
import { NexmarkGenerator } from './generator.ts'
import { numberAt, type Preset, places } from './preset.ts'

/** What is read, and how. */
export interface GeneratedOptions {
  readonly preset: Preset
  readonly events: number
  /** The event that arrives at place i comes by split i mod `splits`. */
  readonly splits: number
  readonly perFetch?: number
  /** Called before each fetch; what it throws fails the fetch. */
  readonly onFetch?: () => void
}

/** A source of events that are generated as lines of JSON when they are fetched, and decoded from their bytes. */
export class GeneratedSource implements Source<NexmarkEvent> {
  readonly description = { kind: 'nexmark', detail: 'generated', replayable: true }
  readonly #options: GeneratedOptions
  /** The CPU time that went into generating: not the job's. */
  generatingMicros = 0

  constructor(options: GeneratedOptions) {
    this.#options = options
  }

  async open(_context: unknown, restored: unknown): Promise<SplitEnumerator<NexmarkEvent>> {
    const done = new Set((restored ?? []) as string[])
    const ids = Array.from({ length: this.#options.splits }, (_, split) => String(split))
    let waiting = ids.filter((id) => !done.has(id))
    return {
      discoverEveryMs: 60_000,
      discover: async () => {},
      takeReadable: () => {
        const readable = waiting.map((id) => ({ id, parents: [] }))
        waiting = []
        return readable
      },
      read: ({ id }, position) => this.#reader(id, position),
      finished: (id) => {
        done.add(id)
        return []
      },
      get exhausted() {
        return done.size === ids.length
      },
      snapshot: () => [...done],
      close: async () => {},
    }
  }

  #reader(split: string, position: CommittedPosition | undefined): SplitReader<NexmarkEvent> {
    const lines = new Lines(this.#options, Number(split))
    lines.place = position === undefined ? Number(split) : Number(position.after) + this.#options.splits
    return {
      fetch: async () => {
        this.#options.onFetch?.()
        this.generatingMicros += cpuMicros(() => lines.generate())
        return decoded(lines)
      },
      close: () => {},
    }
  }
}

/** Lines of one split, a fetch at a time. */
class Lines {
  readonly #options: GeneratedOptions
  readonly #generator: NexmarkGenerator
  readonly #places: number
  bytes: Uint8Array[] = []
  at: number[] = []
  arrivalTimes: number[] = []
  /** The next place of the split. */
  place: number

  constructor(options: GeneratedOptions, split: number) {
    this.#options = options
    this.#generator = new NexmarkGenerator(options.preset)
    this.#places = places(options.events, options.preset.group)
    this.place = split
  }

  get finished(): boolean {
    return this.place >= this.#places
  }

  generate(): void {
    const { preset, events, splits, perFetch = 500 } = this.#options
    this.bytes = []
    this.at = []
    this.arrivalTimes = []
    for (; this.bytes.length < perFetch && !this.finished; this.place += splits) {
      const eid = numberAt(this.place, preset.group)
      if (eid >= events) continue
      this.bytes.push(Buffer.from(JSON.stringify({ ...this.#generator.event(eid), eid })))
      this.at.push(this.place)
      this.arrivalTimes.push(this.#generator.timeOf(this.place))
    }
  }
}

const format: Format<NexmarkEvent> = json<NexmarkEvent>()

function decoded({ bytes, at, arrivalTimes, finished }: Lines): Fetched<NexmarkEvent> {
  return {
    values: bytes.map((line) => format.decode(line)),
    arrivalTimes,
    positionOf: (index) => String(at[index]),
    undecodable: [],
    position: at.length === 0 ? undefined : { after: String(at.at(-1)) },
    sizeBytes: bytes.reduce((size, line) => size + line.length, 0),
    behindMs: finished ? 0 : 1,
    serverTime: arrivalTimes.at(-1) ?? 0,
    finished,
  }
}
