import type { TimestampColumn } from './column.ts'
import { type ColumnWriter, refuse } from './column-writer.ts'
import { bytesOf, grown } from './growing.ts'
import { LongRun } from './long-run.ts'

const latest = 8_640_000_000_000_000
const day = 86_400_000

export class TimestampWriter implements ColumnWriter {
  readonly #name: string
  readonly #unit: TimestampColumn['unit']
  readonly #run = new LongRun()

  constructor(name: string, unit: TimestampColumn['unit']) {
    this.#name = name
    this.#unit = unit
  }

  append(value: unknown): number {
    if (typeof value === 'bigint' && this.#unit === 'us' && BigInt.asIntN(64, value) === value) {
      this.#run.pushBig(value)
      return 8
    }
    const ms = value instanceof Date ? value.getTime() : value
    if (typeof ms !== 'number' || !Number.isInteger(ms) || Math.abs(ms) > latest) this.#refuse(value)
    if (this.#unit === 'ms') this.#run.push(ms)
    else if (this.#unit === 'us') this.#pushMicros(ms)
    else if (ms % 1000 === 0) this.#run.push(ms / 1000)
    else this.#refuse(value)
    return 8
  }

  appendNothing(): void {
    this.#run.push(0)
  }

  truncate(rows: number): void {
    this.#run.truncate(rows)
  }

  take(): Uint8Array[] {
    return [this.#run.take()]
  }

  #pushMicros(ms: number): void {
    if (Number.isSafeInteger(ms * 1000)) this.#run.push(ms * 1000)
    else this.#run.pushBig(BigInt(ms) * 1000n)
  }

  #refuse(value: unknown): never {
    const more = { s: ', without a part of a second', ms: '', us: ', or microseconds as a bigint' }[
      this.#unit
    ]
    refuse(this.#name, `a valid Date, or whole milliseconds since 1970 within its range${more}`, value)
  }
}

/** Days since 1970. */
export class DateWriter implements ColumnWriter {
  readonly #name: string
  #days = new Int32Array(0)
  #rows = 0

  constructor(name: string) {
    this.#name = name
  }

  append(value: unknown): number {
    const ms = value instanceof Date ? value.getTime() : dayOf(value)
    if (!Number.isInteger(ms) || ms % day !== 0)
      refuse(this.#name, 'a day, as text (2001-01-31) or as the Date of its midnight in UTC', value)
    this.#push(ms / day)
    return 4
  }

  appendNothing(): void {
    this.#push(0)
  }

  truncate(rows: number): void {
    this.#rows = rows
  }

  take(): Uint8Array[] {
    const taken = [bytesOf(this.#days, this.#rows)]
    this.#rows = 0
    return taken
  }

  #push(days: number): void {
    if (this.#rows === this.#days.length) this.#days = grown(this.#days, this.#rows, this.#rows + 1)
    this.#days[this.#rows++] = days
  }
}

/** NaN for what is no day, such as the 30th of February. */
function dayOf(value: unknown): number {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return Number.NaN
  const ms = Date.parse(value)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(value) ? ms : Number.NaN
}
